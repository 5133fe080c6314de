variable "stage" {}
variable "cpu" {}
variable "memory" {}
variable "log_group" {}
variable "task_role" {}
variable "execution_role" {}
variable "environment" {}
variable "names" { default = [] }
variable "sidecars" { default = [] }
variable "region" { default = "us-east-1" }

locals {
  logs = {
    logDriver = "awslogs"
    options   = { awslogs-group = var.log_group, awslogs-region = var.region, awslogs-stream-prefix = var.stage }
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = "orders-${var.stage}"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = var.cpu
  memory                   = var.memory
  task_role_arn            = var.task_role
  execution_role_arn       = var.execution_role

  container_definitions = jsonencode(concat(
    [
      {
        name             = "app"
        image            = "example/app:1.0.0"
        environment      = var.environment
        logConfiguration = local.logs
      },
      {
        name             = "collector"
        image            = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
        essential        = false
        command          = ["--config=/etc/ecs/ecs-xray.yaml"]
        logConfiguration = local.logs
      },
    ],
    [for i, name in concat(var.names, var.sidecars) : { name = name, image = "example/${lower(name)}:1.0.0", essential = false, memory = i == 3 ? 3 : 64 }],
  ))
}

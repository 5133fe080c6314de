variable "stages" {
  default = { prod = { cpu = 256, memory = 512 }, dev = { cpu = 256, memory = 3000 } }
}

locals {
  variables = { OTEL_SERVICE_NAME = "orders", OTEL_EXPORTER_OTLP_ENDPOINT = "http://localhost:4318" }
  extra     = ["a", "b"]
}

module "roles" {
  source    = "./roles"
  log_group = aws_cloudwatch_log_group.orders.arn
}

module "service" {
  source   = "./service"
  for_each = var.stages

  stage          = each.key
  cpu            = each.value.cpu
  memory         = each.value.memory
  log_group      = aws_cloudwatch_log_group.orders.name
  task_role      = module.roles.task
  execution_role = module.roles.execution["arn"]
  environment    = [for name, value in local.variables : { name = name, value = value } if name != "X"]
  names          = [for c in [{ name = "a" }, { name = "b" }] : upper(c.name)]
  sidecars       = [{ name = "one" }, { name = "two" }][*].name
}

module "network" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
}

module "none" {
  source = "example.com/none"
  count  = 0
}

resource "aws_cloudwatch_log_group" "orders" {
  name = "/ecs/orders"
}

resource "aws_ecs_task_definition" "job" {
  count                    = 2
  family                   = "job-${count.index}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions    = jsonencode([{ name = "job", image = "example/job:1.${count.index}", cpu = count.index == 1 ? 300 : 100 }])
}

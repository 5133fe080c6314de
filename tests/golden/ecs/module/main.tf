# The task of the orders service.
resource "aws_ecs_task_definition" "orders" {
  family                   = "orders-${var.stage}"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = var.cpu
  memory                   = var.cpu * 2 + 512 // 1024 would do
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn

  runtime_platform {
    cpu_architecture = var.arm ? "ARM64" : "X86_64"
  }

  volume {
    name = "data"
  }

  container_definitions = jsonencode(concat([local.app], [
    {
      name      = "collector"
      image     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
      essential = false
      command   = ["--config=/etc/ecs/ecs-xray.yaml"]
      portMappings = [{ containerPort = 4317 }, { containerPort = 70000, protocol = "TCP" }]
      mountPoints  = [{ sourceVolume = "dta", containerPath = "/data" }]
      logConfiguration = merge(local.logs, {})
    },
  ]))

  tags = { for k, v in var.tags : k => v }
}

resource "aws_ecs_service" "orders" {
  name            = "orders"
  task_definition = aws_ecs_task_definition.orders.arn
  launch_type     = "FARGATE"
}

resource "aws_ecs_task_definition" "other" {
  family                = "other"
  container_definitions = templatefile("${path.module}/other.json.tftpl", { image = var.image })
}

resource "aws_ecs_task_definition" "text" {
  family                   = "text"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions    = <<-EOT
    [
      {
        "name": "app",
        "image": "${aws_ecr_repository.app.repository_url}:1.0",
        "command": ["echo", "$${HOME}"],
        "healthCheck": {"command": ["CMD-SHELL"]}
      }
    ]
  EOT
}

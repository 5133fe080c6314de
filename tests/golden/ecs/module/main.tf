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

# Made by nobody: its `count` is 0, and a refused policy in it is nobody's mistake.
resource "aws_iam_role_policy" "extra" {
  count = length(var.extra_arns) > 0 ? 1 : 0
  role  = aws_iam_role.task.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = var.extra_arns }]
  })
}

# Containers that may be there: what is known of the others is checked.
resource "aws_ecs_task_definition" "maybe" {
  family                   = "maybe"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"
  container_definitions = jsonencode(concat(
    [{ name = "app", image = "example/app:1", ulimits = [{ name = "nofiles", softLimit = 1, hardLimit = 1 }] }],
    var.image == "" ? [] : [{ name = "other", image = var.image }],
  ))
}

variable "extra_arns" {
  default = []
}

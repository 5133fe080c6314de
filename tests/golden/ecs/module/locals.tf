variable "stage" {
  type    = string
  default = "prod"
}
variable "cpu" {
  default = 256
}
variable "arm" {
  default = false
}
variable "image" {}
variable "tags" {}

locals {
  port = 4317
  logs = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.orders.name
      awslogs-region        = "us-east-1"
      awslogs-stream-prefix = "orders"
    }
  }
  app = {
    name      = "app"
    image     = var.image
    dependsOn = [{ containerName = "colector", condition = "START" }]
    environment = [
      { name = "OTEL_SERVICE_NAME", value = "orders" },
      { name = "OTEL_EXPORTER_OTLP_ENDPOINT", value = format("http://localhost:%d", local.port) },
    ]
    logConfiguration = local.logs
  }
}

resource "aws_cloudwatch_log_group" "orders" {
  name = "/ecs/orders-${var.stage}"
}

resource "aws_iam_role" "task" {
  name = "orders-task"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "task" {
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.task.json
}

data "aws_iam_policy_document" "task" {
  statement {
    actions   = ["xray:PutTelemetryRecords"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "execution" {
  name               = "orders-execution"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs.amazonaws.com"]
    }
  }
}

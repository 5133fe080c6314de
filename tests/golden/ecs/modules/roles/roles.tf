variable "log_group" {}

resource "aws_iam_role" "task" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role" "execution" {
  assume_role_policy = aws_iam_role.task.assume_role_policy
  inline_policy {
    name = "logs"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [
        { Effect = "Allow", Action = "logs:PutLogEvents", Resource = "${var.log_group}:*" },
      ]
    })
  }
}

output "task" {
  value = aws_iam_role.task.arn
}

output "execution" {
  value = { arn = aws_iam_role.execution.arn }
}

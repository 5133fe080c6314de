resource "aws_ecs_task_definition" "a" {
  family = "x\U0001F600\u12"
}

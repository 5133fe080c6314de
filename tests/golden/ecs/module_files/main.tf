variable "image" {}
variable "memory" { default = 256 }

resource "aws_ecs_task_definition" "plain" {
  family                   = "plain"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  container_definitions    = file("${path.module}/plain.json")
}

resource "aws_ecs_task_definition" "filled" {
  family                   = "filled"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  container_definitions    = templatefile("filled.json.tftpl", { image = var.image, port = 70000, memory = var.memory, name = "app" })
}

resource "aws_ecs_task_definition" "missing" {
  family                = "missing"
  container_definitions = file("${path.module}/missing.json")
}

resource "aws_ecs_task_definition" "elsewhere" {
  family                = "elsewhere"
  container_definitions = file("../allowed.txt")
}

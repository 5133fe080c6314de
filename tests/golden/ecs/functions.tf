variable "image" {}

locals {
  ports = { web = 8080, admin = 70000 }
  more  = flatten([[{ name = "a" }], [[{ name = "b", cpu = 1 }]]])
}

resource "aws_ecs_task_definition" "t" {
  family                   = trimspace("  functions ")
  network_mode             = "awsvpc"
  requires_compatibilities = compact(["", "FARGATE"])
  cpu                      = element([256, 512], 3)
  memory                   = one([512])
  container_definitions = jsonencode(flatten([
    {
      name         = "app"
      image        = try(var.image, "example/app:1")
      command      = split(" ", "serve --port 8080")
      portMappings = [for port in values(local.ports) : { containerPort = port }]
      dependsOn    = [for name in keys(local.ports) : { containerName = name, condition = "START" }]
    },
    [for c in local.more : merge(c, { image = "example/${c.name}:1.0.0", essential = false, memory = try(c.cpu, 0) })],
  ]))
}

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ECS's clusters, capacity providers and task definitions by Terraform: applied, planned empty, also
# after a restart, changed, and destroyed.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
. "$(dirname "$0")/../support/terraform.sh"
system_begin "$@"

port=$(free_port)
terraform_begin "$port" ecs sts
aws_endpoint "$port" us-east-1
cat >"$work/fairlead.conf" <<END
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
api = { address = "127.0.0.1"; port = $port; allow = [ "host_mounts:/srv" ]; };
listeners = ( { name = "http"; unix = "$work/http.sock";
    default_actions = ( { type = "fixed-response"; status_code = 404; } ); } );
END
fairlead_start
wait_for 10 aws_answers
aws_use_key terraform

# main IMAGE INSIGHTS TEAM
main() {
    cat >"$work/tf/main.tf" <<END
resource "aws_ecs_cluster" "erp" {
  name = "erp"
  setting {
    name  = "containerInsights"
    value = "$2"
  }
  tags = { team = "$3" }
}
resource "aws_ecs_capacity_provider" "metal" {
  name = "metal"
  auto_scaling_group_provider {
    auto_scaling_group_arn = "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:0:autoScalingGroupName/metal"
    managed_scaling {
      status          = "ENABLED"
      target_capacity = 90
    }
  }
  tags = { team = "$3" }
}
resource "aws_ecs_cluster_capacity_providers" "erp" {
  cluster_name       = aws_ecs_cluster.erp.name
  capacity_providers = [aws_ecs_capacity_provider.metal.name]
  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.metal.name
    weight            = 1
  }
}
resource "aws_ecs_task_definition" "plain" {
  family = "plain"
  container_definitions = jsonencode([
    { name = "web", image = "$1", memory = 128, portMappings = [{ containerPort = 80 }] }
  ])
  tags = { team = "$3" }
}
resource "aws_ecs_task_definition" "whole" {
  family             = "whole"
  network_mode       = "bridge"
  cpu                = "512"
  memory             = "1024"
  task_role_arn      = "arn:aws:iam::000000000000:role/task"
  execution_role_arn = "arn:aws:iam::000000000000:role/execution"
  requires_compatibilities = ["EC2"]
  volume {
    name      = "data"
    host_path = "/srv/data"
  }
  volume { name = "scratch" }
  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]"
  }
  container_definitions = jsonencode([
    {
      name              = "web"
      image             = "$1"
      cpu               = 256
      memory            = 256
      memoryReservation = 128
      essential         = true
      command           = ["serve"]
      portMappings      = [{ containerPort = 80, hostPort = 8080, protocol = "tcp", name = "http", appProtocol = "http" }]
      environment       = [{ name = "B", value = "2" }, { name = "A", value = "1" }]
      secrets           = [{ name = "WORD", valueFrom = "db/word" }]
      mountPoints       = [{ sourceVolume = "data", containerPath = "/data", readOnly = true }]
      links             = ["side"]
      dependsOn         = [{ containerName = "side", condition = "HEALTHY" }]
      ulimits           = [{ name = "nofile", softLimit = 1024, hardLimit = 2048 }]
      dockerLabels      = { team = "a" }
      stopTimeout       = 20
      logConfiguration  = { logDriver = "awslogs", options = { awslogs-group = "/ecs/web", awslogs-region = "us-east-1" } }
    },
    {
      name        = "side"
      image       = "shop/side"
      essential   = false
      memory      = 64
      healthCheck = { command = ["CMD-SHELL", "true"], interval = 10 }
    }
  ])
}
END
}
definitions() {
    curl -sf -m 5 "$AWS_ENDPOINT/" -H 'X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListTaskDefinitions' \
        -H 'Content-Type: application/x-amz-json-1.1' -d '{"status": "'"$1"'"}' | jq -r '.taskDefinitionArns | map(split("/")[1]) | join(" ")'
}

step "apply, and the plan is empty, also after a restart"
main shop/web:1 enabled a
apply
[ "$(definitions ACTIVE)" = "plain:1 whole:1" ] || fail "there are $(definitions ACTIVE)"
plans_nothing "after apply"
fairlead_stop
fairlead_start
wait_for 10 aws_answers
plans_nothing "after a restart"

step "another image is another revision; settings and tags are changed"
main shop/web:2 disabled b
apply
plans_nothing "after the change"
[ "$(definitions ACTIVE)" = "plain:2 whole:2" ] || fail "there are $(definitions ACTIVE)"
[ "$(definitions INACTIVE)" = "plain:1 whole:1" ] || fail "not ended: $(definitions INACTIVE)"

step "destroy leaves nothing that is ACTIVE"
destroy
[ -z "$(definitions ACTIVE)" ] || fail "there are $(definitions ACTIVE)"

fairlead_stop

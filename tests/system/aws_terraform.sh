#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A load balancer with all that belongs to it by Terraform: applied, served, planned empty, changed,
# the same after a restart, and destroyed.
. "$(dirname "$0")/../support/system.sh"
command -v terraform >/dev/null || skip "there is no terraform"
system_begin "$@"

mkdir "$work/tf"
port=$(free_port) app_port=$(free_port) listen_port=$(free_port)
cat >"$work/tf/provider.tf" <<END
terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
  endpoints {
    elbv2 = "http://127.0.0.1:$port"
    ec2   = "http://127.0.0.1:$port"
    sts   = "http://127.0.0.1:$port"
  }
}
END
export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1 AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=$work/aws-config AWS_SHARED_CREDENTIALS_FILE=$work/aws-credentials

# tf LIMIT COMMAND...
tf() {
    timeout "$1" terraform -chdir="$work/tf" "${@:2}" -no-color >"$work/tf.out" 2>&1
}
tf 60 init -input=false || skip "terraform finds no AWS provider (a mirror in its configuration would do): $(tail -3 "$work/tf.out")"

app_start "$app_port" app
cat >"$work/fairlead.conf" <<END
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
zones = [ "us-east-1a", "us-east-1b" ];
api = { address = "127.0.0.1"; port = $port; listener_address = "127.0.0.1"; };
END
fairlead_start
eval "$(ctl key create terraform)"
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY

# main PATH PRIORITY HEALTH_PATH IDLE TEAM
main() {
    cat >"$work/tf/main.tf" <<END
data "aws_vpc" "main" { default = true }
data "aws_subnets" "all" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.main.id]
  }
}
data "aws_security_group" "default" {
  vpc_id = data.aws_vpc.main.id
  name   = "default"
}
resource "aws_security_group" "web" {
  name        = "web"
  description = "the web"
  vpc_id      = data.aws_vpc.main.id
  ingress {
    from_port   = $listen_port
    to_port     = $listen_port
    protocol    = "tcp"
    cidr_blocks = ["127.0.0.0/8"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
  tags = { team = "$5" }
}
resource "aws_security_group" "ruled" {
  name        = "ruled"
  description = "its rules are resources of their own"
  vpc_id      = data.aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_security_group.ruled.id
  cidr_ipv4         = "127.0.0.0/8"
  from_port         = $listen_port
  to_port           = $listen_port
  ip_protocol       = "tcp"
  description       = "of team $5"
  tags              = { team = "$5" }
}
resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.ruled.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
resource "aws_lb" "web" {
  name            = "web"
  subnets         = data.aws_subnets.all.ids
  security_groups = [data.aws_security_group.default.id, aws_security_group.web.id, aws_security_group.ruled.id]
  idle_timeout    = $4
  tags            = { team = "$5" }
}
resource "aws_lb_target_group" "app" {
  name                 = "app"
  port                 = $app_port
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = data.aws_vpc.main.id
  deregistration_delay = 5
  health_check {
    path                = "$3"
    interval            = 5
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
  tags = { team = "$5" }
}
resource "aws_lb_target_group" "spare" {
  name     = "spare"
  port     = 80
  protocol = "HTTP"
  vpc_id   = data.aws_vpc.main.id
  tags     = { team = "$5" }
}
resource "aws_lb_target_group_attachment" "app" {
  target_group_arn = aws_lb_target_group.app.arn
  target_id        = "127.0.0.1"
  port             = $app_port
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = $listen_port
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
  tags = { team = "$5" }
}
resource "aws_lb_listener_rule" "gone" {
  listener_arn = aws_lb_listener.web.arn
  priority     = $2
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = "gone"
      status_code  = "410"
    }
  }
  condition {
    path_pattern { values = ["$1"] }
  }
  tags = { team = "$5" }
}
resource "aws_lb_listener_rule" "spare" {
  listener_arn = aws_lb_listener.web.arn
  priority     = 20
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.spare.arn
  }
  condition {
    host_header { values = ["spare.example.com"] }
  }
  tags = { team = "$5" }
}
END
}
apply() {
    tf 240 apply -auto-approve -input=false || fail "apply: $(tail -40 "$work/tf.out")"
}
plans_nothing() {
    tf 120 plan -detailed-exitcode -input=false || fail "$1, the plan is not empty: $(cat "$work/tf.out")"
}
serves() {
    curl -sf -m 5 "http://127.0.0.1:$listen_port/x" | grep '^app=app ' >/dev/null
}
# answers STATUS PATH
answers() {
    [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$listen_port$2")" = "$1" ]
}

step "apply, and requests are served"
main /old 10 / 60 a
apply
wait_for 20 serves
answers 410 /old || fail "the rule does not answer"

step "the plan is empty, also after a restart"
plans_nothing "after apply"
fairlead_stop
fairlead_start
wait_for 20 serves
plans_nothing "after a restart"

step "attributes, tags, a rule and a health check are changed"
main /new 15 /healthz 30 b
apply
wait_for 10 answers 410 /new
answers 200 /old || fail "the old rule still answers"
plans_nothing "after the change"

step "destroy leaves nothing"
tf 240 destroy -auto-approve -input=false || fail "destroy: $(tail -40 "$work/tf.out")"
refuses() { ! curl -s -m 2 -o /dev/null "http://127.0.0.1:$listen_port/"; }
wait_for 5 refuses
[ "$(ctl --json listeners | jq '.Listeners | length')" = 0 ] || fail "a listener is left"
[ "$(ctl --json groups | jq '.TargetGroups | length')" = 0 ] || fail "a group is left"

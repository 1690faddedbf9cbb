#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The ECS API as aws and boto3 read it: clusters, services, tasks and container instances are what the
# configuration and the tasks that providers report make of them; waiters and paginators end, and
# what is wrong or not possible is refused in ECS's words.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
command -v aws >/dev/null || skip "there is no aws (package awscli)"
python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) first=$(free_port) second=$(free_port)
app_start "$first" first
app_start "$second" second
aws_endpoint "$port" eu-central-1

mkdir "$work/tasks.d"
DIR=$work "$support/config" -c 'path = "/"; interval_milliseconds = 200; timeout_milliseconds = 150;' \
    -g spare -t "$first" -o 'api = { address = "127.0.0.1"; port = '"$port"'; };
services = ( { name = "web"; target_group = "web"; container_name = "app"; container_port = 80; },
             { name = "web"; target_group = "spare"; container_name = "app"; container_port = 81; },
             { name = "idle"; target_group = "spare"; container_port = 80; } );
providers = ( { type = "file"; directory = "'"$work"'/tasks.d"; }, { type = "push"; host = "127.0.0.1"; } );'
fairlead_start

# own_task ID PORT [STATUS [DESIRED-STATUS]]: of service web, by a file.
own_task() {
    local bindings='{ "container_port": 80, "host_ip": "127.0.0.1", "host_port": '"$2"' }'
    [ "${3:-RUNNING}" = RUNNING ] || bindings=
    cat >"$work/tasks.d/.$1.new" <<END
{ "id": "$1", "service": "web", "container_name": "app", "image": "shop/web:7", "zone": "local-a", "host": "127.0.0.1",
  "started_at": "2026-03-04T10:15:31.250Z", "last_status": "${3:-RUNNING}", "desired_status": "${4:-RUNNING}",
  "health_status": "HEALTHY", "bindings": [ $bindings ] }
END
    mv "$work/tasks.d/.$1.new" "$work/tasks.d/$1.json"
}
own_task one "$first"
own_task two "$second"
wait_for 10 targets_are web 2

arn=arn:aws:ecs:eu-west-1:123456789012:task/shop/0a1b2c3d4e5f60718293a4b5c6d7e8f9
cat >"$work/event.json" <<END
{ "version": "0", "id": "5b2f0c1e-7a64-4d0b-9f3d-2f5b8c6e1a90", "source": "aws.ecs",
  "detail-type": "ECS Task State Change", "account": "123456789012", "region": "eu-west-1",
  "time": "2026-03-04T10:15:31Z", "resources": [ "$arn" ],
  "detail": { "taskArn": "$arn", "group": "family:batch", "version": 3,
    "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop", "availabilityZone": "eu-west-1b",
    "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "startedAt": "2026-03-04T10:15:31.000Z",
    "containers": [ { "name": "main", "lastStatus": "RUNNING", "healthStatus": "HEALTHY",
        "networkBindings": [ { "bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 40001, "protocol": "tcp" } ] },
      { "name": "side", "lastStatus": "RUNNING", "healthStatus": "UNKNOWN",
        "networkBindings": [ { "bindIP": "0.0.0.0", "containerPort": 90, "hostPort": 40002, "protocol": "udp" } ] } ] } }
END
ctl task-event "$work/event.json" >/dev/null
wait_for 5 aws_answers

ecs() {
    aws --endpoint-url "$AWS_ENDPOINT" ecs "$@"
}
# refuses CODE ARGUMENT...
refuses() {
    local code=$1
    shift
    ecs "$@" >"$work/out" 2>&1 && fail "$* is not refused"
    grep -F "($code)" "$work/out" >/dev/null || fail "$*: $(cat "$work/out"), not $code"
}
# has JQ-EXPRESSION ARGUMENT...
has() {
    local expression=$1
    shift
    ecs "$@" >"$work/out" || fail "$* is refused"
    jq -e "$expression" "$work/out" >/dev/null || fail "$*: $(cat "$work/out"), not $expression"
}

step "who has no key reads from this machine"
has '.clusterArns == ["arn:aws:ecs:us-east-1:000000000000:cluster/default", "arn:aws:ecs:us-east-1:000000000000:cluster/shop"]' \
    --no-sign-request list-clusters

step "a key that is read-only reads, in its region"
aws_use_key anna --read-only
has '.services[0] | .serviceName == "web" and .status == "ACTIVE" and .runningCount == 2 and .desiredCount == 2 and
    (.deployments | length == 1) and ([.loadBalancers[].containerPort] == [80, 81]) and
    (.serviceArn == "arn:aws:ecs:eu-central-1:000000000000:service/default/web")' describe-services --services web
[ "$(aws --endpoint-url "$AWS_ENDPOINT" elbv2 describe-target-groups --names web --query 'TargetGroups[0].TargetGroupArn' --output text)" = \
    "$(jq -r '.services[0].loadBalancers[0].targetGroupArn' "$work/out")" ] || fail "it names another target group"

step "waiters end"
tasks=$(ecs list-tasks --service-name web --query 'taskArns' --output text)
[ "$(wc -w <<<"$tasks")" = 2 ] || fail "web has $tasks"
# shellcheck disable=SC2086
ecs wait tasks-running --tasks $tasks
ecs wait services-stable --services web idle
ecs wait services-stable --services nobody >"$work/out" 2>&1 && fail "a service that is not there is stable"

step "what is wrong or not possible is refused"
refuses ClusterNotFoundException list-tasks --cluster nowhere
refuses ClusterNotFoundException describe-services --cluster nowhere --services web
refuses ServiceNotFoundException list-tasks --service-name nobody
refuses InvalidParameterException list-tasks --starting-token not-one
refuses InvalidParameterException list-container-instances --filter 'attribute:x =='
refuses InvalidParameterException list-tags-for-resource --resource-arn arn:aws:ecs:eu-central-1:000000000000:service/default/nobody
refuses AccessDeniedException create-service --service-name web2 --task-definition web
refuses AccessDeniedException update-service --service web --desired-count 3
refuses AccessDeniedException stop-task --task one
refuses ClientException describe-task-definition --task-definition web
has '.failures == [{"arn": "arn:aws:ecs:eu-central-1:000000000000:cluster/nowhere", "reason": "MISSING"}]' \
    describe-clusters --clusters nowhere

step "boto3 sees the same, page by page"
python3 "$(dirname "$0")/aws_ecs_reads.py"

step "a task that starts is pending, and one that is to stop is not counted"
pending() {
    ecs describe-services --services web >"$work/out"
    jq -e '.services[0] | .pendingCount == 1 and .desiredCount == 3 and .runningCount == 2' "$work/out" >/dev/null
}
own_task three 1 PENDING
wait_for 10 pending
own_task three "$first" RUNNING STOPPED
stopping() {
    ecs list-tasks --desired-status STOPPED >"$work/out"
    jq -e '.taskArns | length == 1' "$work/out" >/dev/null
}
wait_for 10 stopping
has '.services[0] | .runningCount == 2 and .desiredCount == 2 and .pendingCount == 0' describe-services --services web

fairlead_stop

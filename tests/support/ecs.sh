# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Services of the ECS API on a real engine: a balancer, a group, task definitions, and what a test
# asks about them. Source system.sh, aws.sh and docker.sh first.

ecs_check() {
    command -v aws >/dev/null || skip "there is no aws (package awscli)"
    python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"
}

ecs() {
    aws --endpoint-url "$AWS_ENDPOINT" ecs "$@"
}

elb() {
    aws --endpoint-url "$AWS_ENDPOINT" elbv2 "$@"
}

# ecs_instance NAME ZONE [ENDPOINT [SETTINGS]]: an element of container_instances.
ecs_instance() {
    echo "{ name = \"$1\"; zone = \"$2\"; endpoint = \"${3:-unix://$work/docker.sock}\"; ${4:-cpu = 4096; memory = 8192;} }"
}

# ecs_config API-PORT INSTANCES [SETTINGS]
ecs_config() {
    mkdir -p "$work/state"
    cat >"$work/fairlead.conf" <<END
workers = 2;
user = "nobody";
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
load_balancer = { name = "file"; };
api = { address = "127.0.0.1"; port = $1; listener_address = "127.0.0.1"; allow = [ "host_mounts:$work/record" ]; };
zones = [ "us-east-1a", "us-east-1b" ];
container_instances = ( $2 );
${3:-}
END
}

# ecs_begin API-PORT PORT: balancer "alb" on PORT forwards to group "web".
ecs_begin() {
    aws_endpoint "$1" us-east-1
    fairlead_start
    wait_for 5 aws_answers
    aws_use_key test
    balancer=$(elb create-load-balancer --name alb --subnets subnet-us-east-1a subnet-us-east-1b \
        --query 'LoadBalancers[0].LoadBalancerArn' --output text)
    group=$(elb create-target-group --name web --protocol HTTP --port 80 --vpc-id vpc-local \
        --health-check-path /index.php --health-check-interval-seconds 5 --health-check-timeout-seconds 2 \
        --healthy-threshold-count 2 --unhealthy-threshold-count 2 \
        --query 'TargetGroups[0].TargetGroupArn' --output text)
    elb create-listener --load-balancer-arn "$balancer" --protocol HTTP --port "$2" \
        --default-actions "Type=forward,TargetGroupArn=$group" >/dev/null
}

# ecs_register FAMILY [IMAGE [MEMBERS]]: another revision, whose application answers as FAMILY; prints
# its number.
ecs_register() {
    local container='{ "name": "dockerweb", "image": "'"${2:-app}"'", "cpu": 10, "memory": 64,
        "command": [ "-n", "'"$1"'", "-r", "/record/posts", "-u", "/record/'"$1"'.sick" ],
        "mountPoints": [ { "sourceVolume": "record", "containerPath": "/record" } ],
        "portMappings": [ { "containerPort": 80, "hostPort": 0 } ]'"${3:-}"' }'
    ecs register-task-definition --family "$1" --container-definitions "[ $container ]" \
        --volumes "name=record,host={sourcePath=$work/record}" \
        --query taskDefinition.revision --output text
}

# ecs_create SERVICE FAMILY COUNT [OPTIONS OF create-service ...]
ecs_create() {
    local service=$1 family=$2 wanted=$3
    shift 3
    ecs create-service --service-name "$service" --task-definition "$family" --desired-count "$wanted" \
        --load-balancers "targetGroupArn=$group,containerName=dockerweb,containerPort=80" "$@" >/dev/null
}

# ecs_is_steady SERVICE COUNT [REVISION]: one deployment, completed, of so many running tasks.
ecs_is_steady() {
    ecs describe-services --services "$1" >"$work/service.json" &&
        jq -e --argjson want "$2" --arg tail ":${3:-}" '.services[0] | .runningCount == $want and .pendingCount == 0 and
            (.deployments | length) == 1 and .deployments[0].rolloutState == "COMPLETED" and
            ($tail == ":" or (.taskDefinition | endswith($tail)))' "$work/service.json"
}

# Whether a service has told this.
ecs_told() {
    ecs describe-services --services "$1" --query 'services[0].events[].message' --output text | grep -F "$2" >/dev/null
}

# How many containers of tasks run.
ecs_containers() {
    docker ps -q --filter label=fairlead.managed=1 | wc -l
}

ecs_containers_are() {
    [ "$(ecs_containers)" = "$1" ]
}

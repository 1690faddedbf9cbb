# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# quickstart --aws: fairlead that the aws command line drives, with nothing made yet: two container
# instances in two zones, which share the local Docker Engine, a registry for images, and a key.
# Sourced by quickstart.

cluster=quickstart

# Where a package has just brought the engine, nobody may have started it.
start_docker_service() {
    local waited=0
    docker_answers && return 0
    ! command -v service >/dev/null || as_root service docker start >/dev/null 2>&1 || true
    until docker_answers; do
        [ $waited -lt 50 ] || fail "no Docker Engine answers: start one (systemctl start docker), or become a member of its group"
        sleep 0.2
        waited=$((waited + 1))
    done
}

start_registry() {
    local waited=0
    registry=127.0.0.1:$(free_port 5000)
    cat >"$state/registry.yml" <<EOF_REGISTRY
version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: $state/registry }, delete: { enabled: true } }
http: { addr: "$registry" }
EOF_REGISTRY
    start_process registry docker-registry serve "$state/registry.yml"
    until curl -sf -o /dev/null "http://$registry/v2/"; do
        [ $waited -lt 100 ] || fail "the registry does not start: $(tail -n 3 "$state/registry.log")"
        sleep 0.1
        waited=$((waited + 1))
    done
}

write_aws_configuration() {
    console=$(free_port 9181)
    cat >"$state/fairlead.conf" <<EOF_CONFIGURATION
state_dir = "$state/state"; user = "nobody";
admin = { socket = "$state/admin.sock"; };
access_log = { path = "$state/access.log"; format = "alb"; };
zones = [ "us-east-1a", "us-east-1b" ];
api = { address = "127.0.0.1"; port = $console; listener_address = "127.0.0.1"; registry = "$registry"; };
container_instances = (
  { name = "i-00000000000000001"; cluster = "$cluster"; zone = "us-east-1a"; endpoint = "$(docker_socket)"; cpu = 1024; memory = 2048; },
  { name = "i-00000000000000002"; cluster = "$cluster"; zone = "us-east-1b"; endpoint = "$(docker_socket)"; cpu = 1024; memory = 2048; } );
EOF_CONFIGURATION
    echo "http://127.0.0.1:$console" >"$state/url"
    echo "http://localhost:$console/" >"$state/console"
}

start_aws_fairlead() {
    local waited=0
    mkdir -p "$state/state"
    "$build/fairlead" -c -f "$state/fairlead.conf" >"$state/check.log" 2>&1 || fail "$(cat "$state/check.log")"
    start_process fairlead "$build/fairlead" -f "$state/fairlead.conf"
    until control status >/dev/null 2>&1; do
        [ $waited -lt 100 ] || fail "fairlead does not start: $(tail -n 5 "$state/fairlead.log")"
        sleep 0.1
        waited=$((waited + 1))
    done
}

# What a shell needs to drive it. Debian 12's aws does not know AWS_ENDPOINT_URL, and other clients do.
write_environment() {
    local url
    url=$(cat "$state/url")
    (
        umask 077
        control key create quickstart | sed 's/^/export /' >"$state/environment"
        cat >>"$state/environment" <<EOF_ENVIRONMENT
export AWS_DEFAULT_REGION=us-east-1 AWS_PAGER= AWS_ENDPOINT_URL=$url
aws() { command aws --endpoint-url $url "\$@"; }
EOF_ENVIRONMENT
    )
}

write_next_steps() {
    local port
    port=$(free_port 8080)
    cat >"$state/next" <<EOF_NEXT
aws ecr create-repository --repository-name web
docker tag $image $registry/web && docker push $registry/web

balancer=\$(aws elbv2 create-load-balancer --name first --subnets subnet-us-east-1a subnet-us-east-1b --query 'LoadBalancers[0].LoadBalancerArn' --output text)
group=\$(aws elbv2 create-target-group --name web --protocol HTTP --port 80 --vpc-id vpc-local --health-check-interval-seconds 5 --health-check-timeout-seconds 2 --healthy-threshold-count 2 --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 create-listener --load-balancer-arn \$balancer --protocol HTTP --port $port --default-actions Type=forward,TargetGroupArn=\$group

aws ecs register-task-definition --family web --container-definitions '[{"name": "web", "image": "$registry/web", "command": ["web", "from-ecs", "80"], "memory": 64, "portMappings": [{"containerPort": 80}]}]'
aws ecs create-service --cluster $cluster --service-name web --task-definition web --desired-count 2 --load-balancers targetGroupArn=\$group,containerName=web,containerPort=80
aws ecs wait services-stable --cluster $cluster --services web
curl http://127.0.0.1:$port/

aws ecs update-service --cluster $cluster --service web --desired-count 4
EOF_NEXT
}

print_aws_summary() {
    cat <<EOF_SUMMARY
console: $(cat "$state/console")

fairlead is running, with two container instances in the cluster $cluster, and a registry. Paste this into a shell:

$(cat "$state/environment")

then, for a service of two containers behind a load balancer:

$(cat "$state/next")

to look inside: ${build#"$PWD"/}/fairleadctl -s $state/admin.sock services
files:          $state/{environment,next,fairlead.conf,fairlead.log,access.log}
stop:           tools/quickstart --stop
EOF_SUMMARY
}

start_aws_mode() {
    start_docker_service
    echo "$cluster" >"$state/cluster"
    start_registry
    build_image
    write_aws_configuration
    start_aws_fairlead
    write_environment
    write_next_steps
}

# What services of it run: fairlead's end is no end for them.
stop_service_containers() {
    [ -f "$state/cluster" ] || return 0
    docker ps -aq --filter label=fairlead.managed=1 --filter "label=com.amazonaws.ecs.cluster=$(cat "$state/cluster")" |
        xargs -r docker rm -f >/dev/null 2>&1 || true
}

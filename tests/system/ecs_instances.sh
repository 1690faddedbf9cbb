#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two engines, each in a network of its own, are two container instances in two zones; the other one is
# reached by TLS. A service is spread over both; one is drained under load and loses nothing; it is cut
# off, its tasks are replaced, and when it is back nothing is left over. Daemons, constraints, and what
# has no place.
. "$(dirname "$0")/../support/system.sh"
. "$support/aws.sh"
. "$support/docker.sh"
. "$support/ecs.sh"
system_begin "$@"
ecs_check
docker_begin

step "another engine, at the other end of a cable"
export DIR=$work
"$support/authority" new ca
"$support/authority" issue ca engine ec "" "" subjectAltName=IP:10.77.0.2
"$support/authority" issue ca client
ip netns add other
system_at_end ip netns del other
ip link add cable type veth peer name end netns other
ip addr add 10.77.0.1/24 dev cable
ip link set cable up
ip netns exec other ip link set lo up
ip netns exec other ip addr add 10.77.0.2/24 dev end
ip netns exec other ip link set end up
nsenter --net=/run/netns/other dockerd --live-restore --exec-opt native.cgroupdriver=cgroupfs --userland-proxy=false \
    --bip 172.30.0.1/16 --data-root "$work/other" --exec-root "$work/other-run" --pidfile "$work/other.pid" \
    -H "unix://$work/other.sock" -H tcp://10.77.0.2:2376 --tlsverify --tlscacert "$work/ca.pem" \
    --tlscert "$work/engine.pem" --tlskey "$work/engine.key" >>"$work/other.log" 2>&1 &
other_pid=$!
other() {
    docker -H "unix://$work/other.sock" "$@"
}
other_end() {
    other ps -aq | xargs -r docker -H "unix://$work/other.sock" rm -f
    kill "$other_pid"
    wait "$other_pid" || true
    umount -R "$work/other" "$work/other-run"
}
system_at_end other_end
wait_for 30 other version
tar -C "$helpers" -c recording_app |
    other import -c 'ENTRYPOINT ["/recording_app"]' -c 'EXPOSE 80' - app >/dev/null

api=$(free_port) port=$(free_port)
tls="tls = { ca = \"$work/ca.pem\"; certificate = \"$work/client.pem\"; key = \"$work/client.key\"; };"
ecs_config "$api" "$(ecs_instance i-a us-east-1a "" 'cpu = 4096; memory = 1024; attributes = { rack = "r1"; };'),
    $(ecs_instance i-b us-east-1b tcp://10.77.0.2:2376 "cpu = 4096; memory = 1024; attributes = { rack = \"r2\"; }; $tls")" \
    "instance_lost_milliseconds = 3000;"
ecs_begin "$api" "$port"
ecs_register web >/dev/null

# here COUNT and there COUNT: how many tasks run on each engine.
here_and_there() {
    echo "$(ecs_containers) here, $(other ps -q --filter label=fairlead.managed=1 | wc -l) there"
    [ "$(ecs_containers)" = "$1" ] && [ "$(other ps -q --filter label=fairlead.managed=1 | wc -l)" = "$2" ]
}
instance() {
    ecs list-container-instances --filter "attribute:rack == $1" --query 'containerInstanceArns[0]' --output text
}

step "spread over both"
ecs_create srv web 4
wait_for 30 ecs_is_steady srv 4
wait_for 10 here_and_there 2 2

step "one is drained under load, and comes back"
load_start -r 300 -c 30 -k 100 -P 20 "127.0.0.1:$port" /=web
ecs update-container-instances-state --container-instances "$(instance r2)" --status DRAINING >/dev/null
wait_for 40 here_and_there 4 0
wait_for 20 ecs_is_steady srv 4
ecs update-container-instances-state --container-instances "$(instance r2)" --status ACTIVE >/dev/null
ecs update-service --service srv --force-new-deployment >/dev/null
wait_for 40 here_and_there 2 2
wait_for 20 ecs_is_steady srv 4
load_stop
[ "$(load_count failed)" -eq 0 ] || fail "requests failed"

step "one is cut off, and is back"
ip link set cable down
wait_for 60 here_and_there 4 2
wait_for 30 ecs_is_steady srv 4
ip link set cable up
wait_for 60 ecs_is_steady srv 4
is_exact() {
    [ $(($(ecs_containers) + $(other ps -q --filter label=fairlead.managed=1 | wc -l))) = 4 ]
}
wait_for 60 is_exact
wait_for 20 ecs_is_steady srv 4

step "daemons, constraints, and what has no place"
ecs create-service --service-name agents --task-definition web --scheduling-strategy DAEMON >/dev/null
wait_for 30 ecs_is_steady agents 2
ecs create-service --service-name distinct --task-definition web --desired-count 3 \
    --placement-constraints type=distinctInstance >/dev/null
wait_for 20 ecs_told distinct "was unable to place a task"
ecs create-service --service-name racked --task-definition web --desired-count 2 \
    --placement-constraints 'type=memberOf,expression=attribute:rack == r2' >/dev/null
wait_for 20 ecs_is_steady racked 2
zones=$(ecs describe-tasks --tasks $(ecs list-tasks --service-name racked --query taskArns --output text) \
    --query 'tasks[].availabilityZone' --output text | tr '\t' '\n' | sort -u)
[ "$zones" = us-east-1b ] || fail "racked runs in $zones"
ecs register-task-definition --family pinned --placement-constraints 'type=memberOf,expression=attribute:rack == r2' \
    --container-definitions '[ { "name": "main", "image": "app", "memory": 32 } ]' >/dev/null
zones_of() {
    ecs run-task "$@" --count 2 --query 'tasks[].availabilityZone' --output text | tr '\t' '\n' | sort -u
}
[ "$(zones_of --task-definition pinned)" = us-east-1b ] || fail "what its definition pins is elsewhere"
[ "$(zones_of --task-definition web --placement-constraints 'type=memberOf,expression=task:group == service:racked')" = us-east-1b ] ||
    fail "what is to be beside racked is not"
[ "$(ecs list-container-instances --filter 'task:group == family:pinned' --query containerInstanceArns --output text)" = "$(instance r2)" ] ||
    fail "the groups of an instance are not known"
ecs create-service --service-name large --task-definition web --desired-count 40 \
    --placement-strategy type=binpack,field=memory >/dev/null
wait_for 40 ecs_told large "insufficient memory available"

for service in srv agents distinct racked large; do
    ecs delete-service --service $service --force >/dev/null
done
for task in $(ecs list-tasks --family pinned --query taskArns --output text) \
    $(ecs list-tasks --family web --query taskArns --output text); do
    ecs stop-task --task "$task" >/dev/null
done
wait_for 60 here_and_there 0 0
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Others have their hands in: containers of tasks are restarted, started again after their end, copied
# and removed behind fairlead's back, the engine takes all of them along, fairlead is reloaded and
# upgraded in the middle of a roll, an instance leaves the configuration and comes back. Each time
# exactly the wanted tasks run at the end, nobody else's container is touched, and only what a program
# had in hand when it was killed is lost.
. "$(dirname "$0")/../support/system.sh"
. "$support/aws.sh"
. "$support/docker.sh"
. "$support/ecs.sh"
system_begin "$@"
ecs_check
# Its containers end with this engine.
dockerd_options="--userland-proxy=false"
docker_begin
cp "$fairlead" "$work/fairlead"
fairlead=$work/fairlead

api=$(free_port) port=$(free_port)
both="$(ecs_instance i-a us-east-1a), $(ecs_instance i-b us-east-1b)"
ecs_config "$api" "$both"
ecs_begin "$api" "$port"
ecs_register web >/dev/null
ecs_create srv web 2 --deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true}'
wait_for 20 ecs_is_steady srv 2 1

load() {
    load_start -i "$1" -r 200 -c 30 -k 100 -P 20 "127.0.0.1:$port" /=web
}
# loaded MOST: ends the load; so many requests may have failed.
loaded() {
    load_stop
    check_posts "$1"
    [ "$(load_count failed)" -le "$1" ] || fail "requests failed"
}
exactly() {
    wait_for 40 ecs_is_steady srv "$1" "${2:-}"
    wait_for 20 ecs_containers_are "$((${3:-0} + $1))"
}
one() {
    docker ps "$@" --filter label=fairlead.managed=1 --format '{{.ID}}' | head -n 1
}
has_target() {
    ctl --json targets web | jq -e --argjson port "$(docker_port "$1")" \
        'any(.TargetHealthDescriptions[]; .Target.Port == $port)'
}
has_no_target() {
    ! has_target "$1"
}
runs() {
    [ "$(docker inspect -f '{{.State.Running}}' "$1")" = true ]
}
runs_not() {
    ! runs "$1"
}
killed() {
    kill -KILL "$fairlead_pid"
    wait "$fairlead_pid" || true
    "$@"
    fairlead_start
    wait_for 15 aws_answers
}

step "a container is restarted: its task is over, and another one takes its place"
load restarted
for _ in 1 2 3; do
    restarted=$(one)
    docker restart "$restarted" >/dev/null
    exactly 2
done
loaded 0

step "one that has ended is started again: it is drained and stopped"
load started
ended=$(one -a --filter status=exited)
docker start "$ended" >/dev/null
wait_for 10 runs_not "$ended"
exactly 2
loaded 0

step "an image of a container has its labels: what runs it is nobody's task, and no target"
original=$(one)
docker commit "$original" app:copied >/dev/null
docker run -d --name copy -p 80 -v "$work/record:/record" app:copied >/dev/null
is_reported() {
    ctl --json problems | jq -e --arg id "container $(docker inspect -f '{{.Id}}' copy | cut -c 1-12)" \
        'any(.Problems[]; .Object == $id)'
}
wait_for 10 is_reported
wait_for 5 has_no_target copy
exactly 2 1 1
killed true
wait_for 10 is_reported
exactly 2 1 1
wait_for 5 has_no_target copy
runs "$original" && runs copy || fail "one was stopped for the other: $(docker ps -a)"
docker rm -f copy >/dev/null
no_problems() {
    [ "$(ctl --json problems | jq '.Problems | length')" = 0 ] || { ctl problems; return 1; }
}
wait_for 10 no_problems

step "all of them are removed while fairlead is away"
remove_all() {
    docker ps -aq | xargs docker rm -f >/dev/null
}
killed remove_all
exactly 2

step "one is started by somebody while fairlead is away"
docker stop "$(one)" >/dev/null
exactly 2
ended=$(one -a --filter status=exited)
start_ended() {
    docker start "$ended" >/dev/null
}
killed start_ended
exactly 2

step "the engine takes its containers along, and is back; and is killed"
for signal in TERM KILL; do
    kill -$signal "$dockerd_pid"
    wait "$dockerd_pid" || true
    rm -f "$work/dockerd.pid"
    dockerd_start
    exactly 2
done

step "reloaded and upgraded in the middle of a roll"
load rolled
rolls() {
    docker ps --filter label=com.amazonaws.ecs.task-definition-version="$1" --format x | grep x >/dev/null
}
revision=$(ecs_register web)
ecs update-service --service srv --task-definition web --desired-count 4 >/dev/null
wait_for 10 rolls "$revision"
for _ in 1 2 3; do
    kill -HUP "$fairlead_pid"
    sleep 0.3
done
exactly 4 "$revision"
revision=$(ecs_register web)
ecs update-service --service srv --task-definition web >/dev/null
wait_for 10 rolls "$revision"
ctl upgrade >/dev/null
exactly 4 "$revision"
ecs update-service --service srv --desired-count 2 >/dev/null
ctl upgrade >/dev/null
exactly 2 "$revision"
loaded 0

step "an instance leaves the configuration, and comes back"
load configured
ecs_config "$api" "$(ecs_instance i-a us-east-1a)"
ctl reload >/dev/null
wait_for 30 ecs_is_steady srv 2
left_are() {
    [ "$(ctl --json problems | jq '[.Problems[] | select(.Reason | contains("not configured"))] | length')" = "$1" ] ||
        { ctl problems; return 1; }
}
wait_for 10 left_are 1
ecs_containers_are 3 || fail "$(docker ps)"
ecs_config "$api" "$both"
ctl reload >/dev/null
exactly 2
wait_for 10 no_problems
loaded 0

step "what fails after a roll-back is tried on, not rolled back again"
tar -C "$helpers" -c recording_app | docker import -c 'ENTRYPOINT ["/recording_app", "-?"]' - app:bad >/dev/null
docker tag app app:good
ecs_register web app:bad >/dev/null
docker tag app:bad app
ecs update-service --service srv --task-definition web --deployment-configuration \
    'maximumPercent=100,minimumHealthyPercent=0,deploymentCircuitBreaker={enable=true,rollback=true}' >/dev/null
wait_for 40 ecs_told srv "deployment failed: tasks failed to start."
fails_on() {
    ecs describe-services --services srv --query 'services[0].deployments' >"$work/deployments.json"
    jq -e '.[0].failedTasks >= 4' "$work/deployments.json"
}
wait_for 40 fails_on
jq -e 'length == 2 and .[0].rolloutState == "IN_PROGRESS" and .[1].rolloutState == "FAILED"' "$work/deployments.json" >/dev/null ||
    fail "$(cat "$work/deployments.json")"
docker tag app:good app
exactly 2

step "no container of a task of RunTask is started once it is over"
tar -C "$helpers" -c recording_app | docker import -c 'ENTRYPOINT ["/recording_app"]' - app:two >/dev/null
ecs register-task-definition --family two --container-definitions '[
    { "name": "main", "image": "app:two", "memory": 32, "command": [ "-?" ] },
    { "name": "side", "image": "app:two", "memory": 32, "essential": false, "command": [ "-n", "side" ] } ]' >/dev/null
task=$(ecs run-task --task-definition two --query 'tasks[0].taskArn' --output text)
ecs wait tasks-stopped --tasks "$task"
exactly 2
remove_main() {
    docker rm -f "$(docker ps -aq --filter "label=com.amazonaws.ecs.task-arn=$task" --filter label=com.amazonaws.ecs.container-name=main)" >/dev/null
}
killed remove_main
exactly 2
is_stopped() {
    [ "$(ecs describe-tasks --tasks "$task" --query 'tasks[0].lastStatus' --output text)" = STOPPED ]
}
wait_for 10 is_stopped
! docker ps -a --filter label=com.amazonaws.ecs.container-name=main --format x | grep x >/dev/null || fail "main runs again"

ecs delete-service --service srv --force >/dev/null
wait_for 30 ecs_containers_are 0
fairlead_stop

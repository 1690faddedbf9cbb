#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Services of the ECS API live through the death of control and of the engine: control is killed in
# the middle of scaling, rolling, draining, rolling back and deleting, and each time exactly the
# wanted tasks run at the end, none twice, and what was acknowledged holds. Workers go on serving
# meanwhile: no request is refused.
. "$(dirname "$0")/../support/system.sh"
. "$support/aws.sh"
. "$support/docker.sh"
. "$support/ecs.sh"
system_begin "$@"
ecs_check
docker_begin

api=$(free_port) port=$(free_port)
ecs_config "$api" "$(ecs_instance i-a us-east-1a), $(ecs_instance i-b us-east-1b)"
# By a manager that keeps its sockets, as systemd does, and starts it again.
fairlead_start() {
    "$support/service_manager" "$work" "$fairlead" -f "$work/fairlead.conf" >>"$work/fairlead.log" 2>&1 &
    manager_pid=$!
    system_at_end kill -KILL $manager_pid
    wait_for 10 ctl status
}
ecs_begin "$api" "$port"
ecs_register web >/dev/null
ecs_create srv web 2 --deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true}'
wait_for 20 ecs_is_steady srv 2 1
load_start -r "$(count 200 500)" -c 30 -k 100 -P 20 "127.0.0.1:$port" /=web

# killed: control dies without a word, and another one begins at once, while its children serve on.
killed() {
    local dead
    dead=$(cat "$work/pid")
    kill -KILL "$dead"
    is_another() {
        [ "$(cat "$work/pid")" != "$dead" ]
    }
    wait_for 5 is_another
    wait_for 15 aws_answers
}
# exactly COUNT [REVISION]: so many run in the end, and none besides.
exactly() {
    wait_for 60 ecs_is_steady srv "$1" "${2:-}"
    wait_for 20 ecs_containers_are "$1"
    local twice
    twice=$(docker ps --filter label=fairlead.managed=1 --format '{{.Label "com.amazonaws.ecs.task-arn"}}' | sort | uniq -d)
    [ -z "$twice" ] || fail "started twice: $twice"
}
has_begun() {
    [ "$(docker ps -aq --filter label=fairlead.managed=1 | wc -l)" -gt "$1" ]
}
all() {
    docker ps -aq --filter label=fairlead.managed=1 | wc -l
}

step "while it scales out"
before=$(all)
ecs update-service --service srv --desired-count 8 >/dev/null
wait_for 10 has_begun "$before"
killed
exactly 8 1

step "while it scales in"
ecs update-service --service srv --desired-count 3 >/dev/null
killed
exactly 3 1

step "while it rolls"
ecs_register web >/dev/null
before=$(all)
ecs update-service --service srv --task-definition web >/dev/null
wait_for 10 has_begun "$before"
killed
exactly 3 2

step "while it rolls back"
tar -C "$helpers" -c recording_app | docker import -c 'ENTRYPOINT ["/recording_app", "-?"]' - app:bad >/dev/null
ecs_register web app:bad >/dev/null
before=$(all) good=$(docker ps -q --filter label=fairlead.managed=1 | sort)
ecs update-service --service srv --task-definition web >/dev/null
wait_for 10 has_begun "$before"
killed
exactly 3 2
[ "$(docker ps -q --filter label=fairlead.managed=1 | sort)" = "$good" ] || fail "what served was stopped"

step "a task is stopped, and runs once"
task=$(ecs list-tasks --service-name srv --query 'taskArns[0]' --output text)
ecs stop-task --task "$task" >/dev/null
killed
exactly 3 2
! docker ps --filter label=fairlead.managed=1 --format '{{.Label "com.amazonaws.ecs.task-arn"}}' | grep -x "$task" || fail "$task runs again"
once=$(ecs run-task --task-definition web:2 --started-by me --query 'tasks[0].taskArn' --output text)
killed
runs_once() {
    [ "$(docker ps --filter "label=com.amazonaws.ecs.task-arn=$once" -q | wc -l)" = 1 ]
}
wait_for 20 runs_once
ecs describe-tasks --tasks "$once" --query 'tasks[0].startedBy' --output text | grep -x me >/dev/null || fail "who has started it is forgotten"
ecs stop-task --task "$once" >/dev/null
exactly 3 2
load_stop
# A worker of before closes its idle connections; who sends on one at that moment is not heard, once
# in a while. Who is heard is answered.
check_posts 6
[ "$(load_count failed)" -le 6 ] || fail "requests failed"
[ "$(jq '[.failures[] | select(.kind == "status" or .kind == "connect")] | length' "$work/load.json")" = 0 ] || fail "some were refused"

step "a container is removed by hand; the engine is stopped, and killed"
docker rm -f "$(docker ps -q --filter label=fairlead.managed=1 | head -n 1)" >/dev/null
exactly 3 2
dockerd_stop
is_away() {
    [ "$(ecs describe-container-instances --container-instances "$(ecs list-container-instances --query 'containerInstanceArns[0]' --output text)" \
        --query 'containerInstances[0].agentConnected' --output text)" = False ]
}
wait_for 15 is_away
dockerd_start
exactly 3 2
kill -KILL "$dockerd_pid"
dockerd_start
exactly 3 2

step "a stranger with labels of ours is reported, and left alone"
docker run -d --name stranger --label fairlead.managed=1 app -n x >/dev/null
is_reported() {
    ctl --json problems | jq -e '.Problems[] | select(.Object | startswith("container "))'
}
wait_for 15 is_reported
[ "$(docker inspect -f '{{.State.Running}}' stranger)" = true ] || fail "the stranger was stopped"
docker rm -f stranger >/dev/null
is_well() {
    ! is_reported
}
wait_for 15 is_well

step "while it is deleted"
ecs delete-service --service srv --force >/dev/null
killed
wait_for 30 ecs_containers_are 0
is_gone() {
    [ "$(ecs list-services --query 'length(serviceArns)' --output text)" = 0 ]
}
wait_for 20 is_gone
kill -TERM $manager_pid
wait $manager_pid || fail "it ended with $?"

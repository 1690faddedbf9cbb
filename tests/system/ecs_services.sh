#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A service of the ECS API on real containers, under load: it is scaled, rolled, rolled back, loses a
# container, has a task stopped and an instance drained, and is deleted. No request fails but those
# that a killed program had in hand.
. "$(dirname "$0")/../support/system.sh"
. "$support/aws.sh"
. "$support/docker.sh"
. "$support/ecs.sh"
system_begin "$@"
ecs_check
docker_begin

api=$(free_port) port=$(free_port)
ecs_config "$api" "$(ecs_instance i-a us-east-1a), $(ecs_instance i-b us-east-1b)"
ecs_begin "$api" "$port"
ecs_register web >/dev/null
ecs_create srv web 2 --deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true}'
wait_for 20 ecs_is_steady srv 2 1
load_start -r "$(count 400 1000)" -c 40 -k 100 -P 20 "127.0.0.1:$port" /=web

# zones COUNTS: how many tasks are in each zone, the fuller one first.
zones() {
    local tasks
    tasks=$(ecs list-tasks --service-name srv --query 'taskArns' --output text)
    # shellcheck disable=SC2086
    ecs describe-tasks --tasks $tasks --query 'tasks[].availabilityZone' --output text | tr '\t' '\n' |
        sort | uniq -c | awk '{ print $1 }' | sort -rn | paste -sd ' '
}

step "2 -> 10 -> 2"
ecs update-service --service srv --desired-count 10 >/dev/null
wait_for 30 ecs_is_steady srv 10
[ "$(zones)" = "5 5" ] || fail "zones have $(zones)"
ecs update-service --service srv --desired-count 2 >/dev/null
wait_for 30 ecs_is_steady srv 2
wait_for 20 ecs_containers_are 2
[ "$(zones)" = "1 1" ] || fail "zones have $(zones)"

step "another revision"
ecs_register web >/dev/null
ecs update-service --service srv --task-definition web >/dev/null
wait_for 40 ecs_is_steady srv 2 2
wait_for 20 ecs_containers_are 2
ecs_told srv "deployment completed." || fail "nothing was told"

step "a revision whose program ends at once is rolled back"
tar -C "$helpers" -c recording_app | docker import -c 'ENTRYPOINT ["/recording_app", "-?"]' - app:bad >/dev/null
ecs_register web app:bad >/dev/null
ecs update-service --service srv --task-definition web >/dev/null
wait_for 60 ecs_told srv "deployment failed: tasks failed to start."
wait_for 40 ecs_is_steady srv 2 2
wait_for 20 ecs_containers_are 2

step "and one whose image is not there"
ecs_register web app:missing >/dev/null
ecs update-service --service srv --task-definition web >/dev/null
wait_for 90 ecs_is_steady srv 2 2
ecs list-tasks --desired-status STOPPED --query 'taskArns' --output json >"$work/stopped"
# shellcheck disable=SC2046
ecs describe-tasks --tasks $(jq -r '.[]' "$work/stopped" | head -n 100) >"$work/tasks.json"
jq -e '[.tasks[] | select(.stopCode == "TaskFailedToStart" and (.containers[0].reason | startswith("CannotPullContainerError")))] | length >= 3' \
    "$work/tasks.json" >/dev/null || fail "no task says that its image is missing: $(jq -c '.tasks[] | [.stopCode, .stoppedReason]' "$work/tasks.json")"

step "a task is stopped"
task=$(ecs list-tasks --service-name srv --query 'taskArns[0]' --output text)
ecs stop-task --task "$task" --reason "on purpose" --query task.desiredStatus --output text | grep -x STOPPED >/dev/null ||
    fail "it is not told as STOPPED"
stopped_as() {
    ecs describe-tasks --tasks "$task" --query 'tasks[0].[lastStatus,stopCode,stoppedReason]' --output text |
        grep -x "$1" >/dev/null
}
wait_for 20 stopped_as $'STOPPED\tUserInitiated\ton purpose'
wait_for 20 ecs_is_steady srv 2 2


step "an instance is drained, and comes back"
instance=$(ecs list-container-instances --query 'containerInstanceArns[0]' --output text)
ecs update-container-instances-state --container-instances "$instance" --status DRAINING >/dev/null
is_empty() {
    [ "$(ecs describe-container-instances --container-instances "$instance" \
        --query 'containerInstances[0].runningTasksCount' --output text)" = 0 ]
}
wait_for 30 is_empty
wait_for 20 ecs_is_steady srv 2 2
ids=$(elb describe-target-health --target-group-arn "$group" --query 'TargetHealthDescriptions[].Target.Id' --output text |
    tr '\t' '\n' | sort -u | wc -l)
[ "$ids" = 1 ] || fail "targets are not named by the one instance that is left"
ecs update-container-instances-state --container-instances "$instance" --status ACTIVE >/dev/null

load_stop
check_posts 0
[ "$(load_count failed)" -eq 0 ] || fail "requests failed"

step "by fairleadctl"
ctl services | grep -E '^default/srv +2 of 2 +web:2 +web +80 +steady$' >/dev/null || fail "$(ctl services)"
ctl instances | grep -E '^i-a +default +us-east-1a +ACTIVE' >/dev/null || fail "$(ctl instances)"
ctl scale srv 3 >/dev/null
wait_for 20 ecs_is_steady srv 3 2
ctl roll srv | grep -F 'default/srv is being deployed anew' >/dev/null || fail "no roll"
ctl scale default/srv 2 >/dev/null
wait_for 30 ecs_is_steady srv 2 2
! ctl scale nobody 2 >"$work/out" 2>&1 || fail "nobody is scaled"
[ "$(ctl --json problems | jq '.Problems | length')" = 0 ] || fail "$(ctl problems)"

step "a container is killed"
load_start -i killed -r 200 -c 20 -k 100 -P 20 "127.0.0.1:$port" /=web
docker kill "$(docker ps -q --filter label=fairlead.managed=1 | head -n 1)" >/dev/null
wait_for 20 ecs_is_steady srv 2 2
wait_for 5 ecs_containers_are 2
load_stop
check_posts 1
[ "$(load_count failed)" -le 20 ] || fail "more than what the program had in hand"

step "it is deleted"
ecs delete-service --service srv --force >/dev/null
is_inactive() {
    [ "$(ecs describe-services --services srv --query 'services[0].status' --output text)" = INACTIVE ]
}
wait_for 20 is_inactive
ecs_containers_are 0 || fail "$(ecs_containers) containers run"
[ "$(ctl --json services | jq '.Services | length')" = 0 ] || fail "a service is left: $(ctl services)"
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Task events as Amazon ECS sends them: registered by bridge-mode bindings, ordered and
# deduplicated by detail.version, quarantined when they have no bindings.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port)
app_start "$port" web
DIR=$work "$support/config" -c 'path = "/index.php"; interval_milliseconds = 500; timeout_milliseconds = 450;' \
    -o 'services = ( { name = "web"; target_group = "web"; container_name = "dockerweb"; container_port = 80; } );
providers = ( { type = "push"; host = "127.0.0.1"; } );'
fairlead_start

arn=arn:aws:ecs:eu-west-1:123456789012:task/shop/0a1b2c3d4e5f60718293a4b5c6d7e8f9
# event VERSION LAST-STATUS DESIRED-STATUS [BINDINGS]
event() {
    local bindings=${4-"{\"bindIP\": \"0.0.0.0\", \"containerPort\": 80, \"hostPort\": $port, \"protocol\": \"tcp\"},
        {\"bindIP\": \"::\", \"containerPort\": 80, \"hostPort\": $port, \"protocol\": \"tcp\"}"}
    cat <<END
{ "version": "0", "id": "5b2f0c1e-7a64-4d0b-9f3d-2f5b8c6e1a90", "source": "aws.ecs",
  "detail-type": "ECS Task State Change", "account": "123456789012", "region": "eu-west-1",
  "time": "2026-03-04T10:15:31Z", "resources": [ "$arn" ],
  "detail": { "taskArn": "$arn", "group": "service:web", "version": $1,
    "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
    "availabilityZone": "eu-west-1b", "lastStatus": "$2", "desiredStatus": "$3",
    "startedAt": "2026-03-04T10:15:31.000Z", "healthStatus": "UNKNOWN", "attachments": [],
    "containers": [ { "name": "dockerweb", "lastStatus": "$2", "healthStatus": "UNKNOWN",
      "networkBindings": [ $bindings ], "networkInterfaces": [] } ] } }
END
}

step "a running task becomes a target"
event 3 RUNNING RUNNING | ctl task-event - >/dev/null
wait_for 10 targets_are web 1
is_served() {
    curl -sf --unix-socket "$work/http.sock" http://a/ | grep '^app=web'
}
wait_for 5 is_served

step "an older event, and the same one again, change nothing"
event 2 RUNNING STOPPED | ctl task-event - >/dev/null
event 3 RUNNING STOPPED | ctl task-event >/dev/null
targets_are web 1 || fail "an old event was believed"

step "a stopping task is drained at once"
event 4 RUNNING STOPPED >"$work/event.json"
ctl task-event "$work/event.json" >/dev/null
wait_for 10 targets_are web 0

step "a stopped task stays stopped"
event 5 STOPPED STOPPED | ctl task-event - >/dev/null
event 9 RUNNING RUNNING "" | sed 's/0a1b2c3d4e5f/ffffffffffff/g' | ctl task-event - >/dev/null || true
targets_are web 0 || fail "a stopped task came back"

step "an event without bindings is quarantined with its reason"
is_quarantined() {
    ctl --json problems | jq -e '[.Problems[] | select(.Object | contains("ffffffffffff"))] | length == 1'
}
wait_for 5 is_quarantined

step "what is no event is refused"
echo '{ "detail-type": "Something Else" }' | ctl task-event - >"$work/out" 2>&1 && fail "it was taken"
echo 'nonsense' | ctl task-event - >"$work/out" 2>&1 && fail "it was taken"
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ECS's objects by API calls: task definitions are made, told, refused and ended; all is the same
# after a restart and after control was killed.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
command -v aws >/dev/null || skip "there is no aws (package awscli)"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port)
aws_endpoint "$port" us-east-1
cat >"$work/fairlead.conf" <<END
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
api = { address = "127.0.0.1"; port = $port; };
listeners = ( { name = "http"; unix = "$work/http.sock";
    default_actions = ( { type = "fixed-response"; status_code = 404; } ); } );
END
start() {
    fairlead_start
    wait_for 10 aws_answers
}
objects() {
    /usr/bin/python3 "$(dirname "$0")/aws_ecs_definitions.py" "$1" >"$work/$2" 2>&1 ||
        fail "$1: $(tail -3 "$work/$2")"
}
ecs() {
    aws --endpoint-url "$AWS_ENDPOINT" ecs "$@"
}

start
aws_use_key anna

step "objects are made, changed and refused"
objects make wanted

step "they are the same after a restart, and after control was killed"
fairlead_stop
start
objects same told
diff "$work/wanted" "$work/told" >"$work/diff" || fail "after a restart: $(cat "$work/diff")"
kill -KILL "$fairlead_pid"
wait "$fairlead_pid" || true
gone() { [ -z "$(fairlead_children fairlead)" ] || ! aws_answers; }
wait_for 20 gone
start
objects same told
diff "$work/wanted" "$work/told" >"$work/diff" || fail "after a kill: $(cat "$work/diff")"

step "the aws CLI does the same"
arn=$(ecs register-task-definition --family cli --container-definitions \
    '[{"name": "a", "image": "shop/web:1", "memoryReservation": 64}]' --query taskDefinition.taskDefinitionArn --output text)
[ "$arn" = arn:aws:ecs:us-east-1:000000000000:task-definition/cli:1 ] || fail "it is registered as $arn"
[ "$(ecs list-task-definitions --family-prefix cli --query 'taskDefinitionArns[0]' --output text)" = "$arn" ] || fail "it is not listed"
ecs deregister-task-definition --task-definition cli:1 --query taskDefinition.status --output text | grep -x INACTIVE >/dev/null ||
    fail "it is not deregistered"

step "who may not, does not"
aws_use_key reader --read-only
ecs register-task-definition --family no --container-definitions '[]' >"$work/out" 2>&1 && fail "a read-only key registers"
grep -F '(AccessDeniedException)' "$work/out" >/dev/null || fail "it says $(cat "$work/out")"
ecs describe-task-definition --task-definition web >/dev/null || fail "a read-only key does not read"

fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ECS's objects by API calls: task definitions, clusters, capacity providers, tags and settings of
# the account, container instances and their attributes are made, told, refused and ended; all is the same
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
api = { address = "127.0.0.1"; port = $port; allow = [ "host_mounts:/srv", "capabilities:NET_ADMIN" ]; };
listeners = ( { name = "http"; unix = "$work/http.sock";
    default_actions = ( { type = "fixed-response"; status_code = 404; } ); } );
providers = ( { type = "push"; host = "127.0.0.1"; } );
container_instances = (
    { name = "i-1"; cluster = "metal"; zone = "us-east-1a"; endpoint = "unix://$work/no.sock"; cpu = 2048; memory = 4096;
      attributes = ( { name = "stack"; value = "prod"; } ); },
    { name = "i-2"; cluster = "metal"; zone = "us-east-1b"; endpoint = "unix://$work/no.sock"; cpu = 1024; memory = 512; } );
END
arn=arn:aws:ecs:us-east-1:123456789012:task/shop/0a1b2c3d4e5f60718293a4b5c6d7e8f9
cat >"$work/event.json" <<END
{ "version": "0", "id": "5b2f0c1e-7a64-4d0b-9f3d-2f5b8c6e1a90", "source": "aws.ecs",
  "detail-type": "ECS Task State Change", "account": "123456789012", "region": "us-east-1",
  "time": "2026-03-04T10:15:31Z", "resources": [ "$arn" ],
  "detail": { "taskArn": "$arn", "group": "family:batch", "version": 3,
    "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/shop", "availabilityZone": "us-east-1b",
    "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "startedAt": "2026-03-04T10:15:31.000Z",
    "containers": [ { "name": "main", "lastStatus": "RUNNING", "healthStatus": "HEALTHY",
        "networkBindings": [ { "bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 40001, "protocol": "tcp" } ] } ] } }
END
start() {
    fairlead_start
    wait_for 10 aws_answers
    ctl task-event "$work/event.json" >/dev/null
}
# objects MODE OUTPUT [FILE]
objects() {
    /usr/bin/python3 "$(dirname "$0")/aws_ecs_definitions.py" "$1" ${3:+"$3"} >"$work/$2" 2>&1 ||
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
kill_control() {
    kill -KILL "$fairlead_pid"
    wait "$fairlead_pid" || true
    wait_for 20 gone
}
gone() { [ -z "$(fairlead_children fairlead)" ] || ! aws_answers; }
kill_control
start
objects same told
diff "$work/wanted" "$work/told" >"$work/diff" || fail "after a kill: $(cat "$work/diff")"

step "what was answered before a kill is there, and no number comes again"
some() { [ -s "$work/revisions" ] && [ "$(wc -l <"$work/revisions")" -ge 10 ]; }
for _ in 1 2 3; do
    rm -f "$work/revisions"
    objects storm noted "$work/revisions" &
    storm=$!
    wait_for 20 some
    kill_control
    wait "$storm"
    start
    objects after noted "$work/revisions"
done

step "the aws CLI does the same"
arn=$(ecs register-task-definition --family cli --container-definitions \
    '[{"name": "a", "image": "shop/web:1", "memoryReservation": 64}]' --query taskDefinition.taskDefinitionArn --output text)
[ "$arn" = arn:aws:ecs:us-east-1:000000000000:task-definition/cli:1 ] || fail "it is registered as $arn"
[ "$(ecs list-task-definitions --family-prefix cli --query 'taskDefinitionArns[0]' --output text)" = "$arn" ] || fail "it is not listed"
ecs create-cluster --cluster-name cli --query cluster.status --output text | grep -x ACTIVE >/dev/null || fail "no cluster"
ecs delete-cluster --cluster cli --query cluster.status --output text | grep -x INACTIVE >/dev/null || fail "it stays"
ecs deregister-task-definition --task-definition cli:1 --query taskDefinition.status --output text | grep -x INACTIVE >/dev/null ||
    fail "it is not deregistered"

step "what is not permitted any more is not run any more"
ecs register-task-definition --family reaching --container-definitions '[{"name": "a", "image": "shop/web:1", "memory": 64,
    "linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}}}]' >/dev/null
ecs run-task --cluster metal --task-definition reaching >"$work/out" 2>&1 || fail "it is not even tried: $(cat "$work/out")"
sed -i 's/, "capabilities:NET_ADMIN"//' "$work/fairlead.conf"
ctl reload
ecs run-task --cluster metal --task-definition reaching >"$work/out" 2>&1 && fail "it is run all the same"
grep -F '(ClientException)' "$work/out" >/dev/null && grep -F 'no entry "capabilities:NET_ADMIN"' "$work/out" >/dev/null ||
    fail "it says $(cat "$work/out")"

step "who may not, does not"
aws_use_key reader --read-only
ecs register-task-definition --family no --container-definitions '[]' >"$work/out" 2>&1 && fail "a read-only key registers"
grep -F '(AccessDeniedException)' "$work/out" >/dev/null || fail "it says $(cat "$work/out")"
ecs describe-task-definition --task-definition web >/dev/null || fail "a read-only key does not read"

fairlead_stop

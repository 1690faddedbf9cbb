#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Targets registered and deregistered by AWS's clients: who may, what is refused in which words, no
# request lost while they come and go, and that what was answered with 200 is there after a crash.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
command -v aws >/dev/null || skip "there is no aws (package awscli)"
python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) first=$(free_port) second=$(free_port) listen_port=$(free_port)
app_start "$first" first
app_start "$second" second
aws_endpoint "$port" eu-central-1
DIR=$work "$support/config" -t "$first" -n "$listen_port" \
    -c 'path = "/"; interval_milliseconds = 500; timeout_milliseconds = 450;' \
    -o 'api = { address = "127.0.0.1"; port = '"$port"'; };
container_instances = ( { name = "i-0123456789abcdef1"; endpoint = "unix://'"$work"'/none.sock"; } );'
fairlead_start
DIR=$work "$support/ready" 1
url=http://127.0.0.1:$listen_port/
wait_for 5 aws_answers
elbv2() {
    aws --endpoint-url "$AWS_ENDPOINT" elbv2 "$@"
}
refuses() {
    local code=$1
    shift
    elbv2 "$@" >"$work/out" 2>&1 && fail "$* is not refused"
    grep -F "($code)" "$work/out" >/dev/null || fail "$*: $(cat "$work/out"), not $code"
}
aws_use_key reader --read-only
group=$(elbv2 describe-target-groups --names web --query 'TargetGroups[0].TargetGroupArn' --output text)

step "who may"
refuses MissingAuthenticationToken --no-sign-request register-targets --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second"
refuses AccessDenied register-targets --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second"
targets_are web 1 || fail "something was registered"
aws_use_key anna

step "what cannot be"
refuses TargetGroupNotFound register-targets --target-group-arn "${group%?}x" --targets "Id=127.0.0.1"
refuses InvalidTarget register-targets --target-group-arn "$group" --targets Id=i-0123456789abcdef0
refuses InvalidTarget register-targets --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second" Id=169.254.169.254,Port=80
refuses ValidationError register-targets --target-group-arn "$group" --targets Id=127.0.0.1,Port=70000
grep -i port "$work/out" >/dev/null || fail "$(cat "$work/out")"
targets_are web 1 || fail "half of a refused call was done"

step "a container instance stands for its engine's address"
elbv2 register-targets --target-group-arn "$group" --targets "Id=i-0123456789abcdef1,Port=$second"
elbv2 wait target-in-service --target-group-arn "$group" --targets "Id=i-0123456789abcdef1,Port=$second"
elbv2 describe-target-health --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second" --query 'TargetHealthDescriptions[0].TargetHealth.State' |
    grep '"healthy"' >/dev/null || fail "it is another address"
elbv2 deregister-targets --target-group-arn "$group" --targets "Id=i-0123456789abcdef1,Port=$second"
elbv2 wait target-deregistered --target-group-arn "$group" --targets "Id=i-0123456789abcdef1,Port=$second"
wait_for 10 targets_are web 1

step "a target comes, serves, and goes: none of the requests on the way is lost"
requests() {
    while [ ! -e "$work/enough" ]; do
        curl -s -m 5 -o /dev/null -w '%{http_code}\n' "$url" || echo failed
    done >"$work/codes"
}
requests &
requests_pid=$!
system_at_end kill -KILL $requests_pid
elbv2 register-targets --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second"
wait_for 10 targets_are web 2
elbv2 wait target-in-service --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second"
wait_for 5 served_by "first second" "$url"
elbv2 register-targets --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second" || fail "again is no mistake"
elbv2 deregister-targets --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second"
gone() {
    [ "$(elbv2 describe-target-health --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second" \
        --query 'TargetHealthDescriptions[0].TargetHealth.Reason' --output text)" = Target.NotRegistered ]
}
wait_for 10 gone
elbv2 wait target-deregistered --target-group-arn "$group" --targets "Id=127.0.0.1,Port=$second"
elbv2 deregister-targets --target-group-arn "$group" --targets "Id=192.0.2.1,Port=1" || fail "one that is not there"
touch "$work/enough"
wait $requests_pid || true
[ "$(sort -u "$work/codes")" = 200 ] || fail "$(sort "$work/codes" | uniq -c)"

step "the event log tells who it was"
ctl events --last 50 | grep 'anna.*RegisterTargets web' >/dev/null || fail "$(ctl events --last 20)"

step "what was answered is there after everything was killed"
python3 - "$AWS_ENDPOINT" "$group" "$second" "$fairlead_pid" <<'END' || fail "boto3"
import os, signal, sys
import boto3
endpoint, group, port, control = sys.argv[1:]
client = boto3.client("elbv2", endpoint_url=endpoint)
client.register_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": int(port), "AvailabilityZone": "all"}])
for entry in os.listdir("/proc"):
    if not entry.isdigit():
        continue
    try:
        title = open(f"/proc/{entry}/cmdline", "rb").read()
        parent = int(open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()[1])
    except OSError:
        continue
    if parent == int(control) and b"fairlead" in title:
        os.kill(int(entry), signal.SIGKILL)
os.kill(int(control), signal.SIGKILL)
END
wait "$fairlead_pid" || true
fairlead_start
wait_for 10 targets_are web 2
wait_for 10 served_by "first second" "$url"
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An api role that somebody has taken over has a call that was signed: it can hand that on, once, and
# neither change nor repeat it, nor can its successor.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port)
app_start "$app_port" web-1
DIR=$work "$support/config" -t "$app_port" -o 'api = { address = "127.0.0.1"; port = '"$port"'; };'
fairlead=$helpers/hostile/fairlead_hostile
cd "$work"
fairlead_start
address=http://127.0.0.1:$port
answers() {
    curl -sf -m 5 "$address/v1/status" >/dev/null
}
wait_for 10 answers
control_pid=$fairlead_pid
worker_pid=$(fairlead_children worker)
writer=$(curl -s --unix-socket admin.sock http://a/v1/keys -d '{"Name":"anna"}' |
    jq -r '.AccessKeyId + ":" + .SecretAccessKey')
drain='{"TargetGroupName":"web","Targets":[{"Id":"127.0.0.1","Port":'$app_port'}]}'

targets_held() {
    ctl --json targets web | jq '[.TargetHealthDescriptions[] | select(.IsHeld)] | length'
}

# act ACT: the role's successor does the act, with a call of now.
act() {
    step "api: $1"
    "$support/signed" POST "$address/v1/drain" "$drain" --key "$writer" --capture >captured
    printf %s "$drain" >captured.body
    echo "api $1" >hostile
    kill -KILL "$(fairlead_children 'fairlead: api')"
    wait_for 30 grep -q "^hostile $1: " fairlead.log
    ! grep "^hostile $1: broken" fairlead.log || fail "$1 has worked"
    wait_for 20 answers
    kill -0 "$control_pid" || fail "control is gone"
    [ "$(fairlead_children worker)" = "$worker_pid" ] || fail "the worker is gone"
    : >fairlead.log
}

for name in changed other_body; do
    act $name
    [ "$(targets_held)" = 0 ] || fail "the target is held"
done
act repeated
[ "$(targets_held)" = 1 ] || fail "the target is not held"
[ "$(ctl events --kind key | grep -c 'drain web')" = 1 ] || fail "it was made more than once"

step "its successor serves, and remembers"
status=$("$support/signed" POST "$address/v1/ready" "$drain" --key "$writer" --output out)
[ "$status" = 200 ] || fail "ready is answered with $status: $(cat out)"
[ "$(targets_held)" = 0 ] || fail "the target is held"
fairlead_stop

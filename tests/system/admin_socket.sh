#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The admin socket and fairleadctl: every GET answers JSON, errors have a code and a fitting
# status, exit codes are as documented, and strangers may not connect.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port)
app_start "$port" web
DIR=$work "$support/config" -t "$port" -r '10 /app1* app1' -g app1
fairlead_start
DIR=$work "$support/ready" 1

api() {
    local path=$1
    shift
    curl -s --unix-socket "$work/admin.sock" "$@" "http://fairlead/v1/$path"
}
exit_is() {
    local want=$1 got=0
    shift
    "$@" >"$work/out" 2>&1 || got=$?
    [ $got -eq "$want" ] || fail "exit $got, not $want: $* ($(cat "$work/out"))"
}

step "every GET answers with JSON"
for what in status listeners rules target-groups target-groups/web/targets services tasks \
    providers problems workers processes certificates events configuration configuration/difference \
    'explain?url=http://a/app1/x'; do
    api "$what" -f | jq -e 'type == "object"' >/dev/null || fail "GET /v1/$what"
done
api target-groups/web/targets | jq -e --argjson port "$port" '.TargetHealthDescriptions[0] |
    .Target.Id == "127.0.0.1" and .Target.Port == $port and (.TargetHealth.State | length > 0)' \
    >/dev/null || fail "the target is not shown as the ALB's API would"

step "the document names every member of every answer"
sed -i 's/^workers = 1/workers = 2/' "$work/fairlead.conf"
ctl reload >/dev/null 2>&1 || fail "refused"
sed -i 's/^workers = 2/workers = 3/' "$work/fairlead.conf"
for what in status listeners rules target-groups target-groups/web/targets services tasks providers \
    problems workers processes certificates events configuration configuration/difference 'explain?url=http://a/app1/x' \
    'explain?url=http://a/'; do
    api "$what" -f | jq -r '[paths | map(strings) | last // empty] | unique[]'
done | sort -u | while read -r member; do
    grep -qF "\"$member\"" "$support/../../docs/admin-api.md" ||
        { echo "$member"; exit 1; }
done || fail "docs/admin-api.md does not name it"

step "errors have a code and a status"
[ "$(api target-groups/none/targets -o "$work/out" -w '%{http_code}')" = 404 ] || fail "no 404"
jq -e '.error.code == "TargetGroupNotFound" and (.error.message | length > 0)' "$work/out" >/dev/null ||
    fail "the error is $(cat "$work/out")"
[ "$(api nothing -o /dev/null -w '%{http_code}')" = 404 ] || fail "no 404 for an unknown path"
[ "$(api status -X POST -o /dev/null -w '%{http_code}')" = 405 ] || fail "no 405"
[ "$(api register -d 'no json' -o /dev/null -w '%{http_code}')" = 400 ] || fail "no 400"

# refuses CALL BODY: with 400, whatever else is wrong.
refuses() {
    [ "$(api "$1" -d "$2" -o "$work/out" -w '%{http_code}')" = 400 ] ||
        fail "$1 took $2: $(cat "$work/out")"
}

step "a member of another type is refused, not left out"
one='"Id": "127.0.0.1", "Port": 9'
for body in '{"Container": ["x"]}' '{"Container": "x", "Wait": 1}' \
    '{"Container": "x", "TimeoutSeconds": "1m"}' '{"Container": "x", "TimeoutSeconds": -1}' \
    '{"Container": "x", "TimeoutSeconds": 1.5}' '{"Container": "x", "TimeoutSeconds": []}' \
    '{"Container": "x", "TimeoutSeconds": 4294967297}'; do
    refuses stop "$body"
done
refuses roll '{"Service": "srvweb", "Image": 5}'
refuses roll '{"Service": "srvweb", "Batch": 18446744073709551617}'
refuses reload '{"Force": "no"}'
refuses check '{"Path": 5}'
refuses register '{"TargetGroupName": ["web"], "Targets": [{'"$one"'}]}'
refuses register '{"TargetGroupName": "web", "Targets": {'"$one"'}}'
refuses register '{"TargetGroupName": "web", "Targets": [{'"$one"', "AvailabilityZone": 5}]}'
refuses register '{"TargetGroupName": "web", "Targets": [{'"$one"', "AvailabilityZone": "a\nb"}]}'
refuses register "{\"TargetGroupName\": \"web\", \"Targets\": [{$one, \"AvailabilityZone\": \"$(
    printf %065d 0)\"}]}"
refuses register "{\"TargetGroupName\": \"web\", \"Targets\": [$(
    printf "{$one},%.0s" $(seq 1000)){$one}]}"
[ "$(api stop -d '{"Container": "x", "TimeoutSeconds": null}' -o /dev/null -w '%{http_code}')" = 404 ] ||
    fail "null is not nothing"

step "fairleadctl's exit codes"
exit_is 0 ctl status
exit_is 0 ctl --json targets web
exit_is 1 ctl targets none
exit_is 2 ctl
exit_is 2 ctl frobnicate
exit_is 2 ctl register web
exit_is 3 "$fairleadctl" -s "$work/none.sock" status

step "register, drain, ready, deregister"
second=$(free_port)
app_start "$second" web-2
exit_is 0 ctl register web "127.0.0.1:$second" --zone pub2
wait_for 5 targets_are web 2 unavailable
exit_is 0 ctl drain web "127.0.0.1:$second"
wait_for 5 targets_are web 1 unavailable
exit_is 0 ctl ready web "127.0.0.1:$second"
wait_for 5 targets_are web 2 unavailable
exit_is 0 ctl deregister web "127.0.0.1:$second" --wait
targets_are web 1 unavailable || fail "it is still there"

step "keys"
ctl key create anna >"$work/key" || fail "no key"
[ "$(sed 's/=.*//' "$work/key" | paste -sd ' ')" = 'AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY' ] ||
    fail "the key is $(cat "$work/key")"
exit_is 1 ctl key create anna
exit_is 1 ctl key create 'a b'
exit_is 0 ctl key create bob --read-only
id=$(sed -n 's/^AWS_ACCESS_KEY_ID=//p' "$work/key")
ctl key list | grep -E "^anna +$id  " >/dev/null || fail "$(ctl key list)"
ctl key list | grep -E '^bob .* yes ' >/dev/null || fail "$(ctl key list)"
exit_is 0 ctl key delete anna
exit_is 1 ctl key delete anna
! ctl key list | grep anna >/dev/null || fail "it is still there"

step "check and explain"
exit_is 0 ctl check "$work/fairlead.conf"
echo 'nonsense = 1;' >"$work/bad.conf"
exit_is 1 ctl check "$work/bad.conf"
ctl explain http://a/app1/x | grep app1 >/dev/null || fail "explain does not name the group"

step "the socket's mode is 0660, and workers cannot reach it"
[ "$(stat -c %a "$work/admin.sock")" = 660 ] || fail "mode $(stat -c %a "$work/admin.sock")"
if [ "$(id -u)" = 0 ]; then
    exit_is 3 setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$fairleadctl" -s "$work/admin.sock" status
fi

step "a client that says nothing, or nonsense, disturbs nobody"
printf 'nonsense\r\n\r\n' | "$helpers/half_close" "$work/admin.sock" >/dev/null || true
exit_is 0 ctl status
fairlead_stop

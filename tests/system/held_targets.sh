#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Targets that are held (drained by hand) leave like any other: by deregister --wait, by a reload,
# with their task, and when their container is stopped; while they leave nobody makes them ready.
. "$(dirname "$0")/../support/system.sh"
. "$support/probe.sh"
system_begin "$@"

declare -A at
for name in stays static task hand container; do
    at[$name]=$(free_port)
    app_start "${at[$name]}" "$name"
done
engine_start
engine run "$A" container "${at[container]}" fairlead.service=web
mkdir "$work/tasks.d"
write_task() {
    cat >"$work/tasks.d/.task" <<END
{ "id": "t1", "service": "web", "last_status": "RUNNING", "desired_status": "RUNNING",
  "started_at": "2026-03-04T10:15:31.000Z", "bindings": [
  { "container_port": 80, "host_ip": "127.0.0.1", "host_port": ${at[task]}, "protocol": "tcp" } ] }
END
    mv "$work/tasks.d/.task" "$work/tasks.d/task.json"
}
# configure PORTS: with these static targets.
configure() {
    DIR=$work "$support/config" -t "$1" -o "
services = ( { name = \"web\"; target_group = \"web\"; container_port = 80; } );
providers = ( { type = \"file\"; directory = \"$work/tasks.d\"; },
    { type = \"docker\"; endpoint = \"unix://$work/engine.sock\"; } );"
}
place() {
    echo "127.0.0.1:${at[$1]}"
}
# is_there NAME HELD: registered, and held or not.
is_there() {
    ctl --json targets web | jq -e --argjson port "${at[$1]}" --argjson held "$2" \
        '[.TargetHealthDescriptions[] | select(.Target.Port == $port and .IsHeld == $held)] | length == 1'
}
is_gone() {
    ctl --json targets web | jq -e --argjson port "${at[$1]}" \
        '[.TargetHealthDescriptions[] | select(.Target.Port == $port)] | length == 0'
}
order() {
    curl -s -o "$work/out" -w '%{http_code}' --unix-socket "$work/admin.sock" -d "{\"TargetGroupName\":
        \"web\", \"Targets\": [{\"Id\": \"127.0.0.1\", \"Port\": $2},
        {\"Id\": \"127.0.0.1\", \"Port\": $3}]}" "http://fairlead/v1/$1"
}

write_task
configure "${at[stays]} ${at[static]}"
fairlead_start
ctl register web "$(place hand)" >/dev/null
wait_for 10 targets_are web 5 unavailable

step "an order with one unknown target does nothing"
[ "$(order drain "${at[hand]}" 9)" = 404 ] || fail "$(cat "$work/out")"
targets_are web 5 unavailable || fail "half of the order was done"

step "a held one is deregistered, and waited for"
ctl drain web "$(place hand)" >/dev/null
wait_for 5 is_there hand true
timeout 10 "$fairleadctl" -s "$work/admin.sock" deregister web "$(place hand)" --wait ||
    fail "deregister --wait of a held target does not end"
is_gone hand || fail "it is still there"

# leaves NAME: a held one whose reason went is gone soon, and was not made ready.
leaves() {
    ! ctl ready web "$(place "$1")" >"$work/out" 2>&1 || fail "$1 is made ready while it leaves"
    wait_for 5 is_gone "$1"
}
step "a held one goes with its row of the file, and comes back as it was: held"
ctl drain web "$(place static)" >/dev/null
configure "${at[stays]}"
ctl reload >/dev/null
leaves static
configure "${at[stays]} ${at[static]}"
ctl reload >/dev/null
wait_for 5 is_there static true
ctl ready web "$(place static)" >/dev/null
wait_for 5 is_there static false

step "a held one goes with its task"
ctl drain web "$(place task)" >/dev/null
wait_for 5 is_there task true
rm "$work/tasks.d/task.json"
wait_for 5 is_gone task
! ctl ready web "$(place task)" >/dev/null 2>&1 || fail "one that is gone is made ready"

step "a held container is stopped"
ctl drain web "$(place container)" >/dev/null
wait_for 5 is_there container true
timeout 10 "$fairleadctl" -s "$work/admin.sock" stop container --wait >"$work/out" 2>&1 ||
    fail "stop of a held container: $(cat "$work/out")"
wait_for 5 is_gone container
[ "$(engine_count stop)" = 1 ] || fail "the engine was asked $(engine_count stop) times"

step "what is left serves"
served() {
    [ "$(curl -s --unix-socket "$work/http.sock" "http://a/?[1-12]" |
        sed -n 's/^app=\([^ ]*\) .*/\1/p' | sort -u | paste -sd ' ')" = "static stays" ]
}
wait_for 5 served
fairlead_stop
engine_stop

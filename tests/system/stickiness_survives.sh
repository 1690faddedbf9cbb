#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A client stays with its target through a reload, a worker's death, a restart of fairlead, and on
# another instance with the same key; it moves when its target drains.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) second_port=$(free_port) ports=()
for name in one two three; do
    app_port=$(free_port)
    app_start "$app_port" "$name"
    ports+=("$app_port")
done
configure() {
    "$support/config" -n "$1" -w 2 -t "${ports[*]}" -o "stickiness = { key_path = \"$work/key\"; };" \
        -a 'stickiness = { enabled = true; type = "lb_cookie"; };'
}
head -c 32 /dev/urandom >"$work/key"
DIR=$work configure "$port"
fairlead_start
wait_for 10 targets_are web 3 unavailable

curl -s -c "$work/cookies" "http://127.0.0.1:$port/" >"$work/first"
target=$(sed 's/^app=\([^ ]*\) .*/\1/' "$work/first")
# stays WHERE PORT: twelve requests, over new connections, all meet the client's target.
stays() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
        curl -s -b "$work/cookies" "http://127.0.0.1:$2/" | grep "^app=$target " >/dev/null ||
            fail "the client lost its target $1"
    done
}
stays "at once" "$port"

step "a reload"
ctl reload >/dev/null
stays "by a reload" "$port"

step "a worker's death"
kill -KILL "$(fairlead_children worker | head -n 1)"
workers_are_back() {
    [ "$(fairlead_children worker | wc -l)" = 2 ]
}
wait_for 5 workers_are_back
stays "by a worker's death" "$port"

step "another instance with the same key"
mkdir -p "$work/second"
DIR=$work/second configure "$second_port"
"$fairlead" -f "$work/second/fairlead.conf" >>"$work/fairlead.log" 2>&1 &
second_pid=$!
system_at_end kill -KILL $second_pid
wait_for 10 curl -sf -o /dev/null "http://127.0.0.1:$second_port/"
stays "on another instance" "$second_port"
kill -TERM $second_pid
wait $second_pid || fail "the second instance ended with $?"

step "a restart of fairlead"
fairlead_stop
fairlead_start
wait_for 10 targets_are web 3 unavailable
stays "by a restart" "$port"

step "its target drains"
for app_port in "${ports[@]}"; do
    curl -s "http://127.0.0.1:$app_port/" | grep "^app=$target " >/dev/null || continue
    ctl drain web "127.0.0.1:$app_port" >/dev/null
done
wait_for 5 targets_are web 2 unavailable
moves() {
    curl -s -b "$work/cookies" "http://127.0.0.1:$port/" | grep -v "^app=$target " | grep '^app='
}
wait_for 5 everywhere moves
fairlead_stop

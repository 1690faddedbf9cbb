#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Workers serve on when control is killed, and finish when the next one takes over.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port)
app_start "$app_port" web
DIR=$work "$support/config" -n "$port" -t "$app_port"
fairlead_start
DIR=$work "$support/ready" 1
is_served() {
    curl -sf -m 5 "http://127.0.0.1:$port/" | grep '^app=web' >/dev/null
}
wait_for 5 is_served

step "control is killed, its worker serves on"
orphan=$(fairlead_children worker)
kill -KILL "$fairlead_pid"
wait "$fairlead_pid" || true
is_served || fail "not served without control"

step "a second control with the same state directory takes over"
fairlead_start
DIR=$work "$support/ready" 1
wait_for 5 is_served
is_gone() {
    ! kill -0 "$orphan"
}
wait_for 10 is_gone
grep -q 'told to finish' "$work/fairlead.log" || fail "nothing was said about the workers of before"

step "a third one is refused: the directory is in use"
sed "s#$work/admin.sock#$work/other.sock#" "$work/fairlead.conf" >"$work/other.conf"
if "$fairlead" -f "$work/other.conf" >"$work/second.log" 2>&1; then
    fail "two controls share a state directory"
fi
grep -q "in use by another fairlead (process $fairlead_pid)" "$work/second.log" ||
    fail "said instead: $(cat "$work/second.log")"
is_served || fail "the refused one disturbed the other"
fairlead_stop

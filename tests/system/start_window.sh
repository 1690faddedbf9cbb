#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# TERM at any moment of the start ends control and leaves no child behind; HUP at any moment that
# has a child is a reload, however many come in a row.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port)
DIR=$work "$support/config" -n "$port" -w 2 -d '{ type = "fixed-response"; status_code = "200"; }'

no_children() {
    ! ps -eo args= | grep '^fairlead: ' >/dev/null
}

step "TERM while it starts, from the first moment on"
for ((i = 0; i < $(count 20 100); i++)); do
    "$fairlead" -f "$work/fairlead.conf" >>"$work/fairlead.log" 2>&1 &
    fairlead_pid=$!
    sleep "0.0$(printf '%02d' $((i * 3 % 60)))" # the moments that are tested
    kill -TERM "$fairlead_pid"
    timeout 20 tail --pid="$fairlead_pid" -f /dev/null || fail "control does not end"
    wait_for 10 no_children
done

step "a storm of HUP right after the first child"
"$fairlead" -f "$work/fairlead.conf" >>"$work/fairlead.log" 2>&1 &
fairlead_pid=$!
system_at_end kill -KILL $fairlead_pid
has_child() {
    [ -n "$(fairlead_children observer)" ]
}
wait_for 10 has_child
for ((i = 0; i < 200; i++)); do
    kill -HUP "$fairlead_pid"
done
wait_for 10 ctl status
wait_for 10 curl -sf -o /dev/null "http://127.0.0.1:$port/"
[ "$(ctl --json status | jq .Reloads)" -lt 50 ] || fail "each of 200 HUPs was a reload of its own"
fairlead_stop

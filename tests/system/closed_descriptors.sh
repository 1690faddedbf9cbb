#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Started without stdin, stdout and stderr: nothing else takes their numbers, or the log would be
# written over it.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

app_port=$(free_port)
app_start "$app_port" web
DIR=$work "$support/config" -t "$app_port"

step "it serves, and its figures are figures"
"$fairlead" -f "$work/fairlead.conf" <&- >&- 2>&- &
pid=$!
DIR=$work "$support/ready" 1
curl -sf --unix-socket "$work/http.sock" http://a/ | grep '^app=web' >/dev/null || fail "it does not serve"
kill -HUP "$pid" # says something
ctl reload >/dev/null || fail "no reload"
for fd in 0 1 2; do
    [ "$(readlink "/proc/$pid/fd/$fd")" = /dev/null ] ||
        fail "descriptor $fd is $(readlink "/proc/$pid/fd/$fd")"
done
nobody_is_connected() {
    ctl status | tee "$work/status" | grep ', 0 connections$' || { cat "$work/status"; return 1; }
}
wait_for 5 nobody_is_connected

step "one of them alone"
kill "$pid"
wait "$pid" || fail "it ended with $?"
"$fairlead" -f "$work/fairlead.conf" >"$work/fairlead.log" 2>&1 <&- &
pid=$!
DIR=$work "$support/ready" 1
[ "$(readlink "/proc/$pid/fd/0")" = /dev/null ] || fail "stdin is $(readlink "/proc/$pid/fd/0")"
kill "$pid"
wait "$pid" || fail "it ended with $?"

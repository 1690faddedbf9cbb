#!/bin/bash
# TERM finishes what is in flight, refuses what comes later, and ends with 0; a second TERM ends
# at once; no child outlives control.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

app_port=$(free_port)
app_start "$app_port" web -d 1000
DIR=$work "$support/config" -t "$app_port" -w 2
fairlead_start
DIR=$work "$support/ready" 1

in_flight() {
    [ "$(metric fairlead_exchanges_active)" -eq "$1" ]
}
none_left() {
    # shellcheck disable=SC2086
    ! kill -0 $children 2>/dev/null
}

step "a request in flight is answered after TERM"
curl -si --unix-socket "$work/http.sock" http://a/slow >"$work/answer" &
curl_pid=$!
wait_for 5 in_flight 1
children=$(fairlead_children fairlead)
fairlead_stop
wait $curl_pid || fail "the request in flight was lost"
grep -q '^app=web' "$work/answer" || fail "the request in flight got: $(cat "$work/answer")"
grep -qi '^connection: close' "$work/answer" || fail "the client was not told of the close"
wait_for 5 none_left

step "a second TERM ends at once"
fairlead_start
DIR=$work "$support/ready" 1
curl -s -o /dev/null --unix-socket "$work/http.sock" http://a/slow &
wait_for 5 in_flight 1
began=$(date +%s%N)
kill -TERM "$fairlead_pid"
kill -TERM "$fairlead_pid"
wait "$fairlead_pid" || true
took_ms=$((($(date +%s%N) - began) / 1000000))
[ $took_ms -lt 900 ] || fail "it took $took_ms ms"

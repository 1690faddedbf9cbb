#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# TERM finishes what is in flight, refuses what comes later, and ends with 0; a second TERM ends
# at once; no child outlives control.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

app_port=$(free_port)
app_start "$app_port" web -d 2000
DIR=$work "$support/config" -t "$app_port" -w 2
fairlead_start
DIR=$work "$support/ready" 1

# The application tells when it has begun a POST; it answers two seconds later.
post() {
    curl -si -d x -H "X-Request-Id: $1" --unix-socket "$work/http.sock" http://a/slow
}
has_begun() {
    grep -q "^begin $1 " "$work/web.out"
}
none_left() {
    # shellcheck disable=SC2086
    ! kill -0 $children 2>/dev/null
}

step "a request in flight is answered after TERM"
post first >"$work/answer" &
curl_pid=$!
wait_for 5 has_begun first
children=$(fairlead_children fairlead)
fairlead_stop
wait $curl_pid || fail "the request in flight was lost"
grep -q '^app=web' "$work/answer" || fail "the request in flight got: $(cat "$work/answer")"
grep -qi '^connection: close' "$work/answer" || fail "the client was not told of the close"
wait_for 5 none_left

step "the log is calm, also when everybody gets the TERM"
fairlead_start
DIR=$work "$support/ready" 1
post everybody >"$work/answer" &
curl_pid=$!
wait_for 5 has_begun everybody
# shellcheck disable=SC2046
kill -TERM "$fairlead_pid" $(fairlead_children fairlead)
wait "$fairlead_pid" || fail "fairlead ended with $?"
wait $curl_pid || fail "the request in flight was lost"
[ "$(grep -c 'has stopped' "$work/fairlead.log")" = 8 ] || fail "not all of them stopped"
! grep -E 'killed|status|warning|error' "$work/fairlead.log" || fail "the log is not calm"

step "who waits on the admin socket is told why that ends"
fairlead_start
DIR=$work "$support/ready" 1
post waited >/dev/null &
wait_for 5 has_begun waited
ctl events --follow >"$work/events" &
events_pid=$!
ctl deregister web "127.0.0.1:$app_port" --wait >"$work/deregister" 2>&1 &
deregister_pid=$!
is_draining() {
    grep -q draining "$work/events"
}
wait_for 5 is_draining
fairlead_stop
wait $deregister_pid && fail "the deregistration looks done" || true
wait $events_pid && fail "the end of the events looks like success" || true
for told in deregister events; do
    grep -q 'fairlead is stopping' "$work/$told" || fail "$told ends with: $(tail -n 2 "$work/$told")"
done

step "a second TERM ends at once"
fairlead_start
ctl register web "127.0.0.1:$app_port" >/dev/null
DIR=$work "$support/ready" 1
post second >/dev/null &
wait_for 5 has_begun second
# From now on the request in flight cannot end.
kill -STOP "$app_pid"
kill -TERM "$fairlead_pid"
has_heard() {
    [ "$(grep -c 'signal 15' "$work/fairlead.log")" -eq 4 ]
}
wait_for 5 has_heard
kill -TERM "$fairlead_pid"
has_ended() {
    ! kill -0 "$fairlead_pid"
}
wait_for 10 has_ended
! grep 'when the time to stop was over' "$work/fairlead.log" || fail "it waited"

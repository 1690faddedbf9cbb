#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A restart by a service manager that keeps sockets (systemd's FDSTORE): the port stays open, what
# is in flight is finished, who comes meanwhile waits and is answered; a listener that a reload
# drops is kept no more.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) other=$(free_port) app_port=$(free_port) slow=$(free_port)
app_start "$app_port" web
app_start "$slow" slow -d 1500
DIR=$work "$support/config" -n "$port" -t "$app_port" -w 2 -r "10 /slow slow" -g slow -t "$slow"
sed "s/^listeners = ($/&\n  { name = \"other\"; protocol = \"HTTP\"; address = \"127.0.0.1\"; port = $other; default_actions = ( { type = \"forward\"; target_group = \"web\"; } ); },/" \
    "$work/fairlead.conf" >"$work/two.conf"
cmp -s "$work/fairlead.conf" "$work/two.conf" && fail "there is no second listener"
cp "$work/fairlead.conf" "$work/one.conf"
cp "$work/two.conf" "$work/fairlead.conf"

"$support/service_manager" "$work" "$fairlead" -f "$work/fairlead.conf" >>"$work/fairlead.log" 2>&1 &
manager_pid=$!
system_at_end kill -KILL $manager_pid
wait_for 10 ctl status
DIR=$work "$support/ready" 1
keeps() { # LISTENERS: that many, with two sockets each
    [ "$(sort -u "$work/kept" | wc -l)" = "$1" ] && [ "$(wc -l <"$work/kept")" = $(($1 * 2)) ]
}
started() {
    ctl --json status | jq -r .StartedAt
}

step "each listener's sockets are kept"
wait_for 5 keeps 2
grep -qx "listener 127.0.0.1|$port" "$work/kept" || fail "kept is $(cat "$work/kept")"

step "restarts: who comes waits, what is in flight is finished"
for ((n = 1; n <= $(count 2 4); n++)); do
    before=$(started)
    load_start -r 200 -c 20 -k 1 -P 30 -n "$(count 600 5000)" "127.0.0.1:$port" /=web
    curl -sf -m 30 "http://127.0.0.1:$port/slow" >"$work/slow.answer" &
    slow_pid=$!
    is_under_way() {
        [ "$(ctl --json status | jq .ActiveRequestCount)" -gt 0 ]
    }
    wait_for 5 is_under_way
    kill -HUP $manager_pid
    is_another() {
        [ "$(started)" != "$before" ]
    }
    wait_for 20 is_another
    load_wait
    [ "$(load_count failed)" = 0 ] || fail "requests were lost in restart $n"
    wait $slow_pid || fail "what was in flight was lost"
done
wait_for 5 keeps 2

step "a listener that is dropped is kept no more"
cp "$work/one.conf" "$work/fairlead.conf"
ctl reload >/dev/null || fail "refused"
wait_for 5 keeps 1
nobody_listens() {
    ! curl -sf -m 2 -o /dev/null "http://127.0.0.1:$other/"
}
wait_for 5 nobody_listens

step "the stop"
kill -TERM $manager_pid
wait $manager_pid || fail "it ended with $?"
! curl -sf -m 2 -o /dev/null "http://127.0.0.1:$port/" || fail "somebody still listens"

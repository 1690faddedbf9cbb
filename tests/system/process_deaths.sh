#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Workers and observers are killed and the configuration is reloaded over and over, under load.
# A worker's death may end what it had in flight; nothing else may fail.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port) other_port=$(free_port)
app_start "$app_port" web-1
app_start "$other_port" web-2
DIR=$work "$support/config" -n "$port" -w 2 -t "$app_port,$other_port"
fairlead_start

worker_is_replaced() {
    [ "$(fairlead_children worker | wc -l)" -eq 2 ] && ! fairlead_children worker | grep -x "$old" >/dev/null
}

deaths=$(count 5 60) connections=16
step "a worker dies every second, $deaths times"
load_start -r 1000 -c $connections -P 20 -i deaths "127.0.0.1:$port" /=web
for ((i = 0; i < deaths; i++)); do
    sleep 1 # the pace that is tested, not a wait
    old=$(fairlead_children worker | sed -n "$((i % 2 + 1))p")
    kill -KILL "$old"
    wait_for 5 worker_is_replaced
done
load_stop
failed=$(load_count failed)
echo "worker deaths: $deaths, requests that ended with them: $failed"
wrong=$(jq '[.failures[] | select(.kind | test("reset|closed|truncated") | not)] | length' "$work/load.json")
[ "$wrong" -eq 0 ] || fail "$wrong requests failed otherwise than by a closed connection"
[ "$failed" -le $((deaths * connections)) ] || fail "more failed than were in flight"

observers=$(count 3 20)
step "the observer dies $observers times"
load_start -r 1000 -c $connections -P 20 -i observer "127.0.0.1:$port" /=web
for ((i = 0; i < observers; i++)); do
    old=$(fairlead_children observer)
    kill -KILL "$old"
    is_replaced() {
        new=$(fairlead_children observer) && [ -n "$new" ] && [ "$new" != "$old" ]
    }
    wait_for 5 is_replaced
done
load_stop
[ "$(load_count failed)" -eq 0 ] || fail "requests failed with the observer"

reloads=$(count 20 100)
step "$reloads reloads"
load_start -r 1000 -c $connections -P 20 -i reload "127.0.0.1:$port" /=web
for ((i = 0; i < reloads; i++)); do
    DIR=$work "$support/config" -n "$port" -w 2 -t "$app_port,$other_port" \
        -r "$((i + 1)) /never/$i web"
    ctl reload >"$work/reload.out" 2>&1 || fail "reload $i: $(cat "$work/reload.out")"
done
load_stop
[ "$(load_count failed)" -eq 0 ] || fail "requests failed with a reload"
fairlead_stop

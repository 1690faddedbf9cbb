#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Algorithms as several workers see them: weighted random shares, and turns away from a target
# whose errors stand out; least outstanding requests counts what all workers have in flight.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) ports=()
for name in one two three; do
    app_port=$(free_port)
    app_start "$app_port" "$name" -u "$work/$name.sick"
    ports+=("$app_port")
done
three_pid=$app_pid
# configure WORKERS PORTS ALGORITHM
configure() {
    DIR=$work "$support/config" -n "$port" -w "$1" -t "$2" \
        -a "passive_health = { enabled = false; }; load_balancing = { algorithm = { $3 }; };"
}

step "weighted random gives each target its chance"
configure 1 "${ports[*]}" 'type = "weighted_random"; anomaly_mitigation = true;'
fairlead_start
wait_for 10 targets_are web 3 unavailable
for name in one two three; do
    # 100 of 300 are expected; beside these bounds once in some billion runs.
    got=$(answered_by "$name" 300 "http://127.0.0.1:$port/")
    [ "$got" -ge 50 ] && [ "$got" -le 150 ] || fail "$name got $got of 300"
done

step "a target whose errors stand out gets fewer"
touch "$work/one.sick"
# Its errors go on, as the shares are worked out every five seconds.
load_start -r 200 -c 4 "127.0.0.1:$port" /index.php
is_spared() {
    local got
    got=$(answered_by one 200 "http://127.0.0.1:$port/")
    echo "one got $got of 200"
    [ "$got" -le 30 ]
}
wait_for 20 is_spared
load_stop >/dev/null
fairlead_stop

step "least outstanding requests passes by a target that another worker keeps busy"
configure 2 "${ports[0]} ${ports[2]}" 'type = "least_outstanding_requests";'
fairlead_start
wait_for 10 targets_are web 2 unavailable
in_flight() {
    ctl --json targets web | jq -e --argjson port "${ports[2]}" --argjson want "$1" \
        '.TargetHealthDescriptions[] | select(.Target.Port == $port) | .InFlight == $want'
}
# Of two requests one goes to each idle target; the stopped one keeps its own.
kill -STOP "$three_pid"
curl -s "http://127.0.0.1:$port/?[1-2]" >/dev/null &
first=$!
wait_for 5 in_flight 1
for _ in 1 2 3 4 5 6 7 8 9 10; do
    curl -s -m 5 "http://127.0.0.1:$port/" | grep '^app=one ' >/dev/null || fail "the busy target was chosen"
done
in_flight 1 >/dev/null || fail "the busy target is not busy any more"
kill -CONT "$three_pid"
wait $first
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What fairlead knows of its targets outlives it: ids and health, for tasks and for what was
# registered by hand. Then passive health: connections that fail take a target out before any
# check does, and it returns when the observer has confirmed it.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) good_port=$(free_port) bad_port=$(free_port)
app_start "$good_port" good
app_start "$bad_port" bad
bad_pid=$app_pid
# After the first check the next one comes too late to be what is seen here.
DIR=$work "$support/config" -n "$port" -t "$good_port" -a 'passive_health = { enabled = true; };' \
    -c 'path = "/index.php"; interval_seconds = 120; timeout_seconds = 2; healthy_threshold_count = 5;'
fairlead_start
ctl register web "127.0.0.1:$bad_port" >/dev/null
wait_for 10 targets_are web 2

step "a restart: targets are healthy at once, without five checks"
fairlead_stop
fairlead_start
wait_for 10 targets_are web 2 # the second of five checks would come after two minutes
ctl --json events | jq -r '.Events[].Text' >"$work/events"
! grep -q unhealthy "$work/events" || fail "a restart made a target unhealthy"

step "connections that fail take a target out"
bad_is_served() {
    curl -s "http://127.0.0.1:$port/" | grep '^app=bad ' >/dev/null
}
load_start -r 300 -c 8 "127.0.0.1:$port" /
# That it answered until now must not keep it in.
wait_for 10 bad_is_served
kill -KILL "$bad_pid"
targets_are_out() {
    ctl events | grep -E "127.0.0.1:$bad_port.*(eject|passive)" >/dev/null
}
wait_for 20 targets_are_out

step "it returns when it has been confirmed"
app_start "$bad_port" bad
wait_for 60 bad_is_served
load_stop
[ "$(load_count failed)" -eq 0 ] || fail "requests failed"
[ "$(metric fairlead_retries_denied_total)" -eq 0 ] || fail "retries were denied"
ctl events | grep "127.0.0.1:$bad_port" | tail -n 5
wait_for 5 metric_is 'fairlead_target_transitions_total{state="healthy"}' -ge 2
fairlead_stop

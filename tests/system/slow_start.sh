#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Slow start: a target that joins others begins with a small share, which grows to a full one; one
# that falls sick and recovers begins again; targets that start a group have nobody to spare them.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) old_port=$(free_port) new_port=$(free_port)
app_start "$old_port" old
app_start "$new_port" new -u "$work/new.sick"

# configure DURATION [PORTS]: a long duration stands still for the time of a test.
configure() {
    DIR=$work "$support/config" -n "$port" -t "${2:-$old_port}" -a "slow_start = { $1 };" \
        -a 'passive_health = { enabled = false; };' \
        -c 'path = "/index.php"; interval_milliseconds = 400; timeout_milliseconds = 350;
            healthy_threshold_count = 2; unhealthy_threshold_count = 2;'
}
# new_gets LEAST MOST: whether its share of 100 requests is in that range.
new_gets() {
    local share
    share=$(answered_by new 100 "http://127.0.0.1:$port/")
    echo "$share of 100"
    [ "$share" -ge "$1" ] && [ "$share" -le "$2" ]
}

step "a target that joins begins with a small share, those that were there are spared nothing"
configure 'duration_seconds = 900'
fairlead_start
wait_for 10 targets_are web 1
ctl register web "127.0.0.1:$new_port" >/dev/null
wait_for 10 targets_are web 2
new_gets 0 10 || fail "it got $(new_gets 0 10)"

step "the share grows to a full one"
configure 'duration_milliseconds = 500'
ctl reload >/dev/null
wait_for 10 new_gets 49 51

step "a recovery begins again"
configure 'duration_seconds = 900'
ctl reload >/dev/null
touch "$work/new.sick"
wait_for 10 targets_are web 1 unhealthy
rm "$work/new.sick"
wait_for 10 targets_are web 2
new_gets 0 10 || fail "it got $(new_gets 0 10) after its recovery"

step "targets of before a restart do not begin again"
fairlead_stop
fairlead_start
wait_for 10 targets_are web 2
new_gets 49 51 || fail "it got $(new_gets 49 51) after the restart"
fairlead_stop

step "the first targets of a group share evenly"
rm "$work/state/state.json"
configure 'duration_seconds = 900' "$old_port $new_port"
fairlead_start
wait_for 10 targets_are web 2
new_gets 49 51 || fail "it got $(new_gets 49 51) of a group that begins"
fairlead_stop

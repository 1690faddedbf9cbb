#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# target_group_health: below the least count, or percentage, of healthy targets every target gets
# requests, the sick ones keep their state, and it ends as soon as enough are healthy again.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) ports=()
url=http://127.0.0.1:$port/
for name in one two three; do
    app_port=$(free_port)
    app_start "$app_port" "$name" -u "$work/$name.sick"
    ports+=("$app_port")
done
configure() {
    DIR=$work "$support/config" -n "$port" -t "${ports[*]}" \
        -a 'passive_health = { enabled = false; };' \
        -a "target_group_health = { unhealthy_state_routing = { minimum_healthy_targets = { $1 }; }; };" \
        -c 'path = "/index.php"; interval_milliseconds = 400; timeout_milliseconds = 350;
            healthy_threshold_count = 2; unhealthy_threshold_count = 2;'
}
says_open() {
    ctl --json explain "http://a:$port/" | jq -e --argjson want "$1" '[.. | .FailsOpen? // empty] == [] or
        ([.. | objects | select(has("FailsOpen")) | .FailsOpen] | all(. == $want))'
}

step "as many healthy targets as asked for: the sick one gets nothing"
configure 'count = 2;'
fairlead_start
wait_for 10 targets_are web 3
touch "$work/one.sick"
wait_for 10 targets_are web 1 unhealthy
wait_for 5 served_by "three two" "$url"
says_open false || fail "explain says that the group fails open"
[ "$(metric 'fairlead_fail_open_requests_total{target_group="web"}')" = 0 ] || fail "it was counted"

step "fewer: all of them get requests, and keep their state"
touch "$work/two.sick"
wait_for 10 targets_are web 2 unhealthy
wait_for 5 served_by "one three two" "$url"
says_open true || fail "explain does not say that the group fails open"
targets_are web 2 unhealthy || fail "the sick ones are not called unhealthy"
is_counted() {
    [ "$(metric 'fairlead_fail_open_requests_total{target_group="web"}')" -ge 12 ]
}
wait_for 5 is_counted

step "enough again: the sick one gets nothing"
rm "$work/two.sick"
wait_for 10 targets_are web 2
wait_for 5 served_by "three two" "$url"

step "a percentage asks for more than two of three, from the reload on"
configure 'count = 1; percentage = 67;'
ctl reload >/dev/null
wait_for 5 served_by "one three two" "$url"
configure 'count = 1; percentage = 66;'
ctl reload >/dev/null
wait_for 5 served_by "three two" "$url"
fairlead_stop

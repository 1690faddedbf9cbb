#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The scenario on real containers: web, app1 and app2 behind one listener while one is removed,
# one added, one sick, one restarted on a new port, and dockerd is restarted, all under 500
# requests a second, of which none may fail.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
system_begin "$@"
docker_begin

port=8080
docker_config $port
fairlead_start

step "six containers register themselves"
for app in web app1 app2; do
    run_app "$app-1" "srv$app"
    run_app "$app-2" "srv$app"
done
for app in web app1 app2; do
    wait_for 10 targets_are "target$app" 2
done

is_served_by() {
    [ "$(apps_under "http://127.0.0.1:$port$1")" = "$2" ]
}
wait_for 5 is_served_by / "web-1 web-2"
wait_for 5 is_served_by /app1/x "app1-1 app1-2"
wait_for 5 is_served_by /app2 "app2-1 app2-2"

load_start -r 500 -c 40 -k 200 "127.0.0.1:$port" /=web /app1/=app1 /app2/x=app2

step "one is removed"
docker rm -f web-1 >/dev/null
wait_for 5 targets_are targetweb 1
wait_for 5 is_served_by / web-2

step "one is added"
run_app web-3 srvweb
wait_for 5 targets_are targetweb 2
wait_for 5 is_served_by / "web-2 web-3"

step "one becomes sick, and well again"
touch "$work/record/app1-1.sick"
wait_for 10 targets_are targetapp1 1 unhealthy
wait_for 5 is_served_by /app1/x app1-2
rm "$work/record/app1-1.sick"
wait_for 10 targets_are targetapp1 2

step "one is restarted: same id, new port"
before=$(docker_port app2-1)
docker restart -t 5 app2-1 >/dev/null
[ "$(docker_port app2-1)" != "$before" ] || step "the engine gave it the same port again"
wait_for 10 targets_are targetapp2 2
wait_for 5 is_served_by /app2 "app2-1 app2-2"

is_connected() {
    [ "$(ctl --json providers | jq '.Providers[0].Connected')" = "$1" ]
}
all_are_back() {
    wait_for 15 is_connected true
    for app in web app1 app2; do
        wait_for 10 targets_are "target$app" 2
    done
}
step "dockerd is restarted: targets stay"
dockerd_stop
wait_for 10 is_connected false
targets_are targetweb 2 || fail "targets were lost with dockerd"
dockerd_start
all_are_back

step "dockerd is killed and started again"
kill -KILL "$dockerd_pid"
wait_for 10 is_connected false
targets_are targetweb 2 || fail "targets were lost with dockerd"
dockerd_start
all_are_back
run_app web-4 srvweb
wait_for 10 targets_are targetweb 3

load_stop
[ "$(load_count failed)" -eq 0 ] || fail "requests failed"
[ "$(load_count sent)" -gt 1000 ] || fail "too few requests to mean anything"
fairlead_stop

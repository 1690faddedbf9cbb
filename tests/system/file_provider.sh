#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The file provider: tasks from *.json come, change and go with their files; a broken file is
# quarantined with its reason and changes nothing for the others.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

one=$(free_port) two=$(free_port)
app_start "$one" web-1
app_start "$two" web-2
mkdir "$work/tasks.d"
DIR=$work "$support/config" -c 'path = "/index.php"; interval_milliseconds = 500; timeout_milliseconds = 450;' \
    -o "services = ( { name = \"srvweb\"; target_group = \"web\"; container_name = \"dockerweb\"; container_port = 80; } );
providers = ( { type = \"file\"; directory = \"$work/tasks.d\"; } );"
fairlead_start

# Files are put in place whole, as a careful writer does.
put() {
    cat >"$work/tasks.d/.$1.new"
    mv "$work/tasks.d/.$1.new" "$work/tasks.d/$1"
}
task() {
    cat <<END
{ "id": "$1", "service": "srvweb", "container_name": "dockerweb", "last_status": "RUNNING",
  "desired_status": "RUNNING", "started_at": "2026-03-04T10:15:31.000Z",
  "bindings": [ { "container_port": 80, "host_ip": "127.0.0.1", "host_port": $2, "protocol": "tcp" } ] }
END
}
apps() {
    for _ in 1 2 3 4 5 6; do
        curl -s --unix-socket "$work/http.sock" http://a/
    done | sed -n 's/^app=\([^ ]*\) .*/\1/p' | sort -u | paste -sd ' '
}
apps_are() {
    [ "$(apps)" = "$1" ]
}

step "a file appears: a task in it is served"
task one "$one" | put one.json
wait_for 10 targets_are web 1
wait_for 5 apps_are web-1

step "an array of tasks"
{ echo "["; task two "$two"; echo "]"; } | put more.json
wait_for 10 targets_are web 2
wait_for 5 apps_are "web-1 web-2"

step "a file that is not JSON is quarantined"
echo '{ "id": ' | put broken.json
is_quarantined() {
    ctl --json problems | jq -e --arg name "$1" '[.Problems[] | select(.Object | contains($name))] | length == 1'
}
wait_for 10 is_quarantined broken.json
targets_are web 2 || fail "the other tasks were lost"
rm "$work/tasks.d/broken.json"
is_well() {
    ctl --json problems | jq -e '.Problems | length == 0'
}
wait_for 10 is_well

step "a stopping task drains; a removed file takes its tasks along"
task one "$one" | sed 's/"desired_status": "RUNNING"/"desired_status": "STOPPED"/' | put one.json
wait_for 10 targets_are web 1
wait_for 5 apps_are web-2
rm "$work/tasks.d/one.json" "$work/tasks.d/more.json"
wait_for 10 targets_are web 0
is_empty() {
    ctl --json tasks | jq -e '.Tasks | length == 0'
}
wait_for 10 is_empty
fairlead_stop

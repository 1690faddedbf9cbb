#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What hands took out stays out over a restart: a target that is drained goes on draining until it
# is made ready, and one that was deregistered comes back by being registered only, whether the
# configuration, a task or a hand had asked for it.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port)
url=http://127.0.0.1:$port/
declare -A at
for name in stays static task hand; do
    at[$name]=$(free_port)
    app_start "${at[$name]}" "$name"
done
mkdir "$work/tasks.d"
cat >"$work/tasks.d/task.json" <<END
{ "id": "t1", "service": "web", "last_status": "RUNNING", "desired_status": "RUNNING",
  "started_at": "2026-03-04T10:15:31.000Z", "bindings": [
  { "container_port": 80, "host_ip": "127.0.0.1", "host_port": ${at[task]}, "protocol": "tcp" } ] }
END
DIR=$work "$support/config" -n "$port" -t "${at[stays]} ${at[static]}" -o "
services = ( { name = \"web\"; target_group = \"web\"; container_port = 80; } );
providers = ( { type = \"file\"; directory = \"$work/tasks.d\"; } );"
fairlead_start
ctl register web "127.0.0.1:${at[hand]}" >/dev/null
wait_for 10 targets_are web 4 unavailable

# restart: the files were read again when the providers say so.
restart() {
    fairlead_stop
    fairlead_start
    wait_for 10 task_is_fresh
}
task_is_fresh() {
    ctl --json tasks | jq -e '[.Tasks[] | select(.IsStale == false)] | length == 1'
}
for_all() {
    local name
    for name in static task hand; do
        ctl "$1" web "127.0.0.1:${at[$name]}" >/dev/null || fail "$1 $name"
    done
}

step "drained targets go on draining"
for_all drain
wait_for 5 targets_are web 3 draining
restart
wait_for 5 targets_are web 3 draining
wait_for 5 targets_are web 1 unavailable
wait_for 5 served_by stays "$url"

step "and are made ready afterwards"
for_all ready
wait_for 5 targets_are web 4 unavailable
wait_for 5 served_by "hand static stays task" "$url"
restart
wait_for 5 targets_are web 4 unavailable

step "deregistered targets stay away"
for_all deregister
wait_for 5 targets_are web 1 unavailable
restart
wait_for 5 targets_are web 1 unavailable
wait_for 5 served_by stays "$url"
ctl reload >/dev/null
targets_are web 1 unavailable || fail "a reload brought them back"

step "and are registered again"
for_all register
wait_for 5 targets_are web 4 unavailable
wait_for 5 served_by "hand static stays task" "$url"
fairlead_stop

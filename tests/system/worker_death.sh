#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What waits in the queue of a worker that dies is served by the one that replaces it.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port)
app_start "$app_port" web
DIR=$work "$support/config" -n "$port" -t "$app_port"
fairlead_start
DIR=$work "$support/ready" 1

step "thirty connections wait for a stopped worker, which is then killed"
worker=$(fairlead_children worker)
kill -STOP "$worker"
pids=
for i in $(seq 30); do
    curl -sf -m 20 "http://127.0.0.1:$port/$i" >"$work/answer.$i" &
    pids="$pids $!"
done
are_connected() {
    [ "$(awk -v port="$(printf ':%04X' "$port")" \
        '$3 ~ port"$" && $4 == "01"' /proc/net/tcp | wc -l)" -eq 30 ]
}
wait_for 10 are_connected
kill -KILL "$worker"
for pid in $pids; do
    wait "$pid" || fail "a waiting connection was lost"
done
[ "$(cat "$work"/answer.* | grep -c '^app=web')" -eq 30 ] || fail "not all were served"

step "a worker that ends by itself is not killed on its way out"
worker=$(fairlead_children worker)
kill -TERM "$worker"
wait_for 10 grep -q "process $worker exited with status 0" "$work/fairlead.log"

step "the restarts are counted"
wait_for 5 metric_is fairlead_worker_restarts_total -eq 2
fairlead_stop

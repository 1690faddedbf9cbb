#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A container is killed, and one of another service takes its host port at once: no request may
# reach the wrong application, not even on a connection that was open.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
system_begin "$@"
docker_begin

port=8080 kills=$(count 10 200)
docker_config $port
fairlead_start
run_app app1-stays srvapp1
run_app app2-stays srvapp2
wait_for 10 targets_are targetapp1 1
wait_for 10 targets_are targetapp2 1
load_start -r "$(count 500 1000)" -c 40 -k 100 "127.0.0.1:$port" /app1/=app1 /app2/=app2

step "$kills kills, each host port taken by the other service at once"
create_app app1-0 srvapp1 -p 127.0.0.1:9000:80
docker start app1-0 >/dev/null
wait_for 10 targets_are targetapp1 2
from=app1 to=app2
for ((i = 0; i < kills; i++)); do
    create_app "$to-$((i + 1))" "srv$to" -p 127.0.0.1:9000:80
    docker kill "$from-$i" >/dev/null
    docker start "$to-$((i + 1))" >/dev/null
    wait_for 10 targets_are "target$to" 2
    wait_for 10 targets_are "target$from" 1
    docker rm "$from-$i" >/dev/null
    [ $from = app1 ] && from=app2 to=app1 || { from=app1 to=app2; }
done

load_stop
wrong=$(jq '[.failures[] | select(.kind == "wrong application")] | length' "$work/load.json")
echo "requests that reached the wrong application: $wrong"
[ "$wrong" -eq 0 ] || fail "requests reached the wrong application"
[ "$(load_count failed)" -eq 0 ] || fail "requests failed"
fairlead_stop

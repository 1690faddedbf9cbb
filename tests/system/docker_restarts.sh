#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The only container of a service is restarted, by whatever restarts containers: its requests wait
# for it, and of the GETs and POSTs of 200 clients not one is lost.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
. "$support/deploys.sh"
system_begin "$@"
# Its containers end with this engine.
dockerd_options="--userland-proxy=${PROXY:-false}"
deploys_begin

# run_web NAME [OPTIONS OF THE APPLICATION]: a container that the engine starts again.
run_web() {
    local name=$1
    shift
    docker run -d --name "$name" --label fairlead.service=web --restart always --stop-timeout \
        "$(count 3 10)" -v "$work/record:/record" -p 80 app -n web -r /record/posts "$@" >/dev/null
}

# Some programs let few connections wait to be accepted.
run_web web -q 5
wait_for 10 targets_are targetweb 1
through "docker restart" docker restart web

step "a container is stopped, and started later: who asks meanwhile waits"
docker stop web >/dev/null
waiters=()
for i in 1 2 3; do
    curl -sS -o /dev/null -w '%{http_code}\n' -H "X-Request-Id: waiter-$i" -d "id=$i" \
        "$deploys_url/" >"$work/waiter.$i" &
    waiters+=($!)
done
says_so() {
    ctl groups | grep 'waiting for a target, 3 held' >/dev/null
}
wait_for 10 says_so
docker start web >/dev/null
wait "${waiters[@]}"
[ "$(cat "$work"/waiter.? | sort | uniq -c | tr -s ' ')" = " 3 200" ] || fail "$(cat "$work"/waiter.?)"

step "fairleadctl stop means it: 503 at once"
ctl stop web --wait >/dev/null
[ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' "$deploys_url/")" = 503 ] || fail "a request waits"
docker start web >/dev/null
wait_for 10 targets_are targetweb 1

restart_engine() {
    dockerd_stop
    dockerd_start
}
through "the engine is stopped and started" restart_engine

# It kills its containers when it starts, and nobody tells of it.
kill_engine() {
    kill -KILL "$dockerd_pid"
    wait "$dockerd_pid" || true
    rm -f "$work/dockerd.pid"
    dockerd_start
}
through "the engine is killed and started" kill_engine

step "a program that takes no notice of SIGTERM"
run_web deaf -i
wait_for 10 targets_are targetweb 2
docker rm -f web >/dev/null
wait_for 10 targets_are targetweb 1
through "docker restart of a program that ignores SIGTERM" docker restart deaf

fairlead_stop

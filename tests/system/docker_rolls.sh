#!/bin/bash
# Rolls a service by fairleadctl roll, and stops containers by fairleadctl stop, under mixed
# load. The program exits the instant that it gets SIGTERM; not one request may fail.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
system_begin "$@"
docker_begin

port=8080 rolls=$(count 3 50)
docker_config $port
fairlead_start
docker_image app:next
run_app web-1 srvweb
run_app web-2 srvweb
wait_for 10 targets_are targetweb 2
load_start -r "$(count 500 1000)" -c 40 -k 100 -P 30 "127.0.0.1:$port" /=web

step "$rolls rolls"
for ((i = 0; i < rolls; i++)); do
    [ $((i % 2)) = 0 ] && image=app:next || image=app
    ctl roll srvweb --image "$image" >"$work/roll.out" 2>&1 || {
        cat "$work/roll.out"
        fail "roll $i ended with an error"
    }
    targets_are targetweb 2 || fail "after roll $i there are not two healthy targets"
done

step "$rolls stops"
for ((i = 0; i < rolls; i++)); do
    run_app "web-s$i" srvweb
    wait_for 10 targets_are targetweb 3
    ctl stop "web-s$i" --wait >"$work/stop.out" 2>&1 || fail "stop $i: $(cat "$work/stop.out")"
    [ "$(docker inspect -f '{{.State.Running}}' "web-s$i")" = false ] || fail "web-s$i still runs"
    docker rm "web-s$i" >/dev/null
done

load_stop
check_posts 0
[ "$(load_count failed)" -eq 0 ] || fail "requests failed"
fairlead_stop

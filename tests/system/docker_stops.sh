#!/bin/bash
# docker stop and docker kill behind fairlead's back, under mixed load, of a program that exits
# the instant that it gets SIGTERM: no GET fails; a POST fails only where the program had taken
# it and died with it, and none is handled twice.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
system_begin "$@"
docker_begin

port=8080 stops=$(count 6 50) kills=$(count 4 20)
docker_config $port
fairlead_start
run_app web-0 srvweb
run_app web-1 srvweb
wait_for 10 targets_are targetweb 2
load_start -r "$(count 500 1000)" -c 40 -k 100 -P 30 "127.0.0.1:$port" /=web

replace() {
    local i=$1
    run_app "web-$((i + 2))" srvweb
    wait_for 10 targets_are targetweb 3
    docker "$2" "web-$i" >/dev/null
    wait_for 10 targets_are targetweb 2
    docker rm "web-$i" >/dev/null
}
step "$stops times docker stop"
for ((i = 0; i < stops; i++)); do
    replace "$i" stop
done
step "$kills times docker kill"
for ((; i < stops + kills; i++)); do
    replace "$i" kill
done

load_stop
[ "$(load_count failed_gets)" -eq 0 ] || fail "GETs failed"
check_posts $((stops + kills))
fairlead_stop

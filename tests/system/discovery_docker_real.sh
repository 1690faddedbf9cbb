#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker discovery with a real engine: ports, signals, health, restarts of containers and of the
# engine.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/docker.sh"
. "$(dirname "$0")/../support/probe.sh"
system_begin "$@"
docker_begin

id_of() {
    docker inspect -f '{{printf "%.12s" .Id}}' "$1"
}

run_app web-1 srvweb
one=$(id_of web-1)

step "what runs already"
probe_start docker "unix://$work/docker.sock" 300
expect "^(task|listed) $one name=web-1 service=srvweb container=dockerweb zone=- host=127.0.0.1 ports=0.0.0.0:$(docker_port web-1)->80/tcp"
wait_for_status "connected=1 .*version=1\.[0-9]+ error=-"

step "what starts"
run_app web-2 srvweb -p 80 -p 127.0.0.1::81/udp --stop-signal SIGQUIT
two=$(id_of web-2)
expect "^task $two .*ports=0.0.0.0:$(docker_port web-2)->80/tcp,127.0.0.1:[0-9]+->81/udp"

step "signals"
docker kill -s WINCH web-2 >/dev/null
expect "^task $two .*desired=RUNNING"
expect_no "^stop-sign"
docker stop web-2 >/dev/null
expect "^stop-sign $two kill with signal 3"
expect "^gone $two"

step "a restart: the same id, another generation and port"
docker restart -t 1 web-1 >/dev/null
expect "^stop-sign $one kill with signal 15"
# From 26 on an engine tells of the network before it tells of the death: what is read then may be
# the next run.
expect "^task $one .*:$(docker_port web-1)->80/tcp status=RUNNING desired=RUNNING"

step "pause, rename, disconnect"
docker pause web-1 >/dev/null
expect "^task $one .*status=PAUSED"
docker unpause web-1 >/dev/null
expect "^task $one .*status=RUNNING"
docker rename web-1 shop
expect "^task $one name=shop"
docker network disconnect bridge shop
expect "^task $one .*ports= "
docker network connect bridge shop
expect "^task $one .*ports=0.0.0.0:[0-9]+->80/tcp"

step "an image's health check"
docker run -d --name sick -p 80 --label fairlead.service=srvweb --health-interval 200ms \
    --health-retries 1 --health-cmd 'exit 1' app -n sick >/dev/null
sick=$(id_of sick)
expect "^task $sick .*health=STARTING"
expect "^task $sick .*health=UNHEALTHY"
docker rm -f sick >/dev/null
expect "^stop-sign $sick kill with signal 9"
expect "^gone $sick"

step "a stop by ourselves"
run_app web-3 srvweb
three=$(docker inspect -f '{{.Id}}' web-3)
expect "^task $(short "$three") "
probe stop "$three" 2
expect "^stopped $(short "$three") ok"
wait_for 5 grep -q "^gone $(short "$three")" "$work/probe.out"

step "an engine that restarts under running containers: nothing is removed"
look_ahead
dockerd_stop
wait_for_status "connected=0 .*error=unix://"
dockerd_start
wait_for_status "connected=1 .*error=-" 15
expect_no "^(gone|missing)"
run_app web-4 srvweb
expect "^(task|listed) $(id_of web-4) "
wait_for_status "missed=0"
probe_stop

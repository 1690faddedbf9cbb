#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Containers are dialled at their own addresses, past Docker's userland proxy, wherever these
# answer: then the engine's death, which takes its proxies along, costs nothing. Where they do not
# answer, or nobody wants it, the published port is dialled.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
. "$support/deploys.sh"
system_begin "$@"
dockerd_options="--live-restore --userland-proxy=true"
deploys_begin

run_web() {
    docker run -d --name "$1" --label fairlead.service=web -v "$work/record:/record" -p 80 \
        "${@:2}" app -n web -r /record/posts >/dev/null
}
own_address() {
    docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$1"
}
# dialled NAME: where a container's target is dialled.
dialled() {
    ctl --json targets --group targetweb | jq -r --arg name "$1" \
        '.TargetHealthDescriptions[] | select(.TaskName == $name) | .DialledAt'
}
is_dialled_at() {
    [ "$(dialled "$1")" = "$2" ]
}
published() {
    echo "127.0.0.1:$(docker_port "$1")"
}
proxies() {
    pgrep -c -P "$dockerd_pid" docker-proxy || true
}
run_web web
run_web other
wait_for 10 targets_are targetweb 2

step "past the proxy, and known by the published port"
wait_for 10 is_dialled_at web "$(own_address web):80"
wait_for 10 is_dialled_at other "$(own_address other):80"
ctl targets -o wide | grep -E "^ *$(published web) .* $(own_address web):80 " >/dev/null ||
    fail "$(ctl targets -o wide)"
curl -s "$deploys_url/" | grep '^app=' >/dev/null || fail "no answer"
wait_for 10 test -s "$work/access.log"
[ "$(jq -r '."target:port"' "$work/access.log" | sed 's/:.*//')" = 127.0.0.1 ] ||
    fail "the log knows it by another address: $(cat "$work/access.log")"

step "the engine is killed, and its proxies with it"
[ "$(proxies)" -ge 2 ] || fail "there is no userland proxy"
load_start -r "$(count 200 400)" -c 50 -k 50 -P 40 -t 60000 -i engine-killed -n 100000 \
    "127.0.0.1:$deploys_port" /=web
load_is_going() {
    [ "$(wc -l <"$work/access.log")" -gt 50 ]
}
wait_for 10 load_is_going
kill -KILL "$dockerd_pid"
wait "$dockerd_pid" || true
seen=$(wc -l <"$work/access.log")
goes_on_without() {
    [ "$(wc -l <"$work/access.log")" -gt $((seen + 300)) ]
}
wait_for 20 goes_on_without
known=$(ctl --json targets --group targetweb |
    jq -r '.TargetHealthDescriptions[0].Target | "\(.Id):\(.Port)"')
curl -s -m 2 -o /dev/null "http://$known/" && fail "the published port leads somewhere: nothing is shown"
rm -f "$work/dockerd.pid"
dockerd_start
wait_for 20 targets_are targetweb 2
load_stop
check_posts 0
[ "$(load_count failed)" = 0 ] || fail "requests were lost: $(load_count failed)"

step "a container started anew is dialled at its new address at once"
docker stop web other >/dev/null
docker start other web >/dev/null
wait_for 10 targets_are targetweb 2
wait_for 10 is_dialled_at web "$(own_address web):80"
wait_for 10 is_dialled_at other "$(own_address other):80"

# provider SETTINGS: what is said of the engine.
provider() {
    sed -i "s|^providers = .*|providers = ( { type = \"docker\"; endpoint = \"unix://$work/docker.sock\"; $1 } );|" \
        "$work/fairlead.conf"
    ctl reload >/dev/null
}

docker rm -f other >/dev/null
step "as the configuration wants it"
address_in() {
    docker inspect -f "{{(index .NetworkSettings.Networks \"$1\").IPAddress}}" web
}
provider 'dial = "host-port";'
wait_for 10 is_dialled_at web "$(published web)"
docker network create -o com.docker.network.bridge.name=named named >/dev/null
docker network connect named web
provider 'network = "named";'
wait_for 10 is_dialled_at web "$(address_in named):80"

step "a network that goes under a target in service"
load_start -r 50 -c 20 -k 50 -P 40 -t 60000 -i network-gone -n 100000 "127.0.0.1:$deploys_port" /=web
ip link set named down
wait_for 60 is_dialled_at web "$(published web)"
wait_for 60 targets_are targetweb 1
curl -s -m 5 "$deploys_url/" | grep '^app=web ' >/dev/null || fail "it is not served"
load_stop

step "and one that is not there: by the published port"
docker restart web >/dev/null
wait_for 30 targets_are targetweb 1
wait_for 10 is_dialled_at web "$(published web)"
curl -s -m 5 "$deploys_url/" | grep '^app=web ' >/dev/null || fail "it is not served"

step "nowhere else, where the configuration says so"
provider 'dial = "container"; network = "bridge";'
wait_for 10 is_dialled_at web "$(address_in bridge):80"
curl -s -m 5 "$deploys_url/" | grep '^app=web ' >/dev/null || fail "it is not served"

step "a container leaves the network that it was dialled in"
ip link set named up
docker network disconnect bridge web
provider ''
wait_for 10 is_dialled_at web "$(address_in named):80"
curl -s -m 5 "$deploys_url/" | grep '^app=web ' >/dev/null || fail "it is not served"
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real engine: two Compose projects with one service name, one-offs, renames, labels that are
# misspelt, ports that are not published or on [::] only, an engine whose network is another one,
# and one that is gone. Each running container is a target or has a reason that says what to add.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
system_begin "$@"
docker_begin

port=8080
docker_config $port
fairlead_start

problem() { # WORDS OF THE OBJECT, WORDS OF THE REASON
    ctl --json problems | jq -e --arg object "$1" --arg reason "$2" \
        '[.Problems[] | select((.Object | contains($object)) and (.Reason | contains($reason)))]
         | length > 0'
}
no_problem() {
    ! problem "$1" ""
}
named_targets() { # GROUP NAMES: the containers behind a group
    [ "$(ctl --json targets "$1" |
        jq -r '.TargetHealthDescriptions[] | select(.Membership == "in service") |
               .ContainerName' | sort | paste -sd ' ')" = "$2" ]
}
compose() { # NAME PROJECT [ONEOFF]
    docker run -d --name "$1" -p 80 --label "com.docker.compose.project=$2" \
        --label com.docker.compose.service=srvweb --label fairlead.container=dockerweb \
        --label "com.docker.compose.oneoff=${3:-False}" app -n "$1" >/dev/null
}

step "two projects with one service name are not mixed, one-offs are left out"
compose shop-web-1 shop
wait_for 10 named_targets targetweb shop-web-1
compose bank-web-1 bank
compose shop-run-1 shop True
wait_for 5 problem bank-web-1 'name "bank/srvweb" in services'
wait_for 5 problem shop-run-1 one-off
named_targets targetweb shop-web-1 || fail "another project's container is a target"
ctl explain-task shop-run-1 >"$work/explained" || fail "explain-task does not know the one-off"
grep -q one-off "$work/explained" || fail "explain-task: $(cat "$work/explained")"
served_by_it() {
    [ "$(apps_under "127.0.0.1:$port/")" = shop-web-1 ]
}
wait_for 5 served_by_it
sed -i 's|name = "srvapp1"|name = "bank/srvweb"|' "$work/fairlead.conf"
ctl reload >/dev/null
wait_for 10 named_targets targetapp1 bank-web-1
wait_for 5 no_problem bank-web-1

step "a name follows its container"
docker rename shop-web-1 shop-web-new
wait_for 5 named_targets targetweb shop-web-new

step "labels that are misspelt or missing, services that nobody knows, ports that are closed"
docker run -d --name typo --label farilead.service=srvweb app >/dev/null
docker run -d --name plain app >/dev/null
docker run -d --name off --label fairlead.enable=false app >/dev/null
docker run -d --name unknown --label fairlead.service=srvwbe -p 80 app >/dev/null
docker run -d --name closed --label fairlead.service=srvweb app >/dev/null
wait_for 5 problem typo "did you mean fairlead.service?"
wait_for 5 problem plain "set the label fairlead.service"
wait_for 5 problem unknown "did you mean srvweb?"
wait_for 5 problem closed "publish it"
no_problem "off (" || fail "a container that is switched off is a problem"
for name in typo plain unknown closed; do
    ctl explain-task $name >"$work/explained"
    grep -Eq "did you mean|set the label|publish it" "$work/explained" ||
        fail "explain-task $name does not say what to add: $(cat "$work/explained")"
done
docker rm -f typo plain off unknown closed >/dev/null
wait_for 5 no_problem typo
wait_for 5 no_problem closed

step "1.2 MB of labels on one foreign container stop nothing"
for i in $(seq 24); do
    printf 'filler.%d=%050000d\n' "$i" 0
done >"$work/labels"
docker run -d --name huge --label-file "$work/labels" app >/dev/null
wait_for 5 problem huge "names no service"
run_app web-beside srvweb
wait_for 10 named_targets targetweb "shop-web-new web-beside"
docker rm -f huge >/dev/null
wait_for 5 no_problem huge
docker rm -f web-beside >/dev/null

step "a port on [::] only is dialled there"
docker rm -f shop-web-new bank-web-1 shop-run-1 >/dev/null
docker run -d --name six --label fairlead.service=srvweb -p "[::]:8123:80" app -n six >/dev/null
# Without its proxy an engine maps IPv6 only where the container's network has it.
if [ -n "$(docker port six 80)" ]; then
    dialled() {
        ctl --json targets targetweb |
            jq -e '[.TargetHealthDescriptions[] | select(.Membership == "in service").Target |
                    "\(.Id) \(.Port)"] == ["::1 8123"]'
    }
    wait_for 10 dialled
else
    wait_for 5 problem six "publish it"
fi
docker rm -f six >/dev/null

step "fairlead in a network namespace of its own: set host"
fairlead_stop
run_app web-1 srvweb
unshare -n sh -c 'ip link set lo up; exec "$@"' sh \
    "$fairlead" -f "$work/fairlead.conf" >>"$work/fairlead.log" 2>&1 &
fairlead_pid=$!
system_at_end kill -KILL $fairlead_pid
wait_for 10 ctl status
wait_for 15 problem provider "set host in providers"

step "an engine that cannot be reached is a problem until it can"
dockerd_stop
wait_for 10 problem provider "start the engine"
dockerd_start
wait_for 15 problem provider "set host in providers"
kill "$fairlead_pid"
wait "$fairlead_pid" || true

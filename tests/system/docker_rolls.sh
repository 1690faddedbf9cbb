#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
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
tar -C "$helpers" -cf "$work/app.tar" recording_app
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

step "all containers at once"
ctl roll srvweb --image app --batch 9 >"$work/roll.out" 2>&1 || fail "$(cat "$work/roll.out")"
targets_are targetweb 2 || fail "after a roll of all there are not two healthy targets"

step "one that is held (drained by hand) is rolled as the others"
place=$(ctl --json targets targetweb | jq -r '.TargetHealthDescriptions[0].Target | "\(.Id):\(.Port)"')
ctl drain targetweb "$place" >/dev/null
timeout 60 "$fairleadctl" -s "$work/admin.sock" roll srvweb --image app:next >"$work/roll.out" 2>&1 ||
    fail "$(cat "$work/roll.out")"
targets_are targetweb 2 || fail "after a roll of a held one there are not two healthy targets"

# The containers as they are: their ids in the order of their names.
containers() {
    docker ps -a --filter name=web- --format '{{.Names}} {{.ID}} {{.State}}' | sort
}
step "a program that ends at once, and an image that is not there"
docker import -c 'ENTRYPOINT ["/recording_app", "-?"]' - app:bad <"$work/app.tar" >/dev/null
before=$(containers)
for image in app:bad app:missing; do
    ! ctl roll srvweb --image $image >"$work/roll.out" 2>&1 || fail "a roll to $image succeeded: $(cat "$work/roll.out"; ctl events)"
    [ "$(containers)" = "$before" ] || fail "$image left something: $(cat "$work/roll.out")"
done
grep -q 'No such image' "$work/roll.out" || fail "no reason is given: $(cat "$work/roll.out")"

step "the second container fails: the first one comes back"
touch "$work/record/web-2.sick"
! ctl roll srvweb --image app:next --timeout 3 >"$work/roll.out" 2>&1 || fail "it succeeded"
grep -q 'web-1: is as it was before' "$work/roll.out" || fail "$(cat "$work/roll.out")"
rm "$work/record/web-2.sick"
wait_for 10 targets_are targetweb 2
[ "$(containers)" = "$before" ] || fail "other containers than before: $(containers)"

load_stop
check_posts 0
[ "$(load_count failed)" -eq 0 ] || fail "requests failed"
fairlead_stop

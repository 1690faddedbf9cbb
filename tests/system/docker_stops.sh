#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
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
check_posts 0

# The kernel takes and acknowledges what a stopped program does not read.
step "what a killed program left unread in its socket goes to another one"
first=$(docker ps --format '{{.Names}}' | sort | head -n 1)
first_port=$(docker_port "$first")
kill -STOP "$(docker inspect -f '{{.State.Pid}}' "$first")"
senders=()
for i in 1 2 3 4 5 6 7 8; do
    curl -sS -o /dev/null -w '%{http_code}\n' -H "X-Request-Id: unread-$i" -d "id=unread-$i" \
        "http://127.0.0.1:$port/" >"$work/unread.$i" &
    senders+=($!)
done
# Until the other program has answered, and the kernel has acknowledged what the first one has.
are_where_they_should_be() {
    answered=$(cat "$work"/unread.? | wc -l)
    unread=$(ctl --json targets targetweb | jq --argjson port "$first_port" \
        '[.TargetHealthDescriptions[] | select(.Target.Port == $port).InFlight] | add')
    echo "$answered answered, $unread unread"
    [ $((answered + unread)) -eq 8 ] &&
        [ "$(ss -Htn dst "127.0.0.1:$first_port" | awk '{ sum += $3 } END { print sum + 0 }')" -eq 0 ]
}
wait_for 10 are_where_they_should_be
[ "$answered" -gt 0 ] && [ "$answered" -lt 8 ] || fail "$answered of 8 were answered at once"
docker kill "$first" >/dev/null
wait "${senders[@]}"
[ "$(cat "$work"/unread.? | sort | uniq -c | tr -s ' ')" = " 8 200" ] ||
    fail "answers: $(cat "$work"/unread.?)"
[ "$(grep -c '^begin unread-' "$work/record/posts")" = 8 ] || fail "they were not handled once each"

step "events say how it ended"
says_how() {
    ctl events | grep "task $first: exited with code 137 after signal 9" >/dev/null
}
wait_for 10 says_how
fairlead_stop

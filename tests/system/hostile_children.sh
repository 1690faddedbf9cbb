#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A worker, an observer and an api role that somebody has taken over do one hostile act after the other: their
# siblings, control, the log and the next requests are not hurt by it.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port) metrics_port=$(free_port) api_port=$(free_port)
app_start "$app_port" web-1
DIR=$work "$support/config" -n "$port" -w 2 -t "$app_port" \
    -o "metrics = { address = \"127.0.0.1\"; port = $metrics_port; };" \
    -o "api = { address = \"127.0.0.1\"; port = $api_port; };"
fairlead=$helpers/hostile/fairlead_hostile
cd "$work"
fairlead_start
url=http://127.0.0.1:$port/
wait_for 10 served_by web-1 "$url"
# A machine's other architecture, or a build with sanitizers: what the wall keeps off would work.
! grep -q "without a system call filter" fairlead.log || skip "this build has no system call filter"
control_pid=$fairlead_pid

are_running() {
    [ "$(ctl --json workers | jq '[.Workers[], .Observer, .Api] | map(select(.State == "running")) | length')" -eq 4 ]
}

all_served() {
    [ "$(answered_by web-1 40 "$url")" -eq 40 ]
}

# logged_now: whether a request of just now is in the access log.
logged_now() {
    curl -sf "$url$1" >/dev/null && sleep 0.2 && grep -q "/$1 " "$work/access.log"
}

# act WHO ACT [REASON]: its successor does the act; REASON: for which control must end it.
act() {
    local pid others lines
    step "$1: $2"
    wait_for 20 are_running
    echo "$1 $2" >hostile
    pid=$(fairlead_children "$1")
    others=$(fairlead_children worker | grep -vx "$pid" || true)
    lines=$(wc -l <fairlead.log)
    kill -KILL "$pid"
    [ "$1" != observer ] || case $2 in *_page)
        wait_for 10 test ! -e hostile
        ctl metrics >page.out 2>&1 && fail "the hostile page was believed" ;;
    esac
    if [ -n "${3:-}" ]; then
        wait_for 30 grep -q "was ended: $3" fairlead.log
    else
        wait_for 30 grep -q "^hostile $2: " fairlead.log
        ! grep "^hostile $2: broken" fairlead.log || fail "$1: $2 has worked"
    fi
    wait_for 20 are_running
    wait_for 10 all_served
    all_served || fail "not all requests are served afterwards"
    wait_for 10 logged_now "after-${1// /-}-$2"
    [ "$1" != "worker 1" ] || [ "$(fairlead_children worker | grep -vx "$(fairlead_children 'worker 1')")" = "$others" ] ||
        fail "the other worker is gone"
    kill -0 "$control_pid" || fail "control is gone"
    [ $(($(wc -l <fairlead.log) - lines)) -lt 40 ] || fail "the log was flooded"
}

for name in siblings shutdown disconnect options linger outside seal empty hangup; do
    act "worker 1" $name
done
# On a busy machine control reads too slowly for it to be too many: then it shows no sign of life.
act "worker 1" flood '\(it sends too many messages\|it showed no sign of life\)'
act "worker 1" nonsense "it sends what is not its to send"
for name in cut_page large_page metrics verdicts siblings outside; do
    act observer $name
done
curl -sf -m 5 "http://127.0.0.1:$metrics_port/metrics" >/dev/null || fail "no metrics any more"
for name in unsigned forge connect siblings shutdown outside seal; do
    act api $name
done
act api nonsense "it sends what is not its to send"
act api verdicts "it sends what is not its to send"
act api no_pages "it sends what is not its to send"
act api ask "it sends what is not its to send"
act api deaf "it does not take its answers"
console_answers() { curl -sf -m 5 "http://127.0.0.1:$api_port/v1/overview" >/dev/null; }
wait_for 10 console_answers
ctl events --kind configuration | grep reload >/dev/null && fail "somebody has reloaded"
fairlead_stop

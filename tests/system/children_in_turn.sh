#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Requests while every child is stopped, killed and starved of descriptors in turn: only exchanges
# of a worker that is ended may fail, and only by its end.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port) other_port=$(free_port)
app_start "$app_port" web-1
app_start "$other_port" web-2
DIR=$work "$support/config" -n "$port" -w 2 -t "$app_port,$other_port" -o 'liveness_seconds = 2;'
fairlead_start
wait_for 10 served_by "web-1 web-2" "http://127.0.0.1:$port/"

are_running() {
    [ "$(ctl --json workers | jq '[.Workers[], .Observer, .Logger] | map(select(.State == "running")) | length')" -eq 4 ]
}

is_gone() {
    ! kill -0 "$1"
}

# Limits are changed by who has the children's own user.
limit() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid nobody --regid nogroup --clear-groups prlimit --pid "$@"
    else
        prlimit --pid "$@"
    fi
}

requests=$(count 5000 24000) connections=16
ended=0

# turn WHO WHAT
turn() {
    local pid all
    wait_for 60 are_running
    pid=$(fairlead_children "$1")
    if [ "$2" != starve ]; then
        [[ $1 != worker* ]] || ended=$((ended + 1))
        kill "-$2" "$pid"
        wait_for 60 is_gone "$pid"
        return
    fi
    all=$(limit "$pid" --nofile --output SOFT --noheadings | tr -d ' ')
    limit "$pid" --nofile="$(find "/proc/$pid/fd" -mindepth 1 | wc -l)":
    ctl register web "127.0.0.1:$other_port" >/dev/null
    ctl reload >/dev/null 2>&1
    sleep 0.3 # how long it starves
    limit "$pid" --nofile="$all":
    ! is_gone "$pid" || fail "$1 died of hunger"
}

step "at least $requests requests, children stopped, killed and starved in turn"
load_start -r 400 -c $connections -P 20 -t 20000 -i turn "127.0.0.1:$port" /=web
rounds=0
while [ "$(metric 'fairlead_requests_begun_total')" -lt "$requests" ] || [ $rounds -eq 0 ]; do
    rounds=$((rounds + 1))
    for who in 'worker 1' 'worker 2' observer logger; do
        for what in KILL STOP starve; do
            turn "$who" $what
        done
    done
done
load_stop
failed=$(load_count failed)
wrong=$(jq '[.failures[] | select(.kind | test("reset|closed|truncated") | not)] | length' "$work/load.json")
echo "$rounds rounds, workers ended: $ended, requests that ended with them: $failed"
[ "$wrong" -eq 0 ] || fail "$wrong requests failed otherwise than by a closed connection"
[ "$failed" -le $((ended * connections)) ] || fail "more failed than were in flight"
wait_for 30 are_running
fairlead_stop

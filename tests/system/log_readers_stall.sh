#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A log that nobody reads, or a disk that stands still, delays nothing: no request, no check, no
# reload, no stop; lines are whole, and what is lost is counted.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

app_port=$(free_port)
app_start "$app_port" web
DIR=$work "$support/config" -t "$app_port" -w 2 \
    -c 'path = "/index.php"; interval_seconds = 5; timeout_seconds = 2; initial_healthy_count = 1;'
log=$work/access.log
# The log's queue holds some megabytes; each of these requests makes a line of over a kilobyte.
long_path=/$(printf 'x%.0s' $(seq 1200))

requests() {
    curl -sf -o /dev/null --unix-socket "$work/http.sock" "http://a$long_path?[1-$1]"
}
lines() {
    metric "fairlead_access_log_lines_total{result=\"$1\"}"
}
lost() {
    echo $(($(lines lost) + $(metric fairlead_access_log_dropped_total)))
}
some_lost() {
    [ "$(lost)" -gt 0 ]
}
lines_at_least() {
    [ "$(wc -l <"$log")" -ge "$1" ]
}
reloads_are() {
    [ "$(metric 'fairlead_reloads_total{result="ok"}')" = "$1" ]
}
stops_soon() {
    kill -TERM "$fairlead_pid"
    timeout 20 tail --pid="$fairlead_pid" -f /dev/null || fail "TERM was not obeyed"
    wait "$fairlead_pid" || fail "fairlead ended with $?"
}

step "a FIFO without a reader holds neither start, requests, reload, reopening nor stop"
mkfifo "$log"
fairlead_start
DIR=$work "$support/ready" 1
requests 20
kill -HUP "$fairlead_pid"
wait_for 10 reloads_are 1
kill -USR1 "$fairlead_pid"
requests 20
stops_soon

step "a reader that stands still costs lines, which are counted; metrics are told"
sleep 300 <>"$log" &
reader_pid=$!
system_at_end kill $reader_pid
fairlead_start
DIR=$work "$support/ready" 1
requests 8000
wait_for 10 some_lost
stops_soon
kill $reader_pid

step "what a reader gets are whole lines"
cat <>"$log" >"$work/read" &
reader_pid=$!
system_at_end kill $reader_pid
fairlead_start
DIR=$work "$support/ready" 1
requests 500
read_all() {
    [ "$(wc -l <"$work/read")" -ge 500 ]
}
wait_for 10 read_all
jq -e . "$work/read" >/dev/null || fail "not every line is an object"
stops_soon
kill $reader_pid
rm "$log"

step "a logger that stands still, as in a write that takes long, delays nobody"
fairlead_start
DIR=$work "$support/ready" 1
logger=$(fairlead_children 'fairlead: logger')
[ -n "$logger" ] || fail "there is no logger"
kill -STOP "$logger"
requests 200
kill -HUP "$fairlead_pid"
wait_for 10 reloads_are 1
kill -KILL "$app_pid"
wait_for 30 targets_are web 1 unhealthy
kill -CONT "$logger"
wait_for 10 lines_at_least 200

step "without an access log there is no logger, and with one again there is"
sed -i '/^access_log/s/^/#/' "$work/fairlead.conf"
ctl reload
no_logger() {
    [ -z "$(fairlead_children 'fairlead: logger')" ]
}
a_logger() {
    [ -n "$(fairlead_children 'fairlead: logger')" ]
}
wait_for 10 no_logger
sed -i '/^#access_log/s/^#//' "$work/fairlead.conf"
ctl reload
wait_for 10 a_logger
stops_soon

step "a stderr that nobody reads holds nobody, also with -v"
mkfifo "$work/stderr"
sleep 300 <>"$work/stderr" &
reader_pid=$!
system_at_end kill $reader_pid
app_start "$app_port" web
"$fairlead" -v -f "$work/fairlead.conf" 2>"$work/stderr" &
fairlead_pid=$!
system_at_end kill -KILL $fairlead_pid
wait_for 10 ctl status
wait_for 10 requests 1
requests 1000
kill -HUP "$fairlead_pid"
wait_for 10 reloads_are 1
stops_soon

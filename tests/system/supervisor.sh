#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What systemd hears of a unit of Type=notify: ready when it serves, signs of life while its loop
# turns, none while control stands still, and how long a stop may take.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

http_port=$(free_port) app_port=$(free_port)
app_start "$app_port" web
DIR=$work "$support/config" -n "$http_port" -t "$app_port"
# Writes down each message, and the moment: "SECONDS READY=1|STATUS=...".
cat >"$work/listen.py" <<'END'
import socket, sys, time
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
while True:
    text = listener.recv(4096).decode().replace("\n", "|")
    print(f"{time.monotonic():.3f} {text}", flush=True)
END
python3 "$work/listen.py" "$work/notify.sock" >"$work/heard" &
system_at_end kill -KILL $!
wait_for 10 test -S "$work/notify.sock"
export NOTIFY_SOCKET=$work/notify.sock WATCHDOG_USEC=600000

heard() { # PATTERN [COUNT]: so often at least
    [ "$(grep -cE "$1" "$work/heard")" -ge "${2:-1}" ]
}

step "ready when it serves"
fairlead_start
wait_for 10 heard 'READY=1'
curl -sf -o /dev/null "http://127.0.0.1:$http_port/" || fail "it said that it is ready"
[ "$(grep -c READY=1 "$work/heard")" = 1 ] || fail "it became ready more than once"

step "signs of life, and how it does"
wait_for 10 heard 'WATCHDOG=1' 3
wait_for 10 heard 'STATUS=serving; 1 of 1 targets healthy'
kill -STOP "$fairlead_pid"
before=$(grep -c WATCHDOG=1 "$work/heard")
sleep 1
[ "$(grep -c WATCHDOG=1 "$work/heard")" -le $((before + 1)) ] || fail "who stands still gives no signs"
kill -CONT "$fairlead_pid"
wait_for 10 heard 'WATCHDOG=1' $((before + 2))

step "children know nothing of it"
for pid in $(fairlead_children worker) $(fairlead_children observer); do
    tr '\0' '\n' <"/proc/$pid/environ" | grep -E '^(NOTIFY|WATCHDOG)' && fail "process $pid has it"
done

step "a stop says how long it takes at most"
fairlead_stop
wait_for 10 heard '^[0-9.]+ STOPPING=1\|EXTEND_TIMEOUT_USEC=[1-9][0-9]*\|STATUS='
seconds=$(sed -n 's/.*EXTEND_TIMEOUT_USEC=\([0-9]*\)|.*/\1/p' "$work/heard")
configured=$(sed -n 's/.*shutdown_timeout_seconds = \([0-9]*\).*/\1/p' "$work/fairlead.conf")
[ "$seconds" -gt $((${configured:-30} * 1000000)) ] || fail "only $seconds us"

step "without anybody who listens"
unset NOTIFY_SOCKET WATCHDOG_USEC
fairlead_start
fairlead_stop

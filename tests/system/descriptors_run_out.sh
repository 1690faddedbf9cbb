#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A worker without a free descriptor takes the next snapshot and keeps what it carries; listeners that
# it has no descriptor for are sent again until it has.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port) other_port=$(free_port)
# Not app_start, which would wait for an answer.
"$helpers/recording_app" -p "$app_port" -n web-1 -d 60000 >"$work/web-1.out" 2>&1 &
slow_pid=$!
system_at_end kill -KILL $slow_pid
is_listening() {
    true <"/dev/tcp/127.0.0.1/$app_port"
}
wait_for 5 is_listening
app_start "$other_port" web-2
DIR=$work "$support/config" -n "$port" -t "$app_port"
# 270 clients and 270 connections to the target are more than 512.
printf '#!/bin/sh\nulimit -n 512\nexec "%s" "$@"\n' "$fairlead" >"$work/limited"
chmod +x "$work/limited"
fairlead=$work/limited
fairlead_start
worker=$(fairlead_children worker)

fds() {
    find "/proc/$1/fd" -mindepth 1 | wc -l
}

# hold COUNT: so many requests; when its input ends, how many were closed without an answer.
hold() {
    python3 -c '
import socket, sys
held = []
for i in range(int(sys.argv[2])):
    held.append(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
    held[-1].sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
print("held", flush=True)
sys.stdin.read()
closed = 0
for one in held:
    one.settimeout(20)
    try:
        closed += not one.recv(9).startswith(b"HTTP/1.1 ")
    except OSError:
        closed += 1
    one.close()
print("closed", closed, flush=True)' "$port" "$1"
}

step "connections take every descriptor of the worker"
mkfifo "$work/end"
hold 270 <"$work/end" >"$work/held" &
holder=$!
system_at_end kill -KILL $holder
exec 9>"$work/end"
is_full() {
    [ "$(fds "$worker")" -ge 511 ]
}
wait_for 20 is_full

step "a new target is taken in all the same"
ctl register web "127.0.0.1:$other_port" >/dev/null
wait_for 10 targets_are web 2 unavailable
generation=$(ctl --json status | jq .Generation)
is_applied() {
    [ "$(ctl --json status | jq .AppliedGeneration)" -ge "$generation" ]
}
wait_for 5 is_applied

step "more listeners than there are descriptors in reserve come later"
new_ports=()
for ((i = 0; i < 10; i++)); do
    new_ports+=("$(free_port)")
done
listeners=
for new_port in "${new_ports[@]}"; do
    listeners="$listeners, { name = \"l$new_port\"; address = \"127.0.0.1\"; port = $new_port;
  default_actions = ( { type = \"forward\"; target_group = \"web\"; } ); }"
done
MORE=$listeners perl -0pi -e 's/ \);\ntarget_groups/$ENV{MORE} );\ntarget_groups/' "$work/fairlead.conf"
ctl reload >"$work/reload.out" 2>&1 || fail "$(cat "$work/reload.out")"
wait_for 10 grep -q 'no descriptor was free for the message listener_open' "$work/fairlead.log"
kill -KILL "$slow_pid"
exec 9>&-
wait_for 60 grep -q closed "$work/held"
for new_port in "${new_ports[@]}"; do
    wait_for 10 served_by web-2 "http://127.0.0.1:$new_port/"
done

step "nobody died of it, and no connection was closed"
[ "$(fairlead_children worker)" = "$worker" ] || fail "a worker has died"
grep -qx 'closed 0' "$work/held" || fail "connections: $(cat "$work/held")"
fairlead_stop

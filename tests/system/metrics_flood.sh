#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# More half requests than the observer has descriptors, on the metrics port: checks go on, the log
# stays short, the page can be had again soon; the same for the admin socket.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port) metrics_port=$(free_port)
app_start "$app_port" web-1
DIR=$work "$support/config" -n "$port" -t "$app_port" -c 'interval_seconds = 5; timeout_seconds = 2; path = "/index.php";' \
    -o "metrics = { address = \"127.0.0.1\"; port = $metrics_port; };"
printf '#!/bin/sh\nulimit -n 512\nexec "%s" "$@"\n' "$fairlead" >"$work/limited"
chmod +x "$work/limited"
fairlead=$work/limited
fairlead_start
wait_for 20 targets_are web 1 healthy
mapfile -t before < <(fairlead_children observer && fairlead_children worker && echo "$fairlead_pid")

# half_requests FAMILY ADDRESS: begins 600 requests and lets them be, until its input ends.
half_requests() {
    python3 -c '
import socket, sys
family, address = sys.argv[1:]
held = []
for i in range(600):
    one = socket.socket(getattr(socket, family))
    one.setblocking(False)
    try:
        one.connect(address if family == "AF_UNIX" else ("127.0.0.1", int(address)))
    except BlockingIOError:
        pass
    try:
        one.send(b"GET /metrics HTTP/1.1\r\nHost: a\r\nX: ")
    except OSError:
        pass
    held.append(one)
print("held", flush=True)
sys.stdin.read()' "$1" "$2"
}

get_page() {
    curl -sf -m 5 "http://127.0.0.1:$metrics_port/metrics" | grep fairlead_ends_total >/dev/null
}

flood() {
    mkfifo "$work/end"
    half_requests "$1" "$2" <"$work/end" >"$work/held" &
    system_at_end kill -KILL $!
    exec 9>"$work/end"
    wait_for 20 grep -q held "$work/held"
}

unflood() {
    exec 9>&-
    rm "$work/end"
}

step "600 half requests on the metrics port"
flood AF_INET "$metrics_port"
[ "$(find "/proc/${before[0]}/fd" -mindepth 1 | wc -l)" -lt 300 ] || fail "the observer took them all"
targets_are web 1 healthy >/dev/null || fail "the target is not healthy any more"
wait_for 60 get_page
targets_are web 1 healthy >/dev/null || fail "the target is not healthy any more"
unflood

step "600 half requests on the admin socket"
flood AF_UNIX "$work/admin.sock"
curl -sf -m 5 "http://127.0.0.1:$port/" >/dev/null || fail "requests are not served"
wait_for 60 ctl status
unflood

step "nobody died, and the log is short"
mapfile -t after < <(fairlead_children observer && fairlead_children worker && echo "$fairlead_pid")
[ "${before[*]}" = "${after[*]}" ] || fail "somebody died: ${before[*]}, then ${after[*]}"
[ "$(wc -l <"$work/fairlead.log")" -lt 40 ] || fail "$(wc -l <"$work/fairlead.log") lines in the log"
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fairleadctl upgrade: another program in the same process. Requests under load, a download and a
# WebSocket that last over it, targets by hand, ejections, events, metrics and the log go on; a
# program that cannot take over changes nothing.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) one=$(free_port) two=$(free_port) slow=$(free_port) echo=$(free_port) tls=$(free_port) metrics=$(free_port)
for name in one two; do
    app_start "${!name}" web
done
app_start "$slow" slow -d 3000
python3 "$support/echo_app" "$echo" >"$work/echo.out" 2>&1 &
system_at_end kill -KILL $!
cp "$fairlead" "$work/fairlead"
fairlead=$work/fairlead
DIR=$work "$support/make_certificate" cert ec a.test
DIR=$work "$support/config" -n "$port" -t "$one $two" -w 2 -r "10 /slow slow" -r "20 /bytes/* echo" -r "30 /ws echo" \
    -g slow -t "$slow" -g echo -t "$echo" \
    -o "metrics = { address = \"127.0.0.1\"; port = $metrics; }; api = { unix = \"$work/api.sock\"; };" \
    -s "address = \"127.0.0.1\"; port = $tls; certificates = ( { certificate = \"$work/cert.pem\"; private_key = \"$work/cert.key\"; } );"
fairlead_start
DIR=$work "$support/ready" 2
is_served() {
    curl -sf -m 5 "http://127.0.0.1:$port/" | grep '^app=web' >/dev/null
}
wait_for 5 is_served

upgrades() {
    ctl --json status | jq .Upgrades
}
last_event() {
    ctl --json events | grep -o '"Sequence": *[0-9]*' | tail -n 1 | grep -o '[0-9]*'
}
handshake() { # OPTIONS OF s_client ...
    printf 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n' |
        timeout 10 openssl s_client -connect "127.0.0.1:$tls" -ign_eof "$@" 2>/dev/null
}

# Echoes one line before and one behind the upgrades, on one connection.
websocket() {
    python3 - "$port" "$work/enough" <<'END'
import os, socket, sys, time
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.settimeout(30)
connection.sendall(b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
head = b""
while b"\r\n\r\n" not in head:
    head += connection.recv(4096)
assert head.startswith(b"HTTP/1.1 101 "), head
for word in (b"before", b"behind"):
    connection.sendall(word)
    assert connection.recv(100) == word
    open(sys.argv[2] + "." + word.decode(), "w").close()
    while word == b"before" and not os.path.exists(sys.argv[2]):
        time.sleep(0.02)
END
}

is_held() {
    ctl --json targets web | jq -e --argjson port "$two" \
        '[.TargetHealthDescriptions[] | select(.IsHeld)] | length == 1 and .[0].Target.Port == $port'
}

step "upgrades under load: nothing is lost, nothing ends"
ctl drain web "127.0.0.1:$two" >/dev/null
control=$(fairlead_children worker | head -n 1)
control=$(ps -o ppid= -p "$control" | tr -d ' ')
websocket >"$work/websocket.out" 2>&1 &
websocket_pid=$!
wait_for 5 test -e "$work/enough.before"
handshake -tls1_2 -sess_out "$work/session" >/dev/null
curl -sf -m 60 --limit-rate 4M -o "$work/download" "http://127.0.0.1:$port/bytes/$(count 12000000 40000000)" &
download_pid=$!
curl -sf -m 60 "http://127.0.0.1:$port/slow" >"$work/slow.answer" &
slow_pid=$!
load_start -r "$(count 1500 4000)" -c 50 -k 40 -P 30 -n "$(count 8000 100000)" "127.0.0.1:$port" /=web
event=$(last_event)
ctl events --follow >"$work/followed" 2>&1 &
follow_pid=$!
requests=$(metric fairlead_requests_begun_total)
times=$(count 3 10)
for ((n = 1; n <= times; n++)); do
    ctl upgrade >"$work/upgrade.out" 2>&1 || fail "upgrade $n: $(cat "$work/upgrade.out")"
    [ "$(upgrades)" = "$n" ] || fail "there were $(upgrades) upgrades, not $n"
    now=$(metric fairlead_requests_begun_total)
    [ "$now" -ge "$requests" ] || fail "requests went from $requests to $now"
    requests=$now
done
[ "$(ps -o ppid= -p "$(fairlead_children 'worker 1' | head -n 1)" | tr -d ' ')" = "$control" ] || fail "control is another process"
load_wait
[ "$(load_count failed)" = 0 ] || fail "requests were lost"
wait $slow_pid || fail "the slow request was lost"
grep -q '^app=slow' "$work/slow.answer" || fail "the slow request got $(cat "$work/slow.answer")"
wait $download_pid || fail "the download ended"

step "who carries something is shown, and ends with it"
ctl --json workers | jq -e '[.Workers[] | select(.State == "finishing" and .Slot == null)] | length > 0' || fail "nobody finishes: $(ctl --json workers)"
touch "$work/enough"
wait $websocket_pid || fail "the WebSocket ended: $(cat "$work/websocket.out")"
has_finished() {
    [ "$(ctl --json status | jq .FinishingWorkerCount)" = 0 ]
}
wait_for 20 has_finished

step "what was known is known"
wait $follow_pid && fail "the end of the events looks like success"
grep -q 'another version of fairlead takes over' "$work/followed" || fail "the events end with: $(tail -n 2 "$work/followed")"
curl -sf "http://127.0.0.1:$metrics/metrics" | grep '^fairlead_requests_begun_total' >/dev/null || fail "no metrics on their port"
curl -sf --unix-socket "$work/api.sock" http://localhost/v1/status | jq -e ".Upgrades == $times" || fail "the api role does not answer"
is_held || fail "the held target is not: $(ctl targets web)"
[ "$(last_event)" -gt "$event" ] || fail "events went from $event to $(last_event)"
handshake -tls1_2 -sess_in "$work/session" | grep '^Reused' >/dev/null || fail "the session was not resumed"
all_are_recorded() {
    [ "$(wc -l <"$work/access.log")" -ge "$(load_count sent)" ]
}
wait_for 10 all_are_recorded

step "a signal does the same"
kill -USR2 "$control"
is_upgraded() {
    [ "$(upgrades)" = $((times + 1)) ] && is_served
}
wait_for 20 is_upgraded

# refused WHAT SAYS: an upgrade to $work/other, and what it says in one line.
refused() {
    ctl upgrade --binary "$work/other" >"$work/refused" 2>&1 && fail "taken: $1"
    grep -q -- "$2" "$work/refused" || fail "$1: says $(cat "$work/refused")"
    [ "$(wc -l <"$work/refused")" = 1 ] || fail "$1: says more than a line: $(cat "$work/refused")"
    [ "$(upgrades)" = $((times + 1)) ] || fail "$1: counts as an upgrade"
    is_served || fail "$1: it serves no more"
}
step "a program that cannot take over changes nothing"
refused "no file" "No such file"
cp "$fairlead" "$work/other"
chmod 644 "$work/other"
refused "not executable" "it is not executable"
chmod 777 "$work/other"
refused "writable by others" "others may write to it"
if [ "$(id -u)" = 0 ]; then
    chmod 755 "$work/other"
    chown 12345 "$work/other"
    refused "another user's" "it belongs to another user"
    chown 0 "$work/other"
fi
chmod 755 "$work/other"
# Byte 18 of an ELF file is its machine.
printf '\xf3\x00' | dd of="$work/other" bs=1 seek=18 conv=notrunc 2>/dev/null
refused "another machine's" "it cannot be executed"
echo nonsense >"$work/other"
refused "no program" "it cannot be executed"
cp /bin/true "$work/other"
refused "another program" "it is no fairlead that can take over"
printf '#!/bin/sh\nkill -SEGV $$\n' >"$work/other"
refused "one that crashes" "killed by signal 11"
cp "$fairlead" "$work/other"
cp "$work/fairlead.conf" "$work/good.conf"
echo 'nonsense = 1;' >>"$work/fairlead.conf"
refused "a refused configuration" "nonsense: unknown setting"
sed "s#$work/state#$work/elsewhere#" "$work/good.conf" >"$work/fairlead.conf"
refused "another state folder" "state_dir is another one now"
cp "$work/good.conf" "$work/fairlead.conf"
ctl events --last 5 | grep 'no upgrade' >/dev/null || fail "the events do not tell: $(ctl events --last 5)"

step "control is killed on the way"
trials=$(grep -c 'is ready to take over' "$work/fairlead.log")
ctl upgrade >"$work/upgrade.out" 2>&1 &
has_passed() {
    [ "$(grep -c 'is ready to take over' "$work/fairlead.log")" -gt "$trials" ]
}
wait_for 10 has_passed
kill -KILL "$control"
# Until it is dead, its socket is another fairlead's.
wait "$control" || true
is_served || fail "nobody serves without control"
fairlead_start
wait_for 10 is_served
wait_for 5 is_held
fairlead_stop

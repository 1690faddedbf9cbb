#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a health check met is said, while a target is initial and when it is unhealthy, with the
# last check's time and latency. A check may be answered as largely as traffic may.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"
command -v python3 >/dev/null || skip "python3 is missing"

# One target for each way to answer; prints "WAY PORT" lines.
cat >"$work/targets.py" <<'END'
import socket, sys, threading
answers = {
    "large-body": b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3000000,
    "endless-fit": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000000,
    "large-head": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 30000 + b"\r\nContent-Length: 0\r\n\r\n",
    "too-large": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 40000 + b"\r\nContent-Length: 0\r\n\r\n",
    "tls": b"\x15\x03\x01\x00\x02\x02\x46",
    "other": b"220 mail.example.com ESMTP\r\n",
    "malformed": b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    "closed": b"",
    "silent": None,
    "code": b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
    "host": None,
}
held = []
def serve(way, connection):
    request = b""
    while b"\r\n\r\n" not in request:
        part = connection.recv(65536)
        if not part:
            return
        request += part
    answer = answers[way]
    if way == "host":
        code = b"200 OK" if b"\r\nHost: app.example:8443\r\n" in request else b"404 Not Found"
        answer = b"HTTP/1.1 " + code + b"\r\nContent-Length: 0\r\n\r\n"
    if answer is None:
        held.append(connection)
        return
    try:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    except OSError:
        pass
    connection.close()
def listen(way):
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write("%s %d\n" % (way, listener.getsockname()[1]))
    sys.stdout.flush()
    while True:
        connection = listener.accept()[0]
        threading.Thread(target=serve, args=(way, connection), daemon=True).start()
for way in answers:
    threading.Thread(target=listen, args=(way,), daemon=True).start()
print("end", flush=True)
sys.stdin.read()
END
mkfifo "$work/targets.in"
python3 "$work/targets.py" <"$work/targets.in" >"$work/targets.out" &
targets_pid=$!
system_at_end kill -KILL $targets_pid
exec 6>"$work/targets.in"
are_listening() {
    [ "$(wc -l <"$work/targets.out")" -eq 12 ]
}
wait_for 10 are_listening

declare -A at
while read -r way port; do
    [ "$way" = end ] || at[$way]=$port
done <"$work/targets.out"
at[refused]=$(free_port)
bad="refused tls other malformed too-large closed silent code"
ports() {
    for way in "$@"; do echo "${at[$way]}"; done | paste -sd ' '
}
# configure INTERVAL THRESHOLD
configure() {
    local check="interval_milliseconds = $1; timeout_milliseconds = 1500; unhealthy_threshold_count = $2;"
    # shellcheck disable=SC2086
    DIR=$work "$support/config" -t "$(ports $bad)" -c "$check" -g good -t \
        "$(ports large-body large-head endless-fit)" -c "$check" -g named -t "$(ports host)" \
        -c "$check host = \"app.example:8443\";" -r "10 /good good" -r "20 /named named"
}
# says WAY STATE REASON WORDS: what is shown of the target that answers so.
says() {
    ctl --json targets web | jq -e --argjson port "${at[$1]}" --arg state "$2" --arg reason "$3" \
        --arg words "$4" '[.TargetHealthDescriptions[] | select(.Target.Port == $port) | .TargetHealth |
        select(.State == $state and .Reason == $reason and (.Description | contains($words)))] |
        length == 1'
}

step "while initial"
configure 100000 10
fairlead_start
initial=Elb.InitialHealthChecking
wait_for 10 says refused initial $initial "connection refused"
wait_for 10 says tls initial $initial "answered with TLS"
wait_for 10 says other initial $initial "no HTTP"
wait_for 10 says malformed initial $initial malformed
wait_for 10 says too-large initial $initial "too large"
wait_for 10 says closed initial $initial closed
wait_for 10 says code initial $initial "code 503"
wait_for 10 says silent initial $initial "no answer in 1.5 s"

step "what traffic may have, a check may have"
wait_for 10 targets_are good 3
wait_for 10 targets_are named 1

step "the last check"
last_check_is() {
    ctl --json targets "$1" | jq -e --argjson port "${at[$2]}" --arg result "$3" '[.TargetHealthDescriptions[] |
        select(.Target.Port == $port) | .TargetHealth.LastCheck | select(.Result == $result and
        (.Time | test("^20[0-9]{2}-")) and .LatencyMicroseconds >= 0)] | length == 1'
}
wait_for 5 last_check_is web refused "connection refused"
wait_for 5 last_check_is good large-body "passed with code 200"
fairlead_stop

step "when unhealthy"
rm -rf "$work/state"
configure 1600 2
fairlead_start
failed=Target.FailedHealthChecks
wait_for 20 says refused unhealthy $failed "connection refused"
wait_for 20 says tls unhealthy $failed "answered with TLS"
wait_for 20 says other unhealthy $failed "no HTTP"
wait_for 20 says malformed unhealthy $failed malformed
wait_for 20 says too-large unhealthy $failed "too large"
wait_for 20 says closed unhealthy $failed closed
wait_for 20 says code unhealthy Target.ResponseCodeMismatch "codes: [503]"
wait_for 20 says silent unhealthy Target.Timeout "no answer in 1.5 s"

step "a host that is none is refused by name"
sed 's/app.example:8443/app example/' "$work/fairlead.conf" >"$work/bad.conf"
! "$fairlead" -c -f "$work/bad.conf" >"$work/out" 2>&1 || fail "it is taken"
grep -q 'health_check.host' "$work/out" || fail "$(cat "$work/out")"
fairlead_stop
exec 6>&-

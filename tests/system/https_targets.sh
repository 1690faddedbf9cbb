#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Targets and health checks by HTTPS: whatever their certificates say, with sessions resumed, and
# what becomes of requests where a target does not speak TLS, stalls in the handshake or cuts its end.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

certificate() {
    DIR=$work "$support/make_certificate" "$@"
    cat "$work/$1.key" >>"$work/$1.pem"
}
certificate expired rsa nobody.test -1
certificate fine ec web.test

# echoes PORT [CERTIFICATE [VERSION]]
echoes() {
    python3 "$support/echo_app" "$1" ${2:+"$work/$2.pem"} "${@:3}" 2>>"$work/apps" &
    system_at_end kill -KILL $!
}
port=$(free_port) secure=$(free_port) older=$(free_port) plain=$(free_port) mute=$(free_port)
metrics=$(free_port)
echoes "$secure" expired
echoes "$older" fine TLSv1_2
echoes "$plain"
python3 -c 'import socket, sys, time
mute = socket.create_server(("127.0.0.1", int(sys.argv[1])))
kept = []
while True: kept.append(mute.accept())' "$mute" &
system_at_end kill -KILL $!
is_open() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
for app in "$secure" "$older" "$plain" "$mute"; do
    wait_for 10 is_open "$app"
done

checks='protocol = "HTTPS"; interval_milliseconds = 800; timeout_milliseconds = 750;'
# configure PROTOCOL OF web
configure() {
    DIR=$work "$support/config" -n "$port" -t "$secure" -p "$1" -c "$checks" \
        -g older -t "$older" -p HTTPS -g plain -t "$plain" -p HTTPS -c "$checks" \
        -g mute -t "$mute" -p HTTPS -c "$checks" \
        -g mixed -t "$plain $mute $secure" -p HTTPS \
        -r "1 /older* older" -r "2 /plain* plain" -r "3 /mute* mute" -r "4 /mixed* mixed" \
        -o "metrics = { address = \"127.0.0.1\"; port = $metrics; };" \
        -o 'timeouts = { target_connect_milliseconds = 1000; target_tls_handshake_milliseconds = 1000; };'
}
configure HTTPS
fairlead_start
url=http://127.0.0.1:$port
get() {
    curl -s -m 10 "$@"
}
code() {
    get -o /dev/null -w '%{http_code}' "$@"
}

step "checks by HTTPS, and what they say"
# health GROUP: state and result of the last check of its target
health() {
    ctl --json targets --group "$1" | jq -r '.TargetHealthDescriptions[] | .TargetHealth |
        .State + ": " + (.LastCheck.Result // "")'
}
is() {
    [[ "$(health "$1")" == $2 ]]
}
wait_for 10 is web "healthy: *"
wait_for 10 is plain "unhealthy: answered without TLS"
wait_for 10 is mute "unhealthy: no TLS handshake in *"
[ "$(ctl --json groups | jq -r '.TargetGroups[] | select(.TargetGroupName == "web") |
    .Protocol + " " + .HealthCheckProtocol')" = "HTTPS HTTPS" ] || fail "groups"

step "requests and bodies of each kind"
get "$url/head" | grep '^GET /head HTTP/1.1' >/dev/null || fail "no answer: $(get -i "$url/head")"
head -c 3000000 /dev/urandom >"$work/body"
for round in 1 2 3; do
    [ "$(get --data-binary "@$work/body" "$url/")" = "$(sha256sum <"$work/body" | cut -d ' ' -f 1)" ] ||
        fail "a body was changed ($round)"
done
[ "$(get "$url/bytes/3000000" | wc -c)" -ge 3000000 ] || fail "an answer was cut"
[ "$(get -d x "$url/older")" = "$(printf x | sha256sum | cut -d ' ' -f 1)" ] || fail "TLS 1.2"
[ "$(code -X POST -d x "$url/")" = 200 ] || fail "a POST on a kept connection"

step "an upgraded connection"
python3 - "$port" <<'END' || fail "the tunnel"
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as client:
    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(65536)
    assert head.startswith(b"HTTP/1.1 101"), head
    for size in (1, 70000):
        client.sendall(b"x" * size)
        got = 0
        while got < size:
            got += len(client.recv(65536))
END

step "a session is resumed"
# Two connections at once: while one is busy, the other is opened.
resumed() {
    get "$url/bytes/20000000" -o /dev/null &
    local large=$!
    get "$url/tls" >"$work/resumed"
    wait $large
    grep -q '^TLSv1.3 True' "$work/resumed"
}
wait_for 10 resumed

step "a cut answer is not taken for a whole one"
get "$url/cut" >/dev/null && fail "an answer without its end was taken for complete"

step "a target without TLS, or without a handshake, is passed over"
[ "$(code "$url/plain")" = 502 ] || fail "plain: $(code "$url/plain")"
[ "$(code "$url/mute")" = 504 ] || fail "mute: $(code "$url/mute")"
for _ in 1 2 3 4 5 6; do
    [ "$(code "$url/mixed")" = 200 ] || fail "another target was left"
done
are_counted() {
    curl -s "http://127.0.0.1:$metrics/metrics" | grep '^fairlead_target_tls_handshake_errors_total [1-9]'
}
wait_for 5 are_counted

step "a reload changes what a group speaks, with connections kept"
configure HTTP
ctl reload >/dev/null
[ "$(code "$url/")" != 200 ] || fail "TLS towards a group that speaks HTTP"
configure HTTPS
ctl reload >/dev/null
for _ in 1 2 3; do
    [ "$(code "$url/")" = 200 ] || fail "no TLS after a reload"
done
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# HTTP/2 clients of an HTTPS listener: who speaks it, what goes through, what breaks the rules of
# RFC 9113 and what comes of it, attacks and their limits, answers that are not usual, stop and
# reload under load.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

python=/usr/bin/python3 # Debian's own, which sees Debian's hpack
$python -c 'import hpack' 2>/dev/null || skip "python3-hpack is missing"
command -v h2load >/dev/null || skip "h2load (nghttp2-client) is missing"

port=$(free_port) app_port=$(free_port) odd_port=$(free_port)
python3 "$support/echo_app" "$app_port" 2>/dev/null &
system_at_end kill -KILL $!
python3 "$support/odd_app" "$odd_port" &
system_at_end kill -KILL $!
wait_for 5 curl -sf -o /dev/null "http://127.0.0.1:$app_port/"
wait_for 5 curl -sf -o /dev/null "http://127.0.0.1:$odd_port/"
DIR=$work "$support/make_certificate" one ec one.test
origin=https://one.test:$port

# configure APP-PORT [SETTINGS OF THE LISTENER [OPTIONS OF config ...]]
configure() {
    local target=$1 settings=${2:-}
    shift $(($# < 2 ? 1 : 2))
    DIR=$work "$support/config" -w 2 -f alb -t "$target" \
        -s "address = \"127.0.0.1\"; port = $port; ssl_policy = \"ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06\";
            certificates = ( { certificate = \"$work/one.pem\"; private_key = \"$work/one.key\"; } ); $settings" "$@"
}
reload() {
    configure "$@"
    ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
}
secure() {
    local path=$1
    shift
    curl -sk --resolve "one.test:$port:127.0.0.1" "$@" "$origin$path"
}
# negotiated OPTIONS OF s_client ...: the protocol that ALPN gave.
negotiated() {
    openssl s_client -connect "127.0.0.1:$port" "$@" </dev/null 2>&1 |
        sed -n 's/^ALPN protocol: //p; s/^No ALPN negotiated$/nothing/p; s/.*alert no application protocol.*/refused/p' | sed 1q
}
negotiates() {
    local expected=$1 found
    shift
    found=$(negotiated "$@") || true
    [ "$found" = "$expected" ] || fail "$*: '$found' instead of '$expected'"
}
# frames WHICH
frames() {
    timeout 300 $python "$srcdir/tests/system/http2_frames.py" "$port" "$1" >"$work/frames" 2>&1 ||
        fail "$(cat "$work/frames")"
    tail -n 1 "$work/frames"
}
: "${srcdir:=$(dirname "$0")/../..}"

configure "$app_port"
fairlead_start
wait_for 5 secure /hello -o /dev/null

step "what ALPN gives, by policy"
negotiates h2 -alpn h2,http/1.1
negotiates h2 -alpn http/1.1,h2
negotiates http/1.1 -alpn http/1.1
negotiates nothing
negotiates h2 -alpn h2,http/1.1 -tls1_2
negotiates http/1.1 -alpn h2,http/1.1 -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA
negotiates refused -alpn h2 -tls1_2 -cipher ECDHE-ECDSA-AES128-SHA
reload "$app_port" 'alpn_policy = "HTTP2Optional";'
negotiates http/1.1 -alpn h2,http/1.1
negotiates h2 -alpn h2
reload "$app_port" 'alpn_policy = "HTTP1Only";'
negotiates http/1.1 -alpn h2,http/1.1
negotiates refused -alpn h2
reload "$app_port" 'alpn_policy = "None";'
negotiates nothing -alpn h2,http/1.1
reload "$app_port" 'alpn_policy = "HTTP2Only";'
negotiates h2 -alpn h2,http/1.1
negotiates refused -alpn http/1.1
[ "$(secure / --http2-prior-knowledge --no-alpn -o /dev/null -w '%{http_version}')" = 2 ] ||
    fail "HTTP2Only without ALPN is not HTTP/2"
! secure / --http1.1 --no-alpn -o /dev/null || fail "HTTP2Only serves HTTP/1.1"
reload "$app_port" '' -b 'routing = { http2 = { enabled = false; }; };'
negotiates http/1.1 -alpn h2,http/1.1
reload "$app_port"
negotiates h2 -alpn h2,http/1.1

step "targets are told how it came; the log has it as h2"
secure /told --http2 -H 'Cookie: a=1; b=2' >"$work/head"
for line in 'X-Forwarded-Proto: https' "X-Forwarded-Port: $port" "Host: one.test:$port" 'cookie: a=1; b=2'; do
    grep -q "^$line" "$work/head" || fail "no '$line' in: $(cat "$work/head")"
done
logged() {
    grep -E "$1" "$work/access.log"
}
wait_for 5 logged '^h2 .*"GET https://one.test:[0-9]+/told HTTP/2.0" "curl[^"]*" TLS_AES_128_GCM_SHA256 TLSv1.3 '

step "bodies of all sizes, both ways"
head -c 3000000 /dev/urandom >"$work/body"
for size in 1 16384 65535 65536 3000000; do
    head -c "$size" "$work/body" >"$work/part"
    [ "$(secure / --http2 --data-binary "@$work/part")" = "$(sha256sum <"$work/part" | cut -c-64)" ] ||
        fail "an upload of $size bytes came otherwise"
    direct=$(curl -s "http://127.0.0.1:$app_port/bytes/$size" | sha256sum)
    [ "$(secure "/bytes/$size" --http2 | sha256sum)" = "$direct" ] ||
        fail "a download of $size bytes came otherwise"
done
for count in 1 2 3 4 5 6 7 8; do
    printf 'url = "%s/bytes/700000"\noutput = "%s/many.%s"\n' "$origin" "$work" "$count"
done >"$work/many"
curl -sk --http2 --parallel --no-progress-meter --resolve "one.test:$port:127.0.0.1" -K "$work/many"
for count in 1 2 3 4 5 6 7 8; do
    [ "$(sha256sum <"$work/many.$count")" = "$(curl -s "http://127.0.0.1:$app_port/bytes/700000" | sha256sum)" ] ||
        fail "download $count of eight at a time came otherwise"
done

limits='timeouts = { client_head_milliseconds = 1000; client_body_milliseconds = 1000; client_idle_milliseconds = 1000;
        http2_stream_stall_milliseconds = 1000; };
    limits = { http2_resets_burst = 20; http2_resets_per_second = 2; http2_concurrent_streams = 8;
        http2_idle_frames_burst = 500; http2_idle_frames_per_second = 50; request_line_bytes = 8192; fields = 64; };'

step "what RFC 9113 says of frames and fields"
frames rules

step "attacks end at their limits"
reload "$app_port" '' -o "$limits"
frames attacks
for reason in resets idle_frames flood protocol head_timeout idle; do
    wait_for 5 metric_is "fairlead_http2_connections_ended_total{reason=\"$reason\"}" -gt 0
done
for by in client fault; do
    wait_for 5 metric_is "fairlead_http2_streams_reset_total{by=\"$by\"}" -gt 20
done
nothing_is_left() {
    [ "$(metric fairlead_exchanges_active)" = 0 ] && [ "$(metric fairlead_http2_connections_active)" = 0 ]
}
wait_for 5 nothing_is_left

step "answers that are not usual"
reload "$odd_port"
frames answers

step "nobody died of it"
[ "$(metric fairlead_worker_restarts_total)" = 0 ] || fail "workers died"

step "bodies that nobody counted"
for size in 1 65536 3000000; do
    head -c "$size" "$work/body" >"$work/part"
    sum=$(sha256sum <"$work/part" | cut -c-64)
    [ "$(secure /sum --http2 -T - <"$work/part")" = "$sum chunked" ] || fail "an uncounted upload of $size bytes"
    [ "$(secure /sum --http2 --data-binary "@$work/part")" = "$sum counted" ] || fail "a counted upload of $size bytes"
done

step "a connection's last request is told in time"
reload "$odd_port" '' -o 'limits = { http2_requests = 50; };'
h2load -n 1000 -c 2 -m 10 "https://127.0.0.1:$port/" >"$work/h2load" 2>&1 || true
wait_for 5 metric_is 'fairlead_http2_connections_ended_total{reason="requests"}' -gt 0
reload "$odd_port"

# succeeds COUNT: whether h2load's run lost nothing.
succeeds() {
    grep -q "^requests: .* $1 succeeded, 0 failed, 0 errored, 0 timeout" "$work/h2load" || fail "$(cat "$work/h2load")"
}
step "reloads under load lose nothing"
requests=$(count 20000 200000)
h2load -n "$requests" -c 8 -m 32 "https://127.0.0.1:$port/" >"$work/h2load" 2>&1 &
loader=$!
for _ in 1 2 3 4 5; do
    ctl reload >/dev/null 2>&1 || fail "a reload"
done
wait $loader
succeeds "$requests"

step "targets that come, drain and are killed under load lose nothing"
other_port=$(free_port)
python3 "$support/odd_app" "$other_port" &
other=$!
system_at_end kill -KILL $other
wait_for 5 curl -sf -o /dev/null "http://127.0.0.1:$other_port/"
h2load -n "$requests" -c 8 -m 32 "https://127.0.0.1:$port/" >"$work/h2load" 2>&1 &
loader=$!
for ports in "$odd_port,$other_port" "$other_port" "$odd_port" "$odd_port,$other_port"; do
    reload "$ports"
    wait_for 5 targets_are web "$(echo "$ports" | tr ',' '\n' | wc -l)" unavailable
done
kill -KILL $other
wait $loader
succeeds "$requests"
reload "$odd_port"

step "workers that stop under load lose nothing"
$python "$srcdir/tests/system/http2_frames.py" "$port" load "$(count 4 20)" >"$work/load" 2>&1 &
loader=$!
wait_for 5 metric_is fairlead_http2_connections_active -ge 4
for worker in $(fairlead_children worker); do
    kill -TERM "$worker"
    is_followed() {
        ! kill -0 "$worker" 2>/dev/null && [ "$(fairlead_children worker | wc -l)" = 2 ]
    }
    wait_for 10 is_followed
done
wait $loader || fail "$(cat "$work/load")"
cat "$work/load"

step "a stop says goodbye in two steps, and finishes what is under way"
$python - "$port" "$work" <<'END' &
import os, runpy, sys
frames = runpy.run_path(os.environ["srcdir"] + "/tests/system/http2_frames.py", run_name="frames")
client = frames["Client"]()
client.send(frames["get"]("/slow")[0] + frames["headers"](frames["GET"], 3))
assert client.until("data on 3 end"), client.events
open(sys.argv[2] + "/asked", "w").close()
assert client.until("goaway NO_ERROR"), client.events
assert client.until("ping"), client.events
client.send(frames["frame"](frames["PING"], 1, 0, b"\0" * 8))
assert client.until("goaway NO_ERROR"), client.events
assert client.until("data on 1 end"), client.events
while client.next():
    pass
END
asker=$!
wait_for 10 test -e "$work/asked"
fairlead_stop
wait $asker || fail "the goodbye of a stop"

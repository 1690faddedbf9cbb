#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Target groups with protocol_version HTTP2: in plain and by TLS, health checks, the ALB's matrix of
# versions, streams that share connections, targets that refuse or leave, hostile ones, trailers.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

python=/usr/bin/python3 # Debian's own, which sees Debian's hpack
$python -c 'import hpack' 2>/dev/null || skip "python3-hpack is missing"
command -v nghttpd >/dev/null || skip "nghttpd (nghttp2-server) is missing"
command -v h2load >/dev/null || skip "h2load (nghttp2-client) is missing"

# target NAME COMMAND ...: on a port of its own, which $NAME is then.
target() {
    local name=$1
    shift
    declare -g "$name=$(free_port)"
    "${@//PORT/${!name}}" >>"$work/$name.out" 2>&1 &
    declare -g "${name}_pid=$!"
    system_at_end kill -KILL $!
}
odd() {
    target "$1" "$python" -u "$support/odd_target_http2" PORT "${@:2}"
}
mkdir "$work/www"
echo hello >"$work/www/index.html"
head -c 3000000 /dev/urandom >"$work/www/large"
DIR=$work "$support/make_certificate" one ec one.test
target plain nghttpd --no-tls -d "$work/www" PORT
target secure nghttpd -d "$work/www" PORT "$work/one.key" "$work/one.pem"
odd first
odd refusing refuses
odd going goes
odd single one
odd leaving
odd other
odd closed none
odd stuffed closed
odd mute mute
odd old old
target http1 python3 "$support/echo_app" PORT
is_open() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
for name in plain secure first refusing going single leaving other closed stuffed mute old http1; do
    wait_for 10 is_open "${!name}"
done

port=$(free_port)
h2='protocol_version = "HTTP2";'
# To the group that the path begins with.
rules= number=0
for group in web sticky plain secure odd either leaving single closed stuffed mute old tls; do
    number=$((number + 1))
    rules="$rules${rules:+,}
        { priority = $number; conditions = ( { field = \"path-pattern\"; values = [ \"/$group/*\" ]; } );
          actions = ( { type = \"forward\"; target_group = \"$group\"; } ); }"
done
checks='interval_milliseconds = 800; timeout_milliseconds = 750; path = "/nothing"; matcher = "204";'
DIR=$work "$support/config" -w 1 -t "$http1" \
    -g plain -x "$h2" -t "$plain" -c 'interval_milliseconds = 800; timeout_milliseconds = 750;' \
    -g secure -x "$h2" -p HTTPS -t "$secure" -c 'protocol = "HTTPS"; interval_milliseconds = 800; timeout_milliseconds = 750;' \
    -g odd -x "$h2" -t "$first" -c "$checks" \
    -g either -x "$h2" -t "$refusing $going $first" -a 'passive_health = { enabled = false; };' \
    -g leaving -x "$h2" -t "$leaving $other" -a 'passive_health = { enabled = false; };' \
    -g sticky -x "$h2" -t "$leaving $other" -a 'stickiness = { enabled = true; type = "lb_cookie"; };' \
    -g single -x "$h2" -t "$single" -g closed -x "$h2" -t "$closed" \
    -g stuffed -x "$h2" -t "$stuffed" -c "$checks" \
    -g mute -x "$h2" -t "$mute" -c "$checks" -g old -x "$h2" -t "$old" -c "$checks" \
    -g tls -x "$h2" -p HTTPS -t "$http1" -c "protocol = \"HTTPS\"; $checks" \
    -e "default_actions = ( { type = \"fixed-response\"; status_code = \"404\"; } ); rules = ( $rules );" \
    -s "address = \"127.0.0.1\"; port = $port; certificates = ( { certificate = \"$work/one.pem\"; private_key = \"$work/one.key\"; } );" \
    -o 'limits = { http2_requests = 1000000; };' \
    -o 'timeouts = { target_response_milliseconds = 2000; target_connect_milliseconds = 500; };'
fairlead_start
origin=https://one.test:$port
get() {
    curl -sk -m 10 --http2 --resolve "one.test:$port:127.0.0.1" "$@"
}
code() {
    get -o /dev/null -w '%{http_code}' "$@" || true
}

step "checks in HTTP/2, and what they say"
# health GROUP: state and result of the last check of its target
health() {
    ctl --json targets "$1" | jq -r '.TargetHealthDescriptions[] | .TargetHealth |
        .State + ": " + (.LastCheck.Result // "")'
}
is() {
    [[ "$(health "$1")" == $2 ]]
}
wait_for 10 is plain "healthy: passed with code 200"
wait_for 10 is secure "healthy: passed with code 200"
wait_for 10 is odd "healthy: passed with code 204"
wait_for 10 is mute "unhealthy: no answer in *"
wait_for 10 is old "unhealthy: no HTTP/2: it answered with something else"
wait_for 10 is tls "unhealthy: answered without TLS"
[ "$(ctl --json groups | jq -r '.TargetGroups[] | select(.TargetGroupName == "secure") |
    .Protocol + " " + .ProtocolVersion')" = "HTTPS HTTP2" ] || fail "groups"

step "in plain and by TLS, bodies of all sizes"
for group in plain secure; do
    [ "$(get "$origin/$group/../index.html" --path-as-is -o /dev/null -w '%{http_code}')" != 200 ] || fail "a path with .. is served"
done
for size in 0 1 16384 65535 65536 3000000; do
    head -c "$size" "$work/www/large" >"$work/part"
    get "$origin/odd/x" --data-binary "@$work/part" | grep -x "body $size" >/dev/null ||
        fail "an upload of $size bytes came otherwise"
done
mkdir "$work/www/plain" "$work/www/secure"
for group in plain secure; do
    cp "$work/www/large" "$work/www/$group/large"
    echo hello >"$work/www/$group/small"
    get "$origin/$group/large" | cmp - "$work/www/large" || fail "$group: a download came otherwise"
    h2load -n 2000 -c 4 -m 16 "https://127.0.0.1:$port/$group/small" >"$work/h2load"
    grep 'requests: 2000 total, 2000 started, 2000 done, 2000 succeeded' "$work/h2load" >/dev/null ||
        fail "$group: $(cat "$work/h2load")"
done
wait_for 5 metric_is fairlead_http2_target_requests_total -ge 4000
[ "$(metric fairlead_http2_target_connections_opened_total)" -lt 20 ] || fail "connections are not shared"

step "what a target is told"
get "$origin/odd/told?a=b" -H 'Cookie: a=1; b=2' -H 'X-Own: 1' >"$work/told"
for line in ':method: GET' ':path: /odd/told?a=b' ":authority: one.test:$port" ':scheme: http' 'x-forwarded-proto: https' \
    "x-forwarded-port: $port" 'x-forwarded-for: 127.0.0.1' 'cookie: a=1; b=2' 'x-own: 1'; do
    grep -x -- "$line" "$work/told" >/dev/null || fail "no '$line' in: $(cat "$work/told")"
done
! grep -E '^(connection|host|transfer-encoding)' "$work/told" || fail "fields of a connection went along"

step "who comes by another version gets 464"
[ "$(code "$origin/plain/small" --http1.1)" = 464 ] || fail "HTTP/1.1 to HTTP2"
[ "$(code "$origin/web/" --http1.1)" = 200 ] || fail "HTTP/1.1 to HTTP1"
[ "$(code "$origin/web/")" = 200 ] || fail "HTTP/2 to HTTP1"
[ "$(code "$origin/web/" -d x -H 'Content-Type: application/grpc')" = 464 ] || fail "gRPC to HTTP1"
[ "$(code "$origin/odd/x" -d x -H 'Content-Type: application/grpc')" = 200 ] || fail "gRPC to HTTP2"
wait_for 5 grep '"version_mismatch"' "$work/access.log"

step "a target that refuses or leaves: the next one has it, POST too"
for count in 1 2 3 4 5 6 7 8 9; do
    [ "$(code "$origin/either/x" -d "body $count" -H "X-Id: $count")" = 200 ] || fail "POST $count of a refused stream"
done
wait_for 5 metric_is fairlead_http2_target_streams_unprocessed_total -ge 6
[ "$(sort "$work/first.out" | grep -c '^POST /either/x [0-9]')" = 9 ] || fail "each once: $(cat "$work/first.out")"

step "targets that leave by themselves (GOAWAY), under load: nothing is lost"
"$python" -c 'print("x" * 100, end="")' >"$work/post"
h2load -D 6 --warm-up-time 0 -c 4 -m 8 -d "$work/post" "https://127.0.0.1:$port/leaving/x" >"$work/h2load" 2>&1 &
load=$!
for _ in 1 2 3 4; do
    for name in leaving other; do
        sleep 0.4 # of load
        pid=${name}_pid number=${!name}
        kill -TERM "${!pid}"
        wait "${!pid}" || fail "$name ended with $?"
        "$python" -u "$support/odd_target_http2" "$number" >>"$work/$name.out" 2>&1 &
        declare "$name"_pid=$!
        system_at_end kill -KILL $!
        wait_for 5 is_open "$number"
    done
done
wait $load || fail "$(cat "$work/h2load")"
grep ' 0 failed, 0 errored, 0 timeout' "$work/h2load" >/dev/null || fail "lost: $(cat "$work/h2load")"
grep ' 0 3xx, 0 4xx, 0 5xx' "$work/h2load" >/dev/null || fail "lost: $(cat "$work/h2load")"
grep '^requests:' "$work/h2load"

step "as many streams as a target takes, and none where it takes none"
h2load -n 200 -c 1 -m 8 "https://127.0.0.1:$port/single/x" >"$work/h2load"
grep '200 succeeded' "$work/h2load" >/dev/null || fail "one stream at a time: $(cat "$work/h2load")"
[ "$(code "$origin/closed/x")" = 502 ] || fail "no streams: $(code "$origin/closed/x")"
[ "$(code "$origin/mute/x")" = 504 ] || fail "mute: $(code "$origin/mute/x")"
[ "$(code "$origin/old/x")" = 502 ] || fail "HTTP/1.1: $(code "$origin/old/x")"
[ "$(code "$origin/tls/x")" = 502 ] || fail "no TLS: $(code "$origin/tls/x")"

step "one slow stream stops no other"
get "$origin/odd/lazy/x" --data-binary "@$work/www/large" -o "$work/lazy" -w '%{http_code}' >"$work/lazy.code" &
lazy=$!
[ "$(code "$origin/stuffed/x" -d stuck)" = 504 ] || fail "a window of 0: $(code "$origin/stuffed/x" -d stuck)"
for size in 1000 30000; do
    head -c "$size" "$work/www/large" >"$work/part"
    get "$origin/odd/x" --data-binary "@$work/part" | grep -x "body $size" >/dev/null ||
        fail "behind a stalled stream $size bytes did not pass"
done
wait $lazy || true
# Nor does a client that takes its answer slowly keep others on the same connection waiting.
get "$origin/plain/large" --limit-rate 100k -m 60 -o "$work/slow" &
slow=$!
h2load -n 500 -c 1 -m 8 "https://127.0.0.1:$port/plain/small" >"$work/h2load"
grep '500 succeeded' "$work/h2load" >/dev/null || fail "beside a slow client: $(cat "$work/h2load")"
kill $slow || fail "the slow client was done before the others"
wait $slow || true

step "stickiness"
place=$(get "$origin/sticky/x" -c "$work/jar" -o /dev/null -w '%{http_code}')
[ "$place" = 200 ] || fail "sticky: $place"
for _ in 1 2 3 4 5 6; do
    get "$origin/sticky/x" -b "$work/jar" -o /dev/null
done
sizes=$(for name in leaving other; do grep -c 'GET /sticky/' "$work/$name.out" || true; done | sort -n | tr '\n' ' ')
[ "$sizes" = "0 7 " ] || fail "a client that sticks went to both: $sizes"
[ "$(cat "$work/lazy.code")" = 504 ] || fail "stalled: $(cat "$work/lazy.code")"

step "answers that break a rule are 502, with their reason; the next request is served"
expect() {
    local wanted=$1 path found
    shift
    for path in "$@"; do
        found=$(get "$origin/odd/$path" -o /dev/null -w '%{http_code} %{exitcode}') || true
        [[ "$found" == $wanted ]] || fail "$path: $found instead of $wanted"
        [ "$(code "$origin/odd/x")" = 200 ] || fail "behind $path"
    done
}
expect '502 0' data-first huge many bomb bad-status status-of-two no-status switch upper lines nul connection chunked \
    late-pseudo of-request two-lengths length-of-nothing push interims reset garbage even large-frame endless-head close overflow
expect '502 0' settings pings unknown
# curl's 92: the stream was reset.
expect '* 92' short long cut cut-off bad-trailer trailer-of-status trailers-without-end endless-trailers empties too-much
for reason in protocol idle_frames flood; do
    wait_for 5 metric_is "fairlead_http2_target_connections_ended_total{reason=\"$reason\"}" -ge 1
done
wait_for 5 metric_is 'fairlead_ends_total{reason="target_head_too_large"}' -ge 3
[ -z "$(ctl --json workers | jq -r '.Workers[] | select(.Restarts > 0)')" ] || fail "a worker died"

step "answers that keep them pass"
[ "$(get "$origin/odd/hints")" = hinted ] || fail "behind 103"
[ "$(code "$origin/odd/nothing")" = 204 ] || fail 204
[ "$(code -I "$origin/odd/head")" = 200 ] || fail "HEAD"
get -i "$origin/odd/trailers" >"$work/answer"
grep '^abcx-sum: 9' "$work/answer" >/dev/null || fail "no trailer: $(cat "$work/answer")"
! grep -E '^(set-cookie|host)' "$work/answer" || fail "trailers that may not stand there"

step "trailers of a request"
$python - "$port" <<'END' || fail "trailers of a request"
import socket, ssl, struct, sys, time
import hpack
context = ssl._create_unverified_context()
context.set_alpn_protocols(["h2"])
client = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10), server_hostname="one.test")
encoder = hpack.Encoder()
def send(kind, flags, stream, payload=b""):
    client.sendall(struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload)
client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
send(4, 0, 0)
send(1, 4, 1, encoder.encode([(":method", "POST"), (":scheme", "https"), (":authority", "one.test"), (":path", "/odd/x"), ("te", "trailers")]))
send(0, 0, 1, b"abc")
time.sleep(.05)
send(1, 5, 1, encoder.encode([("x-sum", "9"), ("authorization", "no")]))
got = b""
while b"body 3" not in got:
    more = client.recv(65536)
    assert more, got
    got += more
assert b"trailer x-sum: 9" in got and b"trailer authorization" not in got and b"te: trailers" in got, got
END

step "a reload changes what a group speaks, with connections kept"
sed 's/protocol_version = "HTTP2"/protocol_version = "HTTP1"/' "$work/fairlead.conf" >"$work/other"
cp "$work/fairlead.conf" "$work/kept"
cp "$work/other" "$work/fairlead.conf"
ctl reload >/dev/null
[ "$(code "$origin/plain/small")" != 200 ] || fail "HTTP/2 towards a group that speaks HTTP/1.1"
cp "$work/kept" "$work/fairlead.conf"
ctl reload >/dev/null
for _ in 1 2 3; do
    [ "$(code "$origin/plain/small")" = 200 ] || fail "no HTTP/2 after a reload"
done

step "groups on listeners that do not speak it, and matchers of another protocol, are told"
sed '0,/target_group = "web"/s//target_group = "plain"/' "$work/fairlead.conf" >"$work/bad.conf"
"$fairlead" -c -f "$work/bad.conf" >"$work/said" 2>&1 && fail "an HTTP2 group on an HTTP listener"
grep 'plain has protocol_version = "HTTP2", which needs a listener with protocol = "HTTPS"' "$work/said" >/dev/null ||
    fail "$(cat "$work/said")"
sed '0,/matcher = "204"/s//matcher = "12"/' "$work/fairlead.conf" >"$work/bad.conf"
"$fairlead" -c -f "$work/bad.conf" >"$work/said" 2>&1 && fail "a gRPC matcher in an HTTP2 group"
grep 'holds codes of HTTP, from 200 to 499' "$work/said" >/dev/null || fail "$(cat "$work/said")"
fairlead_stop

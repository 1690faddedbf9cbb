#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Target groups with protocol_version GRPC: calls of all four kinds, deadlines, checks and matchers,
# the ALB's matrix of versions, grpc-status in answers of fairlead's own, targets that are rolled and
# an upgrade under a load of calls with ids, of which none is lost or made twice.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

python=/usr/bin/python3 # Debian's own, which sees Debian's grpc
$python -c 'import grpc' 2>/dev/null || skip "python3-grpcio is missing"

DIR=$work "$support/make_certificate" one ec one.test
cat "$work/one.pem" "$work/one.key" >"$work/both.pem"
is_open() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
# app PORT [CERTIFICATE]: app_pid is its pid.
app() {
    "$python" "$support/grpc_app" "$@" >>"$work/apps" 2>>"$work/apps.err" &
    app_pid=$!
    system_at_end kill -KILL $!
    wait_for 10 is_open "$1"
}
port=$(free_port) first=$(free_port) secure=$(free_port) nobody=$(free_port) http1=$(free_port)
app "$first"
app "$secure" "$work/both.pem"
python3 "$support/echo_app" "$http1" 2>/dev/null &
system_at_end kill -KILL $!
wait_for 10 is_open "$http1"

checks='interval_milliseconds = 800; timeout_milliseconds = 750;'
# To the group that x-group names, else to calls.
rules= number=0
for group in secure healthy sick nobody web drained; do
    number=$((number + 1))
    rules="$rules${rules:+,}
        { priority = $number; conditions = ( { field = \"http-header\"; http_header_name = \"x-group\"; values = [ \"$group\" ]; } );
          actions = ( { type = \"forward\"; target_group = \"$group\"; } ); }"
done
DIR=$work "$support/config" -w 2 -f alb -t "$http1" \
    -g calls -x 'protocol_version = "GRPC";' -t "$first" -c "$checks" \
    -g secure -x 'protocol_version = "GRPC";' -p HTTPS -t "$secure" -c "protocol = \"HTTPS\"; $checks" \
    -g healthy -x 'protocol_version = "GRPC";' -t "$first" -c "path = \"/test.App/Health\"; matcher = \"0\"; $checks" \
    -g sick -x 'protocol_version = "GRPC";' -t "$first" -c "path = \"/test.App/Fails\"; matcher = \"0-8,10-99\"; $checks" \
    -g drained -x 'protocol_version = "GRPC";' -c "$checks" -a 'deregistration_delay = { timeout_seconds = 1; };' \
    -g nobody -x 'protocol_version = "GRPC";' -t "$nobody" \
    -o 'timeouts = { target_response_milliseconds = 5000; target_connect_milliseconds = 500; };' \
    -e "default_actions = ( { type = \"forward\"; target_group = \"calls\"; } ); rules = ( $rules );" \
    -s "address = \"127.0.0.1\"; port = $port; certificates = ( { certificate = \"$work/one.pem\"; private_key = \"$work/one.key\"; } );"
fairlead_start
origin=https://one.test:$port
get() {
    curl -sk -m 10 --http2 --resolve "one.test:$port:127.0.0.1" "$@"
}
code() {
    get -o /dev/null -w '%{http_code}' "$@" || true
}

step "checks: the default, a matcher of gRPC's codes, what they say"
health() {
    ctl --json targets "$1" | jq -r '.TargetHealthDescriptions[] | .TargetHealth |
        .State + ": " + (.LastCheck.Result // "")'
}
is() {
    [[ "$(health "$1")" == $2 ]]
}
wait_for 10 is calls "healthy: passed with code 12"
wait_for 10 is secure "healthy: passed with code 12"
wait_for 10 is healthy "healthy: passed with code 0"
wait_for 10 is sick "unhealthy: answered with code 9"
[ "$(ctl --json groups | jq -r '.TargetGroups[] | select(.TargetGroupName == "calls") |
    .ProtocolVersion + " " + .HealthCheckPath + " " + .Matcher.GrpcCode')" = "GRPC /AWS.ALB/healthcheck 12" ] ||
    fail "$(ctl --json groups)"

ctl explain "https://one.test:$port/test.App/Unary" | grep 'group calls, for gRPC and POST in HTTP/2 only' >/dev/null ||
    fail "$(ctl explain "https://one.test:$port/test.App/Unary")"
ctl targets calls -o wide | grep ' GRPC ' >/dev/null || fail "$(ctl targets calls -o wide)"

step "calls of all four kinds, in plain and by TLS"
$python - "$port" "$work/one.pem" <<'END' || fail "calls"
import sys
import time
import grpc
channel = grpc.secure_channel("127.0.0.1:" + sys.argv[1], grpc.ssl_channel_credentials(open(sys.argv[2], "rb").read()),
                              options=(("grpc.ssl_target_name_override", "one.test"),))
def code_of(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except grpc.RpcError as error:
        return error.code(), error.details()
    return None
for group in "calls", "secure":
    to = {"timeout": 10, "metadata": (("x-group", group),)}
    unary = channel.unary_unary("/test.App/Unary")
    assert unary(b"abc", **to) == b"cba"
    assert len(unary(b"x" * 3000000, **to)) == 3000000
    assert unary(b"", **to) == b""
    assert list(channel.unary_stream("/test.App/Counts")(b"1000", **to)) == [b"%d" % n for n in range(1000)]
    assert channel.stream_unary("/test.App/Sum")(iter([b"x" * 1000] * 500), **to) == b"500000"
    # Each answer comes before the next request is sent.
    answered = []
    def asks():
        for number in range(5):
            yield b"m%d" % number
            while len(answered) <= number:
                time.sleep(.001)
    both = channel.stream_stream("/test.App/Shouts")(asks(), **to)
    for answer in both:
        answered.append(answer)
    assert answered == [b"M%d" % number for number in range(5)], answered
    assert ("x-tail", "yes") in [tuple(one) for one in both.trailing_metadata()]
    assert code_of(channel.unary_unary("/test.App/Fails"), b"", **to) == (grpc.StatusCode.FAILED_PRECONDITION, "not so")
    assert code_of(channel.unary_unary("/test.App/Nothing"), b"", **to)[0] == grpc.StatusCode.UNIMPLEMENTED
    # Deadlines: the target is told, and the client's end ends the call.
    assert 5 < float(channel.unary_unary("/test.App/Left")(b"", **to)) < 10.5
    assert code_of(channel.unary_unary("/test.App/Slow"), b"2", timeout=.3, metadata=to["metadata"])[0] == grpc.StatusCode.DEADLINE_EXCEEDED
# Answers of our own, as gRPC maps them.
assert code_of(channel.unary_unary("/test.App/Unary"), b"", timeout=10, metadata=(("x-group", "nobody"),)) == (grpc.StatusCode.UNAVAILABLE, "unavailable")
assert code_of(channel.unary_unary("/test.App/Slow"), b"15", timeout=20)[0] == grpc.StatusCode.UNAVAILABLE
assert code_of(channel.unary_unary("/test.App/Unary"), b"", timeout=10, metadata=(("x-group", "web"),))[0] == grpc.StatusCode.UNKNOWN
END
logged() {
    grep -E "$1" "$work/access.log" >/dev/null
}
wait_for 5 logged '^grpcs .* 200 200 .*"POST https://one.test:[0-9]+/test.App/Unary HTTP/2.0"'
wait_for 5 metric_is fairlead_grpc_requests_total -ge 20

step "the matrix of versions"
[ "$(code "$origin/" --http1.1 -d x)" = 464 ] || fail "HTTP/1.1 to GRPC"
[ "$(code "$origin/")" = 464 ] || fail "GET to GRPC"
[ "$(code "$origin/" -d x)" != 464 ] || fail "POST to GRPC"
[ "$(code "$origin/" -d x -H 'Content-Type: application/grpc')" = 200 ] || fail "gRPC to GRPC"
get -i "$origin/test.App/Unary" -H 'x-group: web' -d x -H 'Content-Type: application/grpc' >"$work/answer"
grep '^HTTP/2 464' "$work/answer" >/dev/null || fail "gRPC to HTTP1: $(cat "$work/answer")"
grep -x $'grpc-status: 2\r' "$work/answer" >/dev/null || fail "gRPC to HTTP1: $(cat "$work/answer")"

step "targets are rolled under load: nothing is lost, nothing is done twice"
: >"$work/apps"
load_calls() {
    "$python" "$support/grpc_load" "$port" "$work/one.pem" "$1" >"$work/calls" 2>"$work/calls.err" &
    calls_pid=$!
    system_at_end kill -KILL $!
}
# All that was called was done once.
load_is_whole() {
    kill -TERM "$calls_pid"
    wait "$calls_pid" || fail "the load died: $(cat "$work/calls.err")"
    [ "$(wc -l <"$work/calls")" = 1 ] || fail "lost: $(head -n 20 "$work/calls")"
    local made
    made=$(cat "$work/calls")
    [ "$made" -gt 100 ] || fail "there was no load: $made"
    [ "$(grep -c '^id-' "$work/apps")" = "$made" ] || fail "$made calls, done: $(grep -c '^id-' "$work/apps")"
    [ "$(sort -u "$work/apps" | grep -c '^id-')" = "$made" ] || fail "some were done twice"
    echo "$made calls"
}
load_calls 8
old_port=$(free_port)
app "$old_port"
old_pid=$app_pid
ctl register calls "127.0.0.1:$old_port" >/dev/null
for _ in $(seq "$(count 3 20)"); do
    new_port=$(free_port)
    app "$new_port"
    ctl register calls "127.0.0.1:$new_port" >/dev/null
    wait_for 10 targets_are calls 3
    ctl deregister calls "127.0.0.1:$old_port" --wait >/dev/null
    kill -TERM "$old_pid"
    wait "$old_pid" || fail "the app ended with $?"
    old_port=$new_port old_pid=$app_pid
done
load_is_whole

step "a call that outlasts its target's draining is cut, and its client told"
slow_port=$(free_port)
app "$slow_port"
ctl register drained "127.0.0.1:$slow_port" >/dev/null
wait_for 10 targets_are drained 1
$python - "$port" "$work/one.pem" <<'END' >"$work/slow" 2>&1 &
import sys
import grpc
channel = grpc.secure_channel("127.0.0.1:" + sys.argv[1], grpc.ssl_channel_credentials(open(sys.argv[2], "rb").read()),
                              options=(("grpc.ssl_target_name_override", "one.test"), ("grpc.enable_retries", 0)))
try:
    channel.unary_unary("/test.App/Slow")(b"8", timeout=20, metadata=(("x-group", "drained"),))
except grpc.RpcError as error:
    print(error.code())
END
slow_pid=$!
in_flight() {
    ctl --json targets drained | jq -e '.TargetHealthDescriptions[0].InFlight == 1'
}
wait_for 5 in_flight
ctl deregister drained "127.0.0.1:$slow_port" >/dev/null
wait $slow_pid || fail "$(cat "$work/slow")"
grep -x StatusCode.UNAVAILABLE "$work/slow" >/dev/null || fail "$(cat "$work/slow")"
wait_for 5 metric_is 'fairlead_ends_total{reason="drain_over"}' -eq 1

step "an upgrade with calls under way"
: >"$work/apps"
load_calls 8
wait_for 5 grep id- "$work/apps"
# A stream that is open goes on, a message before the upgrade and one behind it.
$python - "$port" "$work/one.pem" "$work/upgraded" <<'END' >"$work/stream" 2>&1 &
import os
import sys
import time
import grpc
channel = grpc.secure_channel("127.0.0.1:" + sys.argv[1], grpc.ssl_channel_credentials(open(sys.argv[2], "rb").read()),
                              options=(("grpc.ssl_target_name_override", "one.test"),))
def says():
    yield b"before"
    while not os.path.exists(sys.argv[3]):
        time.sleep(.02)
    yield b"behind"
for word in channel.stream_stream("/test.App/Shouts")(says(), timeout=30):
    print(word.decode(), flush=True)
END
stream_pid=$!
wait_for 5 grep -x BEFORE "$work/stream"
ctl upgrade >"$work/upgrade" 2>&1 || fail "upgrade: $(cat "$work/upgrade")"
wait_for 5 grep id- "$work/apps"
touch "$work/upgraded"
wait $stream_pid || fail "the stream ended: $(cat "$work/stream")"
[ "$(cat "$work/stream")" = $'BEFORE\nBEHIND' ] || fail "the stream: $(cat "$work/stream")"
load_is_whole

step "a file that cannot be so is told"
sed 's/matcher = "0"/matcher = "200"/' "$work/fairlead.conf" >"$work/bad.conf"
"$fairlead" -c -f "$work/bad.conf" >"$work/said" 2>&1 && fail "HTTP's codes in a GRPC group"
grep 'holds codes of gRPC, from 0 to 99, in a GRPC group' "$work/said" >/dev/null || fail "$(cat "$work/said")"
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The api role: its files and answers, whom it refuses, and that it comes, moves and goes with the
# configuration.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) other_port=$(free_port) app_port=$(free_port) taken=$(free_port)
app_start "$app_port" web
app_start "$taken" somebody

# configure API...: with these settings of api; without any there is none.
configure() {
    DIR=$work "$support/config" -t "$app_port" ${1:+-o "api = { $*; };"}
}
console() {
    local path=$1
    shift
    curl -s -m 10 "$@" "http://127.0.0.1:$port$path"
}
# answers STATUS PATH [CURL OPTION]...
answers() {
    local want=$1 got
    shift
    got=$(console "$@" -o "$work/out" -D "$work/head" -w '%{http_code}')
    [ "$got" = "$want" ] || fail "$* is answered with $got, not $want: $(cat "$work/out")"
}
# refuses STATUS CODE PATH [CURL OPTION]...: in JSON with that code.
refuses() {
    local code=$2
    answers "$1" "${@:3}"
    jq -e --arg code "$code" '.error.code == $code and (.error.message | length > 0)' \
        "$work/out" >/dev/null || fail "$3 says: $(cat "$work/out")"
}
api_pid() {
    fairlead_children 'fairlead: api'
}

configure 'address = "127.0.0.1"; port = '"$port"'; names = [ "lb.example.com" ]'
fairlead_start
DIR=$work "$support/ready" 1
wait_for 5 console /v1/status -f

step "it has walls, a row among the processes, and a place in the metrics"
ctl --json workers | jq -e '.Api.State == "running" and .Api.Pid > 0' >/dev/null || fail "no row"
[ "$(ps -o user= -p "$(api_pid)")" != root ] || fail "it is root"
wait_for 10 sh -c "'$fairleadctl' -s '$work/admin.sock' metrics | grep -q 'role=\"api\"'"

step "the page: its file with an ETag, and what browsers are told"
answers 200 /
grep -qi '^content-type: text/html' "$work/head" || fail "no page: $(cat "$work/head")"
policy=$(grep -i '^content-security-policy:' "$work/head") || fail "no policy"
for part in "default-src 'none'" "script-src 'self'" "frame-ancestors 'none'" "base-uri 'none'"; do
    [[ $policy == *"$part"* ]] || fail "$part is missing in $policy"
done
[[ $policy != *unsafe* ]] || fail "unsafe: $policy"
grep -qi '^x-content-type-options: nosniff' "$work/head" || fail "no nosniff"
grep -qi '^access-control' "$work/head" && fail "it has CORS"
tag=$(sed -n 's/^ETag: *\(.*\)\r$/\1/Ip' "$work/head")
answers 304 / -H "If-None-Match: $tag"
answers 200 /console/index.html
refuses 404 NotFound /console/none.js
refuses 404 NotFound '/console/..%2f..%2fetc/passwd'
answers 400 / -d x
grep -F '<Code>MissingAction</Code>' "$work/out" >/dev/null || fail "POST / says $(cat "$work/out")"

step "reads are answered as on the admin socket"
steady='del(.TargetReceives?, (.. | .LastSyncSeconds?, .RequestsPerSecond?))'
for what in listeners rules target-groups target-groups/web/targets services tasks providers problems \
    'explain?url=http://a/%3Fb=c%26d'; do
    answers 200 "/v1/$what"
    grep -qi '^cache-control: no-store' "$work/head" || fail "$what may be stored"
    curl -s --unix-socket "$work/admin.sock" "http://a/v1/$what" >"$work/wanted"
    diff <(jq -S "$steady" "$work/out") <(jq -S "$steady" "$work/wanted") || fail "$what differs"
done
refuses 404 TargetGroupNotFound /v1/target-groups/none/targets
refuses 404 NotFound /v1/none

step "nothing changes without a signature"
for call in reload drain stop 'register?x=y'; do
    refuses 403 MissingAuthenticationToken "/v1/$call" -d '{}'
done

step "whoever comes under another name is refused"
answers 200 /v1/status -H 'Host: localhost'
answers 200 /v1/status -H 'Host: lb.example.com:443'
for host in evil.example lb.example.com.evil.example '' 10.0.0.1; do
    refuses 421 UnknownHost /v1/status -H "Host: $host"
    refuses 421 UnknownHost / -H "Host: $host"
done
refuses 403 ForeignOrigin /v1/status -H 'Origin: http://evil.example'
refuses 403 ForeignOrigin /v1/status -H 'Origin: null'
answers 200 /v1/status -H "Origin: http://127.0.0.1:$port"
refuses 400 BadTarget / --request-target "http://evil.example/v1/status"
python3 - "$port" <<'END' || fail "two Host fields or none are taken"
import socket, sys
for host in (b"", b"Host: localhost\r\nHost: evil.example\r\n"):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) as connection:
        connection.sendall(b"GET /v1/status HTTP/1.1\r\n" + host + b"\r\n")
        status = connection.recv(100).split()[1]
        assert status in (b"421", b"400"), status
END

step "events go on and on"
(timeout 20 curl -sN "http://127.0.0.1:$port/v1/events?follow=true&since=0" || true) >"$work/events" &
wait_for 5 grep -q '"Sequence":1,' "$work/events"
ctl register web 127.0.0.1:9 >/dev/null
wait_for 5 grep -q 'web 127.0.0.1:9' "$work/events"
ctl deregister --wait web 127.0.0.1:9 >/dev/null

step "the overview and the history tell what is served"
load() { curl -s --unix-socket "$work/http.sock" "http://a/[1-$1]" >"$work/out.load"; }
load 90
# The role looks at counters once a second, later on a busy machine, and maybe amid the requests.
served() { load 30; console /v1/overview | jq -e '(.Groups[0] | .Name == "web" and .Targets == 1 and .RequestsPerSecond > 1)
    and .Totals.RequestsPerSecond > 1 and (.Sentence | startswith("Serving on"))'; }
wait_for 10 served
has_history() { console '/v1/history?seconds=60&group=web' | jq -e '[.Series.RequestsPerSecond[] | numbers] | add >= 30'; }
wait_for 10 has_history
[ "$(console '/v1/history?seconds=10' | jq '[.Series[] | length] | unique | .[]')" = 10 ] || fail "no ten seconds"
console '/v1/target-rates?group=web' | jq -e '.Rates | length == 1' >/dev/null || fail "no rates"
console /v1/rule-hits | jq -e '.Rules[0] | .Priority == "default" and .Requests >= 90' >/dev/null ||
    fail "the rule has no hits: $(console /v1/rule-hits)"
wait_for 5 metric_is fairlead_rule_evaluations_total -ge 90
refuses 404 TargetGroupNotFound '/v1/history?group=none'
refuses 404 TargetGroupNotFound '/v1/target-rates?group=none'
refuses 400 ValidationError /v1/target-rates

step "what needs somebody is told with what to do"
nothing() { console /v1/overview | jq -e '.Needs == []'; }
wait_for 5 nothing
DIR=$work "$support/config" -t "$app_port" -g lonely -r '5 /lonely lonely' \
    -o 'api = { address = "127.0.0.1"; port = '"$port"'; names = [ "lb.example.com" ]; };'
ctl reload
lonely() { console /v1/overview | jq -e '.Needs[0] | .Kind == "group" and .Object == "lonely"
    and (.Text | contains("503")) and (.Command | startswith("fairleadctl register lonely"))'; }
wait_for 5 lonely
[ "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$work/http.sock" http://a/lonely)" = 503 ] || fail "no 503"
own_error() { curl -s -o /dev/null --unix-socket "$work/http.sock" http://a/lonely; console /v1/overview | jq -e '.Totals.OwnErrors5xxPerSecond > 0 and .Totals.Errors5xxPerSecond == 0'; }
wait_for 5 own_error
mark() { console /v1/history | jq -e '[.Marks[].Text] | any(startswith("configuration"))'; }
wait_for 6 mark

step "what fairlead answered itself is told to who has a key"
refuses 403 MissingAuthenticationToken /v1/failed-requests
eval "$(ctl key create anna --read-only)"
with_key=(--aws-sigv4 aws:amz:us-east-1:fairlead --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY")
curl -s -o /dev/null --unix-socket "$work/http.sock" 'http://a/lonely?who=me'
failed() { console /v1/failed-requests "${with_key[@]}" | jq -e '.FailedRequests[0] |
    .Url == "/lonely?who=me" and .Code == 503 and .Reason == "no_targets" and .TargetGroup == "lonely"
    and .Rule == "5" and .Listener == "http" and .Client == "unix:" and (.Split.Total | type == "number")
    and .Method == "GET" and .Host == "a"'; }
wait_for 5 failed
console /v1/failed-requests "${with_key[@]}" | jq -e 'all(.FailedRequests[]; .Code >= 400)' >/dev/null || fail "one is no failure"
answers 200 /v1/overview "${with_key[@]}"
ctl key create idle >/dev/null
jq_keys() { ctl --json key list | jq -e "$1" >/dev/null; }
jq_keys '[.Keys[] | [.Name, .LastUsedAt != null]] == [["anna", true], ["idle", false]]' || fail "$(ctl key list)"
kept() { jq -e --arg id "$AWS_ACCESS_KEY_ID" '.key_uses | keys == [$id]' "$work/state/state.json" >/dev/null; }
wait_for 10 kept
refuses 403 SignatureDoesNotMatch /v1/overview --aws-sigv4 aws:amz:us-east-1:fairlead --user "$AWS_ACCESS_KEY_ID:wrong"

step "a stream tells of all that is new"
(timeout 20 curl -sN "http://127.0.0.1:$port/v1/stream?topics=overview,group:web,events" || true) >"$work/stream" &
told() { jq -se "$1" "$work/stream"; }
wait_for 5 told '[.[] | select(.Topic == "overview" and .Data.Needs)] | length >= 2'
wait_for 5 told 'any(.[]; .Topic == "group:web" and (.Data.Targets | length == 1))'
ctl drain web "127.0.0.1:$app_port" >/dev/null
wait_for 5 told 'any(.[]; .Topic == "event" and (.Data.Text | contains("drained by hand")))'
wait_for 5 told 'any(.[]; .Topic == "group:web" and any(.Data.Targets[]?; .IsHeld))'
ctl ready web "127.0.0.1:$app_port" >/dev/null
refuses 400 ValidationError '/v1/stream?topics=overview,none'
refuses 400 ValidationError /v1/stream

step "one that is killed is started again, and who followed it comes back"
killed=$(api_pid)
kill -KILL "$killed"
wait_for 5 console /v1/status -f
[ "$(api_pid)" != "$killed" ] || fail "it is the same process"
wait_for 5 metric_is fairlead_api_restarts_total -eq 1

step "a reload moves it, to a port and to a socket"
configure 'address = "127.0.0.1"; port = '"$other_port"
ctl reload
wait_for 5 curl -sf "http://127.0.0.1:$other_port/v1/status"
console / && fail "the old port answers"
refused=$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: lb.example.com' "http://127.0.0.1:$other_port/")
[ "$refused" = 421 ] || fail "the name was taken away, and is answered with $refused"
configure 'unix = "'"$work"'/api.sock"'
ctl reload
wait_for 5 curl -sf --unix-socket "$work/api.sock" http://localhost/v1/status
[ "$(stat -c %a "$work/api.sock")" = 660 ] || fail "the socket's mode is $(stat -c %a "$work/api.sock")"

step "without anonymous reads all but the page needs a key, and a stream goes on with one"
configure 'unix = "'"$work"'/api.sock"; anonymous_read = false'
ctl reload
secret() { curl -s -m 10 --unix-socket "$work/api.sock" "http://localhost$1" "${@:2}" -o "$work/out" -w '%{http_code}'; }
needs_key() { [ "$(secret "$1")" = 403 ] && jq -e '.error.code == "MissingAuthenticationToken"' "$work/out"; }
wait_for 5 needs_key /v1/overview
for what in status stream?topics=overview events rule-hits history; do
    needs_key "/v1/$what" >/dev/null || fail "$what is shown: $(cat "$work/out")"
done
[ "$(secret /)" = 200 ] || fail "the page is not shown"
[ "$(secret /v1/overview "${with_key[@]}")" = 200 ] || fail "the key is no use: $(cat "$work/out")"
(timeout 20 curl -sN "${with_key[@]}" --unix-socket "$work/api.sock" "http://localhost/v1/stream?topics=overview%2Cgroup%3Aweb%2Cevents" ||
    true) >"$work/stream" &
wait_for 5 told 'any(.[]; .Topic == "overview" and .Data.Needs) and any(.[]; .Topic == "group:web" and .Data.Targets)'

step "a port that is taken refuses the reload with a line of its own"
configure 'address = "127.0.0.1"; port = '"$taken"
ctl reload >"$work/errors" 2>&1 && fail "the reload was accepted"
line=$(grep -n '^api' "$work/fairlead.conf" | cut -d: -f1)
grep -q "fairlead.conf:$line: api: cannot listen on 127.0.0.1:$taken: .*in use" "$work/errors" ||
    fail "reload says: $(cat "$work/errors")"
[ "$(secret /)" = 200 ] || fail "it is gone"

step "without its settings there is none, and no socket is left behind"
configure
ctl reload
no_api() { [ -z "$(api_pid)" ] && [ ! -e "$work/api.sock" ]; }
wait_for 5 no_api
configure 'unix = "'"$work"'/api.sock"'
ctl reload
wait_for 5 curl -sf --unix-socket "$work/api.sock" http://localhost/v1/status
fairlead_stop
[ ! -e "$work/api.sock" ] || fail "the socket is left behind"

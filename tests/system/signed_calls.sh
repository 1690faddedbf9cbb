#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Calls over the api role that are signed with an access key, by a signer of their own and by curl:
# what is taken, what is refused and how, what happens once, and that no secret gets out.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port) other_port=$(free_port)
app_start "$app_port" web
app_start "$other_port" other
address=http://127.0.0.1:$port

configure() {
    DIR=$work "$support/config" -t "$app_port $other_port" \
        -o 'api = { address = "127.0.0.1"; port = '"$port; ${1:-}"' };'
}
# new_key NAME JSON-MEMBERS: ID:SECRET
new_key() {
    curl -s --unix-socket "$work/admin.sock" http://a/v1/keys -d '{"Name":"'"$1"'"'"${2:-}"'}' |
        jq -r '.AccessKeyId + ":" + .SecretAccessKey'
}
# call STATUSES METHOD PATH [BODY] [OPTION OF signed]...: it is answered with these.
call() {
    local want=$1 method=$2 path=$3 got
    shift 3
    got=$("$support/signed" "$method" "$address$path" --key "$writer" --output "$work/out" "$@") ||
        fail "no answer to $method $path $*"
    [ "$got" = "$want" ] || fail "$method $path $* is answered with $got, not $want: $(cat "$work/out")"
}
# refuses STATUS CODE METHOD PATH ...
refuses() {
    local code=$2
    call "$1" "${@:3}"
    jq -e --arg code "$code" '.error.code == $code and (.error.message | length > 0)' "$work/out" \
        >/dev/null || fail "${*:3}: $(cat "$work/out"), not $code"
}
# is_held true|false: the target of app_port.
is_held() {
    ctl --json targets web | jq -e --argjson port "$app_port" --argjson want "$1" \
        '[.TargetHealthDescriptions[] | select(.Target.Port == $port) | .IsHeld] == [$want]' >/dev/null
}
has_event() {
    ctl events --kind key | grep -F "$1" >/dev/null || fail "no event \"$1\": $(ctl events --kind key)"
}
answers() {
    curl -sf -m 5 "$address/v1/status"
}

configure
fairlead_start
DIR=$work "$support/ready" 2
wait_for 5 answers
writer=$(new_key anna) reader=$(new_key reader ', "ReadOnly": true')
one='{"TargetGroupName":"web","Targets":[{"Id":"127.0.0.1","Port":'$app_port'}]}'

step "a key tells whose it is; changes that it signs are made, and told by its name"
call 200 GET /v1/caller
jq -e '.Name == "anna" and .IsReadOnly == false' "$work/out" >/dev/null || fail "it is $(cat "$work/out")"
call 200 POST /v1/drain "$one"
is_held true || fail "it is not held"
has_event "key anna: drain web 127.0.0.1:$app_port, from 127.0.0.1"
call 200 POST /v1/ready "$one"
call 404 POST /v1/drain "${one/$app_port/1}"
has_event "key anna: drain web 127.0.0.1:1, from 127.0.0.1: refused with 404"
call 200 POST '/v1/deregister?wait=true' "$(jq -c ".Targets[0].Port = $other_port" <<<"$one")"
call 200 POST /v1/register "$(jq -c ".Targets[0].Port = $other_port" <<<"$one")"
call 200 POST /v1/reload '{}'
call 400 POST /v1/drain '{'
call 200 GET '/v1/explain?url=http%3A%2F%2Fa%2Fb%3Fc%3Dd%20e&method=GET&x='
call 404 POST /v1/none '{}'
call 405 GET /v1/drain

step "once: neither the same bytes nor the same nonce again, nor by a role that has forgotten"
nonce=$(printf 'n%.0s' {1..16})
call '200 409 409' POST /v1/drain "$one" --again 2
call 200 POST /v1/ready "$one" --nonce "$nonce"
refuses 409 RequestRepeated POST /v1/ready "$one" --nonce "$nonce"
refuses 409 RequestRepeated POST /v1/drain "$one" --nonce "$nonce"
kill -KILL "$(fairlead_children 'fairlead: api')"
wait_for 10 answers
refuses 409 RequestRepeated POST /v1/ready "$one" --nonce "$nonce"
call '200 200 200' GET /v1/caller --again 2
is_held false || fail "a refused drain was made"

step "what is not signed as it must be is refused, and nothing happens"
refuses 400 IncompleteSignature POST /v1/drain "$one" --nonce ''
refuses 400 IncompleteSignature POST /v1/drain "$one" --nonce "${nonce%n}"
refuses 400 IncompleteSignature POST /v1/drain "$one" --unsigned x-fairlead-nonce
for name in host x-amz-date content-type; do
    refuses 400 IncompleteSignature POST /v1/drain "$one" --unsigned "$name"
done
refuses 400 IncompleteSignature GET /v1/status --header x-amz-target:a --unsigned x-amz-target
refuses 403 SignatureDoesNotMatch POST /v1/drain "$one" --payload UNSIGNED-PAYLOAD
refuses 403 SignatureDoesNotMatch POST /v1/drain "$one" --sign-body '{}'
refuses 403 SignatureDoesNotMatch POST /v1/drain "$one" --service ecs
refuses 403 SignatureDoesNotMatch POST /v1/drain "$one" --sign-path /v1/ready
refuses 403 SignatureDoesNotMatch POST '/v1/drain?a=1' "$one" --sign-query a=2
refuses 403 RequestExpired POST /v1/drain "$one" --offset -930
refuses 403 RequestExpired POST /v1/drain "$one" --offset 930
refuses 403 AccessDenied POST /v1/drain "$one" --presign 60
refuses 403 AccessDenied POST /v1/drain "$one" --key "$reader"
refuses 403 AccessDenied POST /v1/keys '{"Name":"more"}'
refuses 403 AccessDenied GET /v1/keys
refuses 403 AccessDenied POST /v1/check '{"Path":"/etc/shadow"}'
for method in GET POST; do
    status=$(curl -s -o "$work/out" -w '%{http_code}' "$address/v1/status" -X $method -H 'Authorization: Basic YTpi')
    [ "$status" = 400 ] || fail "Basic is answered with $status"
done
is_held false || fail "it is held"

step "what is signed in an unusual way is taken"
call 200 POST /v1/./x/..///drain "$one"
call 200 POST /v1/ready "$one" --region eu-central-1
call 200 GET /v1/caller --offset -870
call 200 POST /v1/drain "$one" --offset 870
call 200 GET /v1/caller --offset 870
call 200 POST /v1/ready "$one" --header 'x-note:  a   b ' --header 'amz-sdk-invocation-id:1'
call 200 GET /v1/status --payload UNSIGNED-PAYLOAD
call 200 GET '/v1/rules?listener=http' --presign 60
call 200 GET /v1/caller --presign 604800 --key "$reader"
call 200 POST /v1/check '{}' --key "$reader"
large=$(printf '{"TargetGroupName":"web","Targets":[],"Padding":"%*s"}' 60000 '')
call 400 POST /v1/drain "$large"
refuses 400 InvalidTarget POST /v1/drain "$(jq -c '.Targets[0].Port = 0' <<<"$one")"

step "curl signs, with a nonce of its caller's"
with_curl() {
    curl -s -o "$work/out" -w '%{http_code}' --aws-sigv4 aws:amz:us-east-1:fairlead --user "$writer" "$@"
}
if curl --help all 2>/dev/null | grep -- --aws-sigv4 >/dev/null; then
    sign=(-H 'Content-Type: application/json' -H "x-fairlead-nonce: $(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')")
    [ "$(with_curl "$address/v1/caller")" = 200 ] || fail "curl's caller: $(cat "$work/out")"
    [ "$(with_curl "${sign[@]}" -d "$one" "$address/v1/drain")" = 200 ] || fail "curl's drain: $(cat "$work/out")"
    [ "$(with_curl "${sign[@]}" -d "$one" "$address/v1/drain")" = 409 ] || fail "again: $(cat "$work/out")"
    [ "$(with_curl -d "$one" "$address/v1/drain")" = 400 ] || fail "without: $(cat "$work/out")"
fi

step "where reading needs a key, it is only answered with one, streams too"
configure 'anonymous_read = false;'
ctl reload
needs_a_key() {
    [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$address/v1/status")" = 403 ]
}
wait_for 5 needs_a_key
for path in /v1/status /v1/events '/v1/events?follow=true' /v1/none; do
    status=$(curl -s -m 5 -o "$work/out" -w '%{http_code}' "$address$path")
    [ "$status" = 403 ] || fail "$path is answered with $status"
    grep -q MissingAuthenticationToken "$work/out" || fail "$path: $(cat "$work/out")"
done
call 200 GET /v1/status --key "$reader"
mapfile -t fields < <("$support/signed" GET "$address/v1/events?follow=true&since=0" --key "$reader" --print | sed 's/^/-H\n/')
(timeout 20 curl -sN "${fields[@]}" "$address/v1/events?follow=true&since=0" || true) >"$work/events" &
wait_for 5 grep -q '"Sequence":1,' "$work/events"
configure
ctl reload

step "failed requests are nobody's without a key"
status=$(curl -s -o "$work/out" -w '%{http_code}' "$address/v1/failed-requests")
[ "$status" = 403 ] || fail "they are answered with $status"

step "who guesses is not looked at for a while; others are"
guess=${writer%?}$([ "${writer: -1}" = A ] && echo B || echo A)
for _ in {1..11}; do
    status=$("$support/signed" GET "$address/v1/caller" --key "$guess" --output "$work/out")
    [ "$status" = 403 ] || break
done
[ "$status" = 429 ] || fail "the eleventh guess is answered with $status"
refuses 429 TooManyBadSignatures GET /v1/caller --key "$guess"
refuses 429 TooManyBadSignatures GET /v1/caller
call 200 GET /v1/caller --key "$reader"
refuses 403 InvalidClientTokenId GET /v1/caller --key "FAIRAAAAAAAAAAAAAAAA:x"
has_event "key anna: a bad signature, from 127.0.0.1"
has_event "key FAIRAAAAAAAAAAAAAAAA: there is no such key, from 127.0.0.1"

step "a deleted key is none"
curl -sf --unix-socket "$work/admin.sock" http://a/v1/keys/delete -d '{"Name":"reader"}' >/dev/null
refuses 403 InvalidClientTokenId GET /v1/caller --key "$reader"

step "no secret is in the api role's memory, nor in any file but its own"
if [ "$(id -u)" = 0 ]; then
    python3 - "$(fairlead_children 'fairlead: api')" "${writer#*:}" "${reader#*:}" <<'END' || fail "a secret is in its memory"
import sys
pid, secrets = sys.argv[1], [text.encode() for text in sys.argv[2:]]
read = 0
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
    for line in maps:
        bounds, rights = line.split()[:2]
        start, end = (int(part, 16) for part in bounds.split("-"))
        if "r" not in rights or "[v" in line or end - start > 1 << 30:
            continue  # the last are the sanitizers' own
        memory.seek(start)
        try:
            content = memory.read(end - start)
        except OSError:
            continue
        read += len(content)
        assert not any(secret in content for secret in secrets), line
assert read > 1000000, read
END
fi
grep -rlF -e "${writer#*:}" "$work" | grep -vx "$work/state/keys.json" >"$work/leaks" &&
    fail "the secret is in $(cat "$work/leaks")"

step "after a start, what was signed before it is not made, and may be read"
fairlead_stop
fairlead_start
wait_for 5 answers
refuses 403 RequestExpired POST /v1/drain "$one" --offset -60
call 200 GET /v1/caller --offset -60
call 200 POST /v1/drain "$one"
fairlead_stop

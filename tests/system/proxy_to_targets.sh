#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# proxy_protocol_v2.enabled: targets are told by a PROXY header whose each connection is, in plain
# and before TLS; none is shared by two clients, and checks say that they are fairlead's own.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) plain=$(free_port) secure=$(free_port)
DIR=$work "$support/make_certificate" app ec app.test
cat "$work/app.key" >>"$work/app.pem"
python3 "$support/proxied_app" "$plain" &
system_at_end kill -KILL $!
python3 "$support/proxied_app" "$secure" "$work/app.pem" &
system_at_end kill -KILL $!
is_open() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
wait_for 10 is_open "$plain"
wait_for 10 is_open "$secure"

header='proxy_protocol_v2 = { enabled = true; };'
checks='path = "/check"; interval_milliseconds = 500; timeout_milliseconds = 450;'
# configure ATTRIBUTES OF THE GROUPS
configure() {
    DIR=$work "$support/config" -n "$port" -t "$plain" -a "$1" -c "$checks" \
        -g secure -t "$secure" -p HTTPS -a "$1" -c "$checks protocol = \"HTTPS\";" \
        -r "1 /secure* secure"
}
configure "$header"
fairlead_start
url=http://127.0.0.1:$port
for group in web secure; do
    wait_for 10 targets_are $group 1
done

step "whose a connection is, and one for each client"
# Two requests of one client, and one of another; each prints its own port first.
for path in / /secure; do
    curl -s -w '%{local_port}\n' "$url$path" "$url$path" >"$work/one"
    curl -s -w '%{local_port}\n' "$url$path" >"$work/other"
    mapfile -t one <"$work/one"
    mapfile -t other <"$work/other"
    [[ ${one[0]} = *" PROXY 127.0.0.1|${one[1]} 127.0.0.1|$port" ]] || fail "$path: ${one[*]}"
    [ "${one[0]}" = "${one[2]}" ] || fail "$path: a client has two connections: ${one[*]}"
    [[ ${other[0]} = *" PROXY 127.0.0.1|${other[1]} 127.0.0.1|$port" ]] || fail "$path: ${other[*]}"
    [ "${one[0]%% *}" != "${other[0]%% *}" ] || fail "$path: two clients share a connection"
done
[ "$(curl -s --unix-socket "$work/http.sock" http://a/ | cut -d ' ' -f 2-)" = "PROXY - -" ] ||
    fail "a client on a UNIX socket: $(curl -s --unix-socket "$work/http.sock" http://a/)"

step "checks are nobody's"
for path in /checks /secure; do
    curl -s "$url/checks" >"$work/said"
    [ "$(cat "$work/said")" = LOCAL ] || fail "checks say $(cat "$work/said")"
done

step "a reload switches it, with connections kept"
configure ''
ctl reload >/dev/null
[ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$url/")" != 200 ] || fail "a header is sent still"
configure "$header"
ctl reload >/dev/null
again() {
    [[ $(curl -s -m 5 "$url/") = *" PROXY 127.0.0.1|"* ]]
}
wait_for 10 again

step "not where connections are shared"
configure "$header"
sed 's/protocol = "HTTPS"; port = 80;/& protocol_version = "HTTP2";/' "$work/fairlead.conf" >"$work/bad.conf"
"$fairlead" -c -f "$work/bad.conf" >"$work/check" 2>&1 && fail "it is taken"
grep 'attributes.proxy_protocol_v2.enabled: needs protocol_version = "HTTP1"' "$work/check" >/dev/null ||
    fail "$(cat "$work/check")"
fairlead_stop

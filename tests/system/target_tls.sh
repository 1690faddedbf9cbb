#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Targets whose certificates are verified (target_tls): by name and by address, over HTTP/1.1 and
# HTTP/2, what checks say of those that are not taken, authorities that change in their file under
# load, and connections and sessions of before that nobody may go on with.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

authority() {
    DIR=$work "$support/authority" "$@"
}
# certificate ISSUER NAME HOSTS [START END]
certificate() {
    authority issue "$1" "$2" ec "${4:-}" "${5:-}" extendedKeyUsage=serverAuth "subjectAltName=$3"
    cat "$work/$2.key" >>"$work/$2.pem"
}
authority new root
authority new other
certificate root right DNS:web.test
certificate root wrong DNS:another.test
certificate root byip IP:127.0.0.1
certificate root expired DNS:web.test 20200101000000Z 20200201000000Z
certificate root early DNS:web.test 20400101000000Z 20410101000000Z
certificate other foreign DNS:web.test
DIR=$work "$support/make_certificate" self ec web.test
cat "$work/self.key" >>"$work/self.pem"
cp "$work/root.pem" "$work/ca.pem"

is_open() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
names=(right wrong byip expired early foreign self)
declare -A ports
for name in "${names[@]}"; do
    ports[$name]=$(free_port)
    python3 "$support/echo_app" "${ports[$name]}" "$work/$name.pem" 2>/dev/null &
    system_at_end kill -KILL $!
done
mkdir "$work/www"
echo hello >"$work/www/index.html"
for name in right wrong; do
    ports[h2$name]=$(free_port)
    nghttpd -d "$work/www" "${ports[h2$name]}" "$work/$name.key" "$work/$name.pem" >/dev/null 2>&1 &
    system_at_end kill -KILL $!
done
for name in "${names[@]}" h2right h2wrong; do
    wait_for 10 is_open "${ports[$name]}"
done

DIR=$work "$support/make_certificate" front ec front.test
port=$(free_port)
checks='protocol = "HTTPS"; interval_milliseconds = 500; timeout_milliseconds = 450;'
# configure TARGET_TLS: of all groups but byip, h2right and h2wrong (which have a name always).
configure() {
    local groups=() name version settings rules= number=0
    for name in "${names[@]}" h2right h2wrong; do
        version= settings=$1 number=$((number + 1))
        [ "$name" != byip ] || settings="verify = true; ca = \"$work/ca.pem\";"
        [[ "$name" != h2* ]] || version='protocol_version = "HTTP2";'
        groups+=(-g "$name" -x "$version" -p HTTPS -t "${ports[$name]}" -c "$checks" -a "target_tls = { $settings };")
        rules="$rules${rules:+,} { priority = $number; conditions = ( { field = \"path-pattern\"; values = [ \"/$name*\" ]; } );
            actions = ( { type = \"forward\"; target_group = \"$name\"; } ); }"
    done
    DIR=$work "$support/config" -w 2 -t "${ports[right]}" "${groups[@]}" \
        -e "default_actions = ( { type = \"fixed-response\"; status_code = \"404\"; } ); rules = ( $rules );" \
        -s "address = \"127.0.0.1\"; port = $port; certificates = ( { certificate = \"$work/front.pem\"; private_key = \"$work/front.key\"; } );"
}
verified="verify = true; ca = \"$work/ca.pem\"; server_name = \"web.test\";"
code() {
    curl -sk -m 10 -o /dev/null -w '%{http_code}' "https://127.0.0.1:$port/$1" "${@:2}"
}

step "what cannot be is told with file and line"
refused() {
    "$fairlead" -c -f "$work/fairlead.conf" >"$work/said" 2>&1 && fail "taken: $1"
    grep "fairlead.conf:[0-9]*: target_groups\[[0-9]\].attributes.target_tls.$1" "$work/said" >/dev/null ||
        fail "not '$1': $(cat "$work/said")"
}
configure "verify = true; ca = \"$work/none.pem\";"
refused 'ca: .*none.pem cannot be read: No such file'
configure "ca = \"$work/ca.pem\";"
refused 'ca: means nothing without verify = true'
configure "verify = true; ca = \"$work/www/index.html\";"
refused 'ca: .*index.html holds no certificate'
configure "$verified"
sed -i '0,/protocol = "HTTPS"; port = 80;/s//protocol = "HTTP"; port = 80;/; 0,/health_check = { protocol = "HTTPS";/s//health_check = {/' "$work/fairlead.conf"
refused 'verify: is for groups with protocol = "HTTPS" only'

step "without verification everything passes, as at the ALB"
configure ''
fairlead_start
state() {
    ctl --json targets --group "$1" | jq -r '.TargetHealthDescriptions[] | .TargetHealth | .State + ": " + (.LastCheck.Result // "")'
}
is() {
    [[ "$(state "$1")" == $2 ]]
}
for name in "${names[@]}" h2right h2wrong; do
    wait_for 10 is "$name" 'healthy: *'
    [ "$(code "$name")" != 502 ] || fail "$name"
done
[ "$(code right)" = 200 ] || fail "$(code right)"

step "with it, those that are right, by checks and by requests; nobody goes on with what was there before"
configure "$verified"
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
wait_for 10 is wrong 'unhealthy: its certificate is for another name'
wait_for 10 is expired 'unhealthy: its certificate has expired'
wait_for 10 is early 'unhealthy: its certificate is not valid yet'
wait_for 10 is foreign 'unhealthy: its certificate is not trusted'
wait_for 10 is self 'unhealthy: its certificate is not trusted'
wait_for 10 is h2wrong 'unhealthy: its certificate is for another name'
for name in right byip h2right; do
    wait_for 10 is "$name" 'healthy: *'
    [ "$(code $name)" = "$([ $name = h2right ] && echo 404 || echo 200)" ] || fail "$name: $(code $name)"
done
# Fail-open sends requests to them nevertheless: they do not arrive.
for name in wrong expired early foreign self h2wrong; do
    [ "$(code $name)" = 502 ] || fail "$name: $(code $name)"
done
wait_for 5 metric_is fairlead_target_tls_handshake_errors_total -ge 6
ctl --json groups | jq -e --arg ca "$work/ca.pem" '.TargetGroups[] | select(.TargetGroupName == "right") |
    .TargetTls == {"Verify": true, "Ca": $ca, "ServerName": "web.test"}' >/dev/null || fail "$(ctl --json groups)"

step "without a name it is the address that must be there"
configure "verify = true; ca = \"$work/ca.pem\";"
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
wait_for 10 is right 'unhealthy: its certificate is for another name'
[ "$(code right)" = 502 ] || fail "$(code right)"
[ "$(code byip)" = 200 ] || fail "$(code byip)"
configure "$verified"
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
wait_for 10 is right 'healthy: *'

step "an authority that comes into the file, under load: nothing is lost"
python3 - "$port" "$work/stop" <<'END' >"$work/load" 2>&1 &
import os, ssl, sys, http.client
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
made = 0
while not os.path.exists(sys.argv[2]):
    one = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[1]), context=context, timeout=10)
    for _ in range(5):
        one.request("GET", "/right/%d" % made)
        answer = one.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        made += 1
    one.close()
print(made)
END
load_pid=$!
cat "$work/other.pem" >>"$work/ca.pem"
wait_for 10 is foreign 'healthy: *'
# Workers take the file by themselves.
code_is() {
    [ "$(code "$1")" = "$2" ]
}
wait_for 5 everywhere code_is foreign 200
cp "$work/ca.pem" "$work/both.pem"
echo broken >"$work/ca.pem"
problem() {
    ctl --json problems | jq -e '.Problems[] | select(.Reason | contains("holds no certificate"))' >/dev/null
}
wait_for 15 problem
[ "$(code foreign)" = 200 ] || fail "a broken file was taken: $(code foreign)"
cp "$work/root.pem" "$work/ca.pem"
wait_for 10 is foreign 'unhealthy: its certificate is not trusted'
wait_for 5 everywhere code_is foreign 502
touch "$work/stop"
wait $load_pid || fail "$(cat "$work/load")"
[ "$(cat "$work/load")" -gt 20 ] || fail "there was no load"

step "an upgrade keeps it"
ctl upgrade >"$work/upgrade" 2>&1 || fail "upgrade: $(cat "$work/upgrade")"
wait_for 10 is right 'healthy: *'
[ "$(code right)" = 200 ] || fail "$(code right)"
[ "$(code foreign)" = 502 ] || fail "$(code foreign)"
fairlead_stop

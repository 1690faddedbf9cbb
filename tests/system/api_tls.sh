#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The console and the API by TLS: curl, signed calls and AWS's own clients; what it takes to be its
# name; who may look from elsewhere; who does not speak TLS, says nothing, or comes in crowds;
# certificates that change in their files; and configurations that cannot be.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port)
app_start "$app_port" web
DIR=$work "$support/authority" new root
certificate() {
    DIR=$work "$support/authority" issue root "$1" ec "${3:-}" "${4:-}" extendedKeyUsage=serverAuth "subjectAltName=$2"
}
certificate console DNS:console.test,DNS:*.wild.test,IP:127.0.0.1
certificate newer DNS:console.test,IP:127.0.0.1
certificate another DNS:another.test
cp "$work/console.pem" "$work/api.pem"
cp "$work/console.key" "$work/api.key"

# configure [SETTINGS OF api [CERTIFICATES]]
configure() {
    local certificates=${2-"certificates = ( { certificate = \"$work/api.pem\"; private_key = \"$work/api.key\"; } );"}
    DIR=$work "$support/config" -t "$app_port" -o "api = { ${1:-address = \"127.0.0.1\";} port = $port; $certificates };"
}
# ask NAME PATH [OPTION OF curl ...]
ask() {
    local name=$1 path=$2
    shift 2
    curl -s -m 10 --cacert "$work/root.pem" --resolve "$name:$port:127.0.0.1" "$@" "https://$name:$port$path"
}
code() {
    ask "$@" -o "$work/out" -w '%{http_code}' || true
}

step "what cannot be is told with file and line"
refused() {
    "$fairlead" -c -f "$work/fairlead.conf" >"$work/said" 2>&1 && fail "taken: $1"
    grep "fairlead.conf:[0-9]*: api$1" "$work/said" >/dev/null || fail "not '$1': $(cat "$work/said")"
}
configure 'address = "0.0.0.0";' ''
refused '.address: must be a loopback address (127.0.0.1 or ::1) without api.certificates'
configure '' "certificates = ( { certificate = \"$work/api.pem\"; private_key = \"$work/newer.key\"; } );"
refused '.certificates\[0\].private_key: .*does not fit the certificate'
configure '' "certificates = ( { certificate = \"$work/none.pem\"; } );"
refused '.certificates\[0\].certificate: .*none.pem cannot be read: No such file'
configure '' "certificates = ( { certificate = \"$work/api.pem\"; private_key = \"$work/api.key\"; }, { certificate = \"$work/newer.pem\"; private_key = \"$work/newer.key\"; } );"
refused '.certificates: must hold one at most'
configure "unix = \"$work/api.sock\"; #"
sed -i "s/ port = $port;//" "$work/fairlead.conf"

step "by TLS: page, answers, names"
configure
fairlead_start
DIR=$work "$support/ready" 1
served() {
    [ "$(code "${1:-console.test}" /v1/status)" = 200 ]
}
wait_for 5 served
[ "$(code console.test /)" = 200 ] || fail "no page"
[ "$(code 127.0.0.1 /v1/status)" = 200 ] || fail "by address"
[ "$(code any.wild.test /v1/status)" = 200 ] || fail "by a wildcard"
[ "$(ask console.test /v1/status -k -H 'Host: evil.test' -o /dev/null -w '%{http_code}')" = 421 ] || fail "another name"
[ "$(ask console.test / --http2 -o /dev/null -w '%{http_version}')" = 1.1 ] || fail "HTTP/2"
for version in 1.2 1.3; do
    [ "$(ask console.test / --tls-max $version -o /dev/null -w '%{http_code}')" = 200 ] || fail "TLS $version"
done
openssl s_client -connect "127.0.0.1:$port" -tls1_1 -cipher 'ALL:@SECLEVEL=0' </dev/null >"$work/said" 2>&1 && fail "TLS 1.1"
ctl --json certificates | jq -e '.Certificates[] | select(.Certificate | endswith("/api.pem")) | .Listeners == ["(api)"]' >/dev/null ||
    fail "$(ctl --json certificates)"

step "who speaks HTTP without TLS is told so"
curl -s -m 5 "http://127.0.0.1:$port/v1/status" -o "$work/out" -w '%{http_code}' >"$work/code" || true
[ "$(cat "$work/code")" = 400 ] || fail "plain HTTP: $(cat "$work/code")"
grep https "$work/out" >/dev/null || fail "$(cat "$work/out")"

step "a stream, a signed call, AWS's clients"
(timeout 20 curl -sN --cacert "$work/root.pem" "https://127.0.0.1:$port/v1/stream?topics=overview" || true) >"$work/stream" &
wait_for 10 grep '^{"Topic":"overview"' "$work/stream"
key=$(curl -s --unix-socket "$work/admin.sock" http://a/v1/keys -d '{"Name":"tester"}' | jq -r '.AccessKeyId + ":" + .SecretAccessKey')
[ "$(curl -s --cacert "$work/root.pem" --aws-sigv4 aws:amz:local:fairlead --user "$key" -o "$work/out" -w '%{http_code}' \
    "https://127.0.0.1:$port/v1/configuration")" = 200 ] || fail "signed: $(cat "$work/out")"
if [ -x /usr/bin/aws ]; then
    AWS_ACCESS_KEY_ID=${key%%:*} AWS_SECRET_ACCESS_KEY=${key#*:} AWS_DEFAULT_REGION=local AWS_CA_BUNDLE=$work/root.pem \
        AWS_CONFIG_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true PATH=/usr/bin:$PATH \
        /usr/bin/aws --endpoint-url "https://127.0.0.1:$port" elbv2 describe-target-groups >"$work/out" 2>&1 || fail "$(cat "$work/out")"
    jq -e '.TargetGroups[0].TargetGroupName == "web"' "$work/out" >/dev/null || fail "$(cat "$work/out")"
fi

step "hundreds that say nothing, or half a handshake, keep nobody out"
python3 - "$port" <<'END' &
import socket, sys, time
kept = []
for number in range(300):
    one = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    one.sendall(b"\x16\x03\x01\x02\x00\x01"[:number % 7])
    kept.append(one)
time.sleep(60)
END
crowd_pid=$!
system_at_end kill -KILL $crowd_pid
for _ in 1 2 3 4 5; do
    wait_for 5 served
done
kill -KILL $crowd_pid

step "another certificate in the file: the next connection has it"
serial() {
    openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -serial
}
has_serial_of() {
    [ "$(serial)" = "$(openssl x509 -in "$work/$1.pem" -noout -serial)" ]
}
has_serial_of console || fail "$(serial)"
cp "$work/newer.key" "$work/api.key"
cp "$work/newer.pem" "$work/api.pem"
wait_for 10 has_serial_of newer
[ "$(code console.test /v1/status)" = 200 ] || fail "not served"
cp "$work/another.pem" "$work/api.pem"
problem() {
    ctl --json problems | jq -e '.Problems[] | select(.Reason | contains("does not fit"))' >/dev/null
}
wait_for 15 problem
has_serial_of newer || fail "a pair that does not fit is used"
fairlead_children 'fairlead: api' >"$work/pid"
kill -KILL "$(cat "$work/pid")"
wait_for 10 served
has_serial_of newer || fail "the next process has another one"
cp "$work/newer.pem" "$work/api.pem"

step "TLS goes, and comes again, by reloads"
configure '' ''
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
plain() {
    curl -sf -m 5 -o /dev/null "http://127.0.0.1:$port/v1/status"
}
wait_for 5 plain
configure
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
wait_for 5 served
plain && fail "in plain as well"

step "from elsewhere looking needs a key"
if [ -n "${SYSTEM_ISOLATED:-}" ] && ip link add "fl$$" type dummy 2>/dev/null; then
    system_at_end ip link del "fl$$"
    ip addr add 198.18.0.9/32 dev "fl$$"
    ip link set "fl$$" up
    certificate far DNS:console.test,IP:198.18.0.9
    cp "$work/far.key" "$work/api.key"
    cp "$work/far.pem" "$work/api.pem"
    configure 'address = "198.18.0.9";'
    ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
    far() {
        curl -s -m 5 --cacert "$work/root.pem" -o "$work/out" -w '%{http_code}' "$@"
    }
    is_there() {
        [ "$(far "https://198.18.0.9:$port/")" = 200 ]
    }
    wait_for 5 is_there
    for path in status targets overview target-rates; do
        [[ "$(far "https://198.18.0.9:$port/v1/$path")" = 40[13] ]] || fail "$path: $(cat "$work/out")"
    done
    [ "$(far --aws-sigv4 aws:amz:local:fairlead --user "$key" "https://198.18.0.9:$port/v1/status")" = 200 ] || fail "$(cat "$work/out")"
fi

step "an upgrade keeps it"
ctl upgrade >"$work/upgrade" 2>&1 || fail "upgrade: $(cat "$work/upgrade")"
configure
cp "$work/newer.key" "$work/api.key"
cp "$work/newer.pem" "$work/api.pem"
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
wait_for 10 served
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The log of connections: one line each, plain ones, handshakes that came to their end and those
# that did not, clients' certificates; rotation, reloads, an upgrade; and lines that belong to the
# access log's.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) plain=$(free_port) app_port=$(free_port)
python3 "$support/echo_app" "$app_port" 2>/dev/null &
system_at_end kill -KILL $!
wait_for 5 curl -sf -o /dev/null "http://127.0.0.1:$app_port/"
DIR=$work "$support/make_certificate" server ec one.test
for name in root stranger; do
    DIR=$work "$support/authority" new $name
    DIR=$work "$support/authority" issue $name of-$name
done
DIR=$work "$support/authority" issue root weak weak
# Five authorities between the root and a client, and a chain of more than 64 KiB.
above=root
: >"$work/root.between"
for name in first second third fourth fifth; do
    DIR=$work "$support/authority" new $name $above
    cat "$work/$name.pem" "$work/$above.between" >"$work/$name.between"
    above=$name
done
DIR=$work "$support/authority" issue fourth allowed
DIR=$work "$support/authority" issue fifth deep
for _ in $(seq 200); do cat "$work/root.pem"; done >"$work/large"
log=$work/connection.log

# configure FORMAT [MUTUAL [WORKERS]]
configure() {
    DIR=$work "$support/config" -w 2 -t "$app_port" -n "$plain" \
        -o "connection_log = { path = \"$log\"; format = \"$1\"; };
            timeouts = { tls_handshake_seconds = 1; };
            trust_stores = ( { name = \"partners\"; ca_certificates_bundle = \"$work/root.pem\"; } );" \
        -s "address = \"127.0.0.1\"; port = $port; ssl_policy = \"ELBSecurityPolicy-TLS13-1-2-2021-06\";
            mutual_authentication = { ${2:-mode = \"off\";} };
            certificates = ( { certificate = \"$work/server.pem\"; private_key = \"$work/server.key\"; } );"
}
get() {
    curl -sk -o /dev/null --resolve "one.test:$port:127.0.0.1" "https://one.test:$port/" "$@"
}
# logged EXPRESSION OF jq [COUNT]: so many lines say so.
logged() {
    [ "$(jq -c "select($1)" "$log" | wc -l)" = "${2:-1}" ]
}
expect() {
    wait_for 5 logged "$@"
}

configure json
fairlead_start

step "plain connections: a line each, whatever they ask"
curl -s -o /dev/null -o /dev/null -o /dev/null "http://127.0.0.1:$plain/[1-3]"
expect ".listener_port == $plain and .tls_protocol == null and .tls_handshake_latency == null and .client_ip == \"127.0.0.1\""
: | timeout 5 python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()' "$plain"
expect ".listener_port == $plain" 2

step "TLS: versions, suites, key exchange, what was agreed on"
get --http1.1 --tls-max 1.2
expect '.tls_protocol == "TLSv1.2" and (.tls_cipher | startswith("ECDHE-ECDSA-")) and .alpn == "http/1.1" and .tls_verify_status == null'
get --http2
expect '.tls_protocol == "TLSv1.3" and (.tls_cipher | startswith("TLS_")) and (.tls_keyexchange | length > 0) and .alpn == "h2" and
    .server_name == "one.test" and .tls_handshake_latency >= 0 and .session_reused == false and .failure == null and
    (.certificate | endswith("/server.pem")) and .listener == "https" and (.elb | startswith("app/"))'

step "its trace id is that of the connection's requests"
trace() {
    jq -r "select($1) | .conn_trace_id" "$2" | sort -u
}
is_the_same() {
    local connection request
    connection=$(trace '.alpn == "h2"' "$log") request=$(trace '.type == "h2"' "$work/access.log")
    echo "connection $connection, request $request"
    [ -n "$request" ] && [ "$connection" = "$request" ]
}
wait_for 5 is_the_same

step "handshakes that fail: why"
openssl s_client -connect "127.0.0.1:$port" -tls1_2 -cipher AES128-SHA </dev/null >/dev/null 2>&1 || true
expect '.failure == "suite" and .tls_verify_status == "Failed:UnmappedConnectionError" and .tls_protocol == null'
openssl s_client -connect "127.0.0.1:$port" -tls1_1 -cipher 'ALL:@SECLEVEL=0' </dev/null >/dev/null 2>&1 || true
expect '.failure == "protocol"'
curl -s -o /dev/null "http://127.0.0.1:$port/" || true
expect '.failure == "plain_http" and (.failure_text | length > 0)'
python3 - "$port" <<'END'
import socket, sys
one = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
one.sendall(b"\x16\x03\x01")
one.recv(1)
END
expect '.failure == "timeout" and .tls_handshake_latency >= 0.9'
# A ClientHello that says it is 200,000 bytes long.
long_hello() {
    python3 - "$port" <<'END'
import socket, sys
one = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
one.sendall(b"\x16\x03\x01\x40\x00\x01\x03\x0d\x40\x03\x03" + bytes(16378))
one.recv(1)
END
}
long_hello
expect '.failure == "malformed" and .tls_verify_status == "Failed:UnmappedConnectionError"'

step "clients' certificates, taken and not"
configure json 'mode = "verify"; trust_store = "partners";'
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
verified() {
    ! get
}
wait_for 5 verified
refused_without() {
    jq -e 'select(.failure == "no_client_certificate" and .tls_verify_status == "Failed:ClientCertRejected")' "$log"
}
wait_for 5 refused_without
get --cert "$work/of-root.pem" --key "$work/of-root.key" || fail "refused"
expect '.tls_verify_status == "Success" and .leaf_client_cert_subject == "CN=of-root,O=Tests\\, Inc,C=DE" and
    (.leaf_client_cert_validity | test("^NotBefore=20.*Z;NotAfter=20.*Z$")) and (.leaf_client_cert_serial_number | length >= 2)'
get --cert "$work/of-stranger.pem" --key "$work/of-stranger.key" && fail "taken"
expect '.tls_verify_status == "Failed:ClientCertUntrusted" and (.leaf_client_cert_subject | startswith("CN=of-stranger,"))'
long_hello
expect '.failure == "malformed" and .tls_verify_status == "Failed:UnmappedConnectionError"' 2
# shows NAME CHAIN [OPTION OF s_client ...]: a handshake with that certificate and those behind it.
shows() {
    printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client -connect "127.0.0.1:$port" -quiet -cert "$work/$1.pem" \
        -key "$work/$1.key" -cert_chain "$2" "${@:3}" >"$work/shown" 2>&1 || true
}
# refused STATUS TEXT: by both versions.
refused() {
    expect ".failure == \"client_certificate\" and .tls_verify_status == \"Failed:$1\" and
        .failure_text == \"the client's certificate was not taken: $2\"" 2
}
shows allowed "$work/fourth.between"
expect '.tls_verify_status == "Success" and (.leaf_client_cert_subject | startswith("CN=allowed,"))'
for version in -tls1_2 -tls1_3; do
    shows deep "$work/fifth.between" $version
    shows weak "$work/root.pem" $version -cipher DEFAULT:@SECLEVEL=0
    shows of-root "$work/large" $version
done
refused ClientCertMaxChainDepthExceeded 'its chain is too long'
refused ClientCertTypeUnsupported 'its key or signature is too weak'
refused ClientCertMaxSizeExceeded 'it and its chain are too large'

step "rotation and the ALB's form: fifteen fields"
mv "$log" "$work/connection.old"
configure alb
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
kill -USR1 "$fairlead_pid"
wait_for 5 test -e "$log"
served() {
    get
}
wait_for 5 served
lines_are() {
    [ "$(grep -c "$1" "$log")" = "$2" ]
}
wait_for 5 grep ' TLSv1.3 ' "$log"
line=$(grep -m 1 ' TLSv1.3 ' "$log")
[ "$(wc -w <<<"$line")" = 15 ] || fail "$line"
[[ "$line" =~ ^20[0-9-]+T[0-9:.]+Z\ 127\.0\.0\.1\ [0-9]+\ $port\ TLSv1\.3\ TLS_[A-Z0-9_]+\ [0-9]+\.[0-9]{3}\ \"-\"\ -\ -\ -\ TID_[0-9a-f]{32}\ [a-zA-Z0-9]+\ app/.*\ 127\.0\.0\.1$ ]] ||
    fail "$line"

step "a thousand connections, a thousand lines, over an upgrade"
: >"$log"
configure json
ctl reload >/dev/null
load() {
    for _ in 1 2 3 4; do
        python3 - "$plain" <<'END' &
import socket, sys
for _ in range(250):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as one:
        one.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while one.recv(4096):
            pass
END
        loads+=($!)
    done
}
loads=()
load
ctl upgrade >"$work/upgrade" 2>&1 || fail "upgrade: $(cat "$work/upgrade")"
for pid in "${loads[@]}"; do
    wait "$pid" || fail "a connection was lost"
done
expect ".listener_port == $plain" 1000
[ "$(jq -r .conn_trace_id "$log" | sort -u | wc -l)" = 1000 ] || fail "trace ids are not unique"
[ "$(metric 'fairlead_connection_log_dropped_total')" = 0 ] || fail "dropped"
wait_for 5 metric_is 'fairlead_connection_log_lines_total{result="written"}' -ge 1000

step "without a log there is none, and the access log goes on"
sed -i '/^connection_log/d' "$work/fairlead.conf"
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
before=$(wc -l <"$work/access.log")
curl -s -o /dev/null "http://127.0.0.1:$plain/last"
more_lines() {
    [ "$(wc -l <"$work/access.log")" -gt "$before" ]
}
wait_for 5 more_lines
[ "$(wc -l <"$log")" = 1000 ] || fail "lines without a log"

step "a file that cannot be"
configure json
sed -i "s,$log,$work/no/such/../folder/," "$work/fairlead.conf"
ctl reload >"$work/reload" 2>&1 && fail "taken"
grep 'connection_log: cannot open' "$work/reload" >/dev/null || fail "$(cat "$work/reload")"
fairlead_stop

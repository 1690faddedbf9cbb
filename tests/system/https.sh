#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# HTTPS listeners as openssl, curl and Python's ssl see them: who gets which certificate, what
# targets and the log are told, what a reload takes over and what it refuses, sessions, limits.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port)
python3 "$support/echo_app" "$app_port" &
system_at_end kill -KILL $!
wait_for 5 curl -sf -o /dev/null "http://127.0.0.1:$app_port/"

certificate() {
    DIR=$work "$support/make_certificate" "$@"
}
pair() {
    printf '{ certificate = "%s/%s.pem"; private_key = "%s/%s.key"; }' "$work" "$1" "$work" "$1"
}
certificate default ec default.test
certificate one-ec ec one.test
certificate one-rsa rsa one.test
certificate star rsa '*.one.test'
certificate exact ec exact.one.test
certificate expired ec expired.test -1
certificate valid rsa expired.test

# configure [SETTINGS OF THE LISTENER [OPTIONS OF config ...]]
configure() {
    local settings=${1:-}
    shift $(($# > 0))
    DIR=$work "$support/config" -w 2 -f alb -t "$app_port" \
        -b 'routing = { http = { x_amzn_tls_version_and_cipher_suite = { enabled = true; }; }; };' \
        -s "address = \"127.0.0.1\"; port = $port; ssl_policy = \"ELBSecurityPolicy-TLS13-1-2-2021-06\";
            certificates = ( $(pair default) );
            certificate_list = ( $(pair one-ec), $(pair one-rsa), $(pair star), $(pair exact),
                                 $(pair expired), $(pair valid) ); $settings" "$@"
}
secure() {
    local host=$1 path=$2
    shift 2
    curl -sk --http1.1 --resolve "$host:$port:127.0.0.1" "$@" "https://$host:$port$path"
}
# served HOST OPTIONS OF s_client ...: the name of the certificate that a client gets.
served() {
    local host=$1
    shift
    openssl s_client -connect "127.0.0.1:$port" -servername "$host" "$@" </dev/null 2>/dev/null |
        openssl x509 -noout -subject | sed 's/.*CN *= *//'
}
serves() {
    local expected=$1 found
    shift
    found=$(served "$@") || true
    [ "$found" = "$expected" ] || fail "$* gets '$found' instead of '$expected'"
}

step "an expired certificate is warned of, and does not keep fairlead from starting"
configure
"$fairlead" -c -f "$work/fairlead.conf" >"$work/check" 2>&1 || fail "$(cat "$work/check")"
grep -q 'fairlead.conf:[0-9]*: warning: listeners\[1\].certificate_list\[4\].certificate: .*expired.pem has expired on 2020-02-01' \
    "$work/check" || fail "no warning: $(cat "$work/check")"
fairlead_start

ctl --json listeners | jq -e '.Listeners[1] | .Protocol == "HTTPS" and .AlpnPolicy == ["HTTP2Preferred"] and
    .SslPolicy == "ELBSecurityPolicy-TLS13-1-2-2021-06" and
    (.Certificates[0].CertificateArn | endswith("/default.pem"))' >/dev/null || fail "$(ctl --json listeners)"

step "what is known of certificates"
[ "$(ctl --json certificates | jq -r '.Certificates[0] | "\(.Names[0]) \(.Key) \(.DaysLeft) \(.Listeners[0])"')" = \
    "expired.test ECDSA P-256 -1 https" ] || fail "$(ctl --json certificates)"
ctl certificates | grep -E '^\*?\.?one.test +RSA 2048 +(29|30) +https' >/dev/null || fail "$(ctl certificates)"
ctl status --check >"$work/status" && fail "an expired certificate needs nobody"
grep -q '1 certificate is expired' "$work/status" || fail "$(cat "$work/status")"
curl -sf --unix-socket "$work/admin.sock" http://x/v1/needs | jq -r '.Needs[].Text' >"$work/needs"
grep -q 'the certificate .*/expired.pem has expired' "$work/needs" || fail "$(cat "$work/needs")"
wait_for 5 metric_is fairlead_certificates_first_not_after_seconds -eq 1580515200

step "requests go through, and targets are told how they came"
wait_for 5 secure one.test /hello
for version in 1.2 1.3; do
    secure one.test "/?v$version" --tlsv$version --tls-max $version >"$work/head"
    for line in 'X-Forwarded-Proto: https' "X-Forwarded-Port: $port" "X-Amzn-Tls-Version: TLSv$version" \
        'X-Amzn-Tls-Cipher-Suite: .*AES.*128.GCM.SHA256'; do
        grep -q "^$line" "$work/head" || fail "no '$line' in: $(cat "$work/head")"
    done
done
secure one.test / -H 'X-Amzn-Tls-Version: forged' -H 'x-amzn-tls-cipher-suite: forged' >"$work/head"
! grep -q forged "$work/head" || fail "a client's own word: $(cat "$work/head")"
curl -s --unix-socket "$work/http.sock" -H 'X-Amzn-Tls-Version: forged' http://x/ >"$work/head"
! grep -qi 'forged\|x-amzn-tls' "$work/head" || fail "a client's own word: $(cat "$work/head")"

step "bodies of all sizes, both ways, and an upgraded connection"
head -c 3000000 /dev/urandom >"$work/body"
for size in 1 16384 16385 3000000; do
    head -c "$size" "$work/body" >"$work/part"
    [ "$(secure one.test / --data-binary "@$work/part")" = "$(sha256sum <"$work/part" | cut -c-64)" ] ||
        fail "an upload of $size bytes came otherwise"
    direct=$(curl -s "http://127.0.0.1:$app_port/bytes/$size" | sha256sum)
    [ "$(secure one.test "/bytes/$size" | sha256sum)" = "$direct" ] ||
        fail "a download of $size bytes came otherwise"
done
python3 - "$port" <<'END' || fail "an upgraded connection"
import socket, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
with context.wrap_socket(raw, server_hostname="one.test") as tls:
    tls.sendall(b"GET /ws HTTP/1.1\r\nHost: one.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nfirst")
    got = b""
    while not got.endswith(b"first"):
        got += tls.recv(4096)
    assert got.startswith(b"HTTP/1.1 101"), got
    sent, got = b"x" * 200000, b""
    tls.sendall(sent)
    while len(got) < len(sent):
        got += tls.recv(65536)
    assert got == sent
END

step "a listener's fields are in answers, by HTTP/2 too"
configure 'attributes = { routing = { http = { response = {
    strict_transport_security = { header_value = "max-age=31536000"; };
    server = { enabled = false; }; }; }; }; };'
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
for version in --http1.1 --http2; do
    secure one.test /hello $version -o "$work/out" -D "$work/head"
    grep -qi '^strict-transport-security: max-age=31536000.$' "$work/head" || fail "$(cat "$work/head")"
    ! grep -qi '^server:' "$work/head" || fail "$(cat "$work/head")"
done
configure
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"

step "certificates are chosen by the host and by what the client takes"
serves default nobody.test
serves default default.test
serves one-ec one.test
serves one-ec ONE.test -tls1_3
serves one-ec one.test -tls1_2
serves one-rsa one.test -tls1_3 -sigalgs rsa_pss_rsae_sha256
serves one-rsa one.test -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
serves star x.one.test
serves exact exact.one.test
serves default a.b.one.test
serves valid expired.test
[ "$(openssl s_client -connect "127.0.0.1:$port" -noservername </dev/null 2>/dev/null |
    openssl x509 -noout -subject | sed 's/.*CN *= *//')" = default ] || fail "without a name"

step "plain HTTP on the port gets a clean 400"
[ "$(curl -s -o "$work/page" -w '%{http_code} %{num_connects}' "http://127.0.0.1:$port/")" = "400 1" ] ||
    fail "$(cat "$work/page")"
grep -q '<h1>400 Bad Request</h1>' "$work/page" || fail "$(cat "$work/page")"

step "the log has the fields of TLS"
secure one.test /logged -o /dev/null
logged() {
    grep -E "$1" "$work/access.log"
}
wait_for 5 logged '^https .*"GET https://one.test:[0-9]+/logged HTTP/1.1" "[^"]*" TLS_AES_128_GCM_SHA256 TLSv1.3 .* "one.test" "[^"]*/one-ec.pem" '
wait_for 5 logged '^wss '

step "sessions are resumed by every worker, behind a reload and behind a restart, at the same host"
connect() {
    openssl s_client -connect "127.0.0.1:$port" -servername "$@" -ign_eof 2>/dev/null <<'END'
GET / HTTP/1.1
Host: x
Connection: close

END
}
resumes() {
    local count
    for count in 1 2 3 4; do
        connect one.test "$1" -sess_in "$work/session" -sess_out "$work/session.new" >"$work/out"
        grep -q '^Reused' "$work/out" || {
            grep -E '^(New|Reused)' "$work/out"
            return 1
        }
        [ "$1" = -tls1_2 ] || mv "$work/session.new" "$work/session"
    done
}
for version in -tls1_2 -tls1_3; do
    connect one.test "$version" -sess_out "$work/session" >"$work/out"
    grep -q '^New' "$work/out" || fail "$(cat "$work/out")"
    resumes "$version" || fail "not resumed with $version"
    cp "$work/session" "$work/kept$version"
    connect x.one.test "$version" -sess_in "$work/session" >"$work/out"
    grep -q '^New' "$work/out" || fail "resumed under another host: $(cat "$work/out")"
done
[ "$(stat -c '%a %s' "$work/state/ticket.keys")" = "600 80" ] || fail "$(ls -l "$work/state")"
kill -HUP "$fairlead_pid"
wait_for 5 grep -q 'was reloaded as generation' "$work/fairlead.log"
wait_for 5 logged '"session-reused"'
cp "$work/kept-tls1_3" "$work/session"
connect one.test -tls1_3 -sess_in "$work/session" -sess_out "$work/kept-tls1_3" >"$work/out"
grep -q '^Reused' "$work/out" || fail "not resumed behind a reload"
fairlead_stop
fairlead_start
for version in -tls1_2 -tls1_3; do
    cp "$work/kept$version" "$work/session"
    resumes "$version" || fail "not resumed behind a restart with $version"
done

step "what happened is counted"
wait_for 5 metric_is 'fairlead_tls_handshakes_total{protocol="TLSv1.3",resumed="true"}' -ge 4
wait_for 5 metric_is 'fairlead_tls_handshakes_total{protocol="TLSv1.2",resumed="true"}' -ge 4
curl -s "http://127.0.0.1:$port/" >/dev/null
! openssl s_client -connect "127.0.0.1:$port" -tls1_1 -cipher DEFAULT:@SECLEVEL=0 </dev/null >/dev/null 2>&1 ||
    fail "TLS 1.1 was accepted"
for reason in plain_http protocol; do
    wait_for 5 metric_is "fairlead_tls_handshake_errors_total{reason=\"$reason\"}" -ge 1
done

step "private keys are in memory of workers only"
for child in worker observer logger; do
    for pid in $(fairlead_children "$child"); do
        has=no
        ! grep -q 'memfd:fairlead-keys' "/proc/$pid/maps" || has=yes
        [ "$child $has" = "worker yes" ] || [ "$child" != worker -a $has = no ] ||
            fail "$child has private keys: $has"
        ! ls -l "/proc/$pid/fd" | grep 'fairlead-keys\|fairlead-certificates\|fairlead-tickets' ||
            fail "$child has the file open"
    done
done

step "a reload takes new certificates over; connections go on"
exec {held}<>"/dev/tcp/127.0.0.1/$port"
before=$(openssl x509 -in "$work/one-ec.pem" -noout -serial)
python3 - "$port" "$work" <<'END' &
import os, socket, ssl, sys, time
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
with context.wrap_socket(raw, server_hostname="one.test") as tls:
    def ask():
        tls.sendall(b"GET / HTTP/1.1\r\nHost: one.test\r\n\r\n")
        got = b""
        while b"Accept" not in got and b"Host: one.test\n\n" not in got and not got.endswith(b"\n\n"):
            part = tls.recv(4096)
            assert part, got
            got += part
    ask()
    open(sys.argv[2] + "/asked", "w").close()
    while not os.path.exists(sys.argv[2] + "/replaced"):
        time.sleep(0.02)
    ask()
END
holder=$!
wait_for 5 test -e "$work/asked"
certificate one-ec ec one.test
kill -HUP "$fairlead_pid"
is_replaced() {
    local found
    found=$(openssl s_client -connect "127.0.0.1:$port" -servername one.test </dev/null 2>/dev/null |
        openssl x509 -noout -serial)
    [ -n "$found" ] && [ "$found" != "$before" ]
}
wait_for 5 everywhere is_replaced
touch "$work/replaced"
wait "$holder" || fail "a connection was cut by a reload"

step "what is wrong is told with file and line, and the old ones stay"
serial=$(openssl x509 -in "$work/one-ec.pem" -noout -serial)
still_serves() {
    [ "$(openssl s_client -connect "127.0.0.1:$port" -servername one.test </dev/null 2>/dev/null |
        openssl x509 -noout -serial)" = "$serial" ] || fail "another certificate is served"
}
# refuses WHERE WHY [WORDS OF THE RELOAD]: by -c (unless it only warns) and by a reload.
refuses() {
    "$fairlead" -c -f "$work/fairlead.conf" >"$work/check" 2>&1 && fail "-c accepts it"
    grep -Eq "^$work/fairlead.conf:[0-9]+: listeners\[1\]\.$1: $2" "$work/check" || fail "$(cat "$work/check")"
    ! ctl reload >"$work/reload" 2>&1 || fail "it was reloaded"
    grep -Eq "fairlead.conf:[0-9]+: listeners\[1\]\.$1: $2" "$work/reload" || fail "$(cat "$work/reload")"
    still_serves
}
cp "$work/one-ec.pem" "$work/good.pem"
cp -p "$work/one-ec.key" "$work/good.key"
rm "$work/one-ec.key"
refuses 'certificate_list\[0\].private_key' '.*/one-ec.key cannot be read: No such file or directory'
cp -p "$work/default.key" "$work/one-ec.key"
refuses 'certificate_list\[0\].private_key' '.*/one-ec.key does not fit the certificate'
cp -p "$work/good.key" "$work/one-ec.key"
echo junk >"$work/one-ec.pem"
refuses 'certificate_list\[0\].certificate' '.*/one-ec.pem holds no certificate'
rm "$work/one-ec.pem"
mkdir "$work/one-ec.pem"
refuses 'certificate_list\[0\].certificate' '.*/one-ec.pem cannot be read: it is no regular file'
rmdir "$work/one-ec.pem"
certificate one-ec ec one.test -1
! ctl reload >"$work/reload" 2>&1 || fail "an expired certificate took a valid one's place"
grep -Eq 'certificate_list\[0\].certificate: .*/one-ec.pem has expired on 2020-02-01' "$work/reload" ||
    fail "$(cat "$work/reload")"
still_serves
cp "$work/good.pem" "$work/one-ec.pem"
cp -p "$work/good.key" "$work/one-ec.key"
chmod 644 "$work/one-ec.key"
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
grep -q 'certificate_list\[0\].private_key: .*/one-ec.key holds a private key and every user may read' \
    "$work/reload" "$work/fairlead.log" || fail "no warning: $(cat "$work/reload")"
chmod 600 "$work/one-ec.key"
still_serves

step "who says nothing is not waited for, and does not keep others out"
configure '' -o 'timeouts = { tls_handshake_milliseconds = 1000; }; limits = { tls_handshakes = 8; };'
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
python3 - "$port" <<'END' || fail "silent strangers"
import socket, ssl, sys, time
def connect():
    return socket.create_connection(("127.0.0.1", int(sys.argv[1])))
begin = time.monotonic()
silent = connect()
dribbling = connect()
dribbling.setblocking(False)
ends = {}
while len(ends) < 2:
    for name, connection in (("silent", silent), ("dribbling", dribbling)):
        if name in ends:
            continue
        connection.setblocking(False)
        try:
            if name == "dribbling":
                connection.send(b"\x16")
            if connection.recv(1000) == b"":
                ends[name] = time.monotonic() - begin
        except BlockingIOError:
            pass
        except OSError:
            ends[name] = time.monotonic() - begin
    assert time.monotonic() - begin < 10, ends
    time.sleep(0.01)
crowd = [connect() for _ in range(40)]
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
with context.wrap_socket(connect(), server_hostname="one.test") as tls:
    tls.sendall(b"GET / HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n")
    assert tls.recv(12) == b"HTTP/1.1 200"
END
for reason in timeout limit; do
    wait_for 5 metric_is "fairlead_tls_handshake_errors_total{reason=\"$reason\"}" -ge 1
done

step "a PROXY header stands before TLS"
configure 'proxy_protocol_sources = [ "127.0.0.0/8" ];'
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
python3 - "$port" <<'END' || fail "a PROXY header"
import socket, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
raw.sendall(b"PROXY TCP4 203.0.113.9 192.0.2.1 5000 443\r\n")
with context.wrap_socket(raw, server_hostname="one.test") as tls:
    tls.sendall(b"GET / HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n")
    got = b""
    while part := tls.recv(4096):
        got += part
    assert b"X-Forwarded-For: 203.0.113.9" in got and b"X-Forwarded-Port: 443" in got, got
END

step "a listener may become one of TLS and back; nothing of before stays"
DIR=$work "$support/config" -w 2 -t "$app_port" -n "$port"
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
speaks_plain() {
    curl -sf "http://127.0.0.1:$port/"
}
wait_for 5 speaks_plain
configure
! ctl reload >"$work/reload" 2>&1 || fail "an expired certificate was taken in"
certificate expired ec expired.test
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
wait_for 5 secure one.test /
fairlead_stop

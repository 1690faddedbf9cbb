#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Clients that show certificates: who is taken and who is refused with which alert, what targets are
# told, what nobody may say instead of us, trust stores and revocation lists that change in their
# files, sessions that are never resumed, and configurations that cannot be.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

verify=$(free_port) pass=$(free_port) open=$(free_port) plain=$(free_port) app_port=$(free_port)
python3 "$support/echo_app" "$app_port" 2>/dev/null &
system_at_end kill -KILL $!
wait_for 5 curl -sf -o /dev/null "http://127.0.0.1:$app_port/"

DIR=$work "$support/make_certificate" server ec one.test
authority() {
    DIR=$work "$support/authority" "$@"
}
authority new root
authority new middle root
authority new stranger
authority issue root good
authority issue root rsa rsa
authority issue middle deep
authority issue root taken
authority issue root old ec 20200101000000Z 20200201000000Z
authority issue root early ec 20400101000000Z 20410101000000Z
authority issue root server-only ec '' '' extendedKeyUsage=serverAuth
authority issue stranger foreign
authority revoke root taken
authority list root "root.crl"
cat "$work/middle.pem" >>"$work/deep.pem"
cp "$work/root.pem" "$work/bundle.pem"

listener() {
    local name=$1 port=$2
    shift 2
    echo "{ name = \"$name\"; protocol = \"HTTPS\"; address = \"127.0.0.1\"; port = $port; alpn_policy = \"HTTP2Preferred\";
      certificates = ( { certificate = \"$work/server.pem\"; private_key = \"$work/server.key\"; } ); $*
      default_actions = ( { type = \"forward\"; target_group = \"web\"; } ); }"
}
# configure MUTUAL [OTHER SETTINGS OF THE VERIFYING LISTENER [OF THE FILE]]
configure() {
    cat >"$work/fairlead.conf" <<END
workers = 2;
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
trust_stores = ( { name = "partners"; ca_certificates_bundle = "$work/bundle.pem"; revocation_lists = ( "$work/root.crl" ); } );
listeners = (
  $(listener verify "$verify" "mutual_authentication = { $1 }; ${2:-}"),
  $(listener pass "$pass" 'mutual_authentication = { mode = "passthrough"; };'),
  $(listener open "$open"),
  { name = "plain"; address = "127.0.0.1"; port = $plain; default_actions = ( { type = "forward"; target_group = "web"; } ); } );
target_groups = ( { name = "web"; port = $app_port; health_check = { enabled = false; };
                    targets = ( { id = "127.0.0.1"; port = $app_port; } ); } );
${3:-}
END
}
usual='mode = "verify"; trust_store = "partners";'
# get PORT [OPTION OF curl ...]: what the target got.
get() {
    local port=$1
    shift
    curl -sk -m 10 --resolve "one.test:$port:127.0.0.1" "https://one.test:$port/" "$@"
}
as() {
    echo "--cert $work/$1.pem --key $work/$1.key"
}
# field NAME: its value in what the target got.
field() {
    grep -i "^$1: " "$work/got" | sed 's/^[^:]*: //' | tr -d '\r'
}
decoded() {
    python3 -c 'import sys, urllib.parse; sys.stdout.write(urllib.parse.unquote(sys.stdin.read().strip()))'
}

step "what cannot be is told with file and line"
# refused LINE TEXT
refused() {
    "$fairlead" -c -f "$work/fairlead.conf" >"$work/said" 2>&1 && fail "taken: $1"
    grep "fairlead.conf:[0-9]*: $1" "$work/said" >/dev/null || fail "not '$1': $(cat "$work/said")"
}
configure 'mode = "verify";'
refused 'listeners\[0\].mutual_authentication.mode: needs trust_store'
configure 'mode = "verify"; trust_store = "nobody";'
refused 'listeners\[0\].mutual_authentication.trust_store: there is no trust store "nobody"'
configure 'mode = "passthrough"; trust_store = "partners";'
refused 'listeners\[0\].mutual_authentication.trust_store: is for mode = "verify" only'
configure 'mode = "verfy"; trust_store = "partners";'
refused 'listeners\[0\].mutual_authentication.mode: .*verify'
configure "$usual" 'attributes = { routing = { http = { request = { x_amzn_mtls_clientcert_leaf = { header_name = "Host"; }; }; }; }; };'
refused 'listeners\[0\].*header_name: "Host" has a meaning of its own'
configure "$usual" 'attributes = { routing = { http = { request = { x_amzn_mtls_clientcert_leaf = { header_name = "a b"; }; }; }; }; };'
refused 'listeners\[0\].*header_name: "a b" is no name of a field'
configure "$usual"
sed -i 's/^  { name = "plain";/& mutual_authentication = { mode = "off"; };/' "$work/fairlead.conf"
refused 'listeners\[3\].mutual_authentication: is for listeners with protocol = "HTTPS" only'
configure "$usual"
mv "$work/bundle.pem" "$work/away"
refused "trust_stores\[0\].ca_certificates_bundle: $work/bundle.pem cannot be read: No such file"
cp "$work/good.pem" "$work/bundle.pem"
refused "trust_stores\[0\].ca_certificates_bundle: .*of no authority"
echo nothing >"$work/bundle.pem"
refused "trust_stores\[0\].ca_certificates_bundle: .*holds no certificate"
cp "$work/stranger.pem" "$work/bundle.pem"
refused "trust_stores\[0\].revocation_lists: .*no authority of ca_certificates_bundle has signed"
mv "$work/away" "$work/bundle.pem"
cp "$work/root.crl" "$work/away"
sed -i 5d "$work/root.crl"
refused "trust_stores\[0\].revocation_lists: $work/root.crl holds a revocation list that cannot be read"
cp "$work/root.pem" "$work/root.crl"
refused "trust_stores\[0\].revocation_lists: $work/root.crl holds no revocation list"
authority list root root.crl 20200101000000Z 20200201000000Z
"$fairlead" -c -f "$work/fairlead.conf" >"$work/said" 2>&1 || fail "an old list: $(cat "$work/said")"
grep "warning: trust_stores\[0\].revocation_lists: .*lacks what was revoked since its end on 2020-02-01" "$work/said" >/dev/null ||
    fail "an old list: $(cat "$work/said")"
cp "$work/away" "$work/root.crl"
"$fairlead" -c -f "$work/fairlead.conf" >"$work/said" 2>&1 || fail "$(cat "$work/said")"

fairlead_start

step "who is verified: what the target is told"
forged=(-H 'X-Amzn-Mtls-Clientcert-Subject: CN=admin' -H 'x_amzn_mtls_clientcert_issuer: forged' -H 'X-AMZN-mtls_Anything: forged'
    -H 'X-Amzn-Mtls-Clientcert: forged' -H 'x-amzn-tls_version: forged' -H 'X-Amzn-Mtls: stays')
for way in '--http1.1 --tls-max 1.2' '--http1.1' '--http2'; do
    for name in good rsa deep; do
        get "$verify" $(as $name) $way "${forged[@]}" >"$work/got" || fail "$name $way"
        [ "$(field X-Amzn-Mtls-Clientcert-Subject)" = "CN=$name,O=Tests\\, Inc,C=DE" ] || fail "$name $way: $(cat "$work/got")"
        grep forged "$work/got" && fail "$name $way: what the client said went on"
        [ "$(field X-Amzn-Mtls)" = stays ] || fail "$name $way: $(cat "$work/got")"
        [ "$(field X-Amzn-Mtls-Clientcert-Serial-Number)" = \
            "$(openssl x509 -in "$work/$name.pem" -noout -serial | cut -d= -f2)" ] || fail "$name $way: $(cat "$work/got")"
        field X-Amzn-Mtls-Clientcert-Leaf | decoded >"$work/leaf"
        openssl x509 -in "$work/$name.pem" | cmp - "$work/leaf" || fail "$name $way: $(cat "$work/got")"
        [ -z "$(field X-Amzn-Mtls-Clientcert)" ] || fail "$name $way: the chain"
    done
done
[ "$(field X-Amzn-Mtls-Clientcert-Issuer)" = CN=middle,O=Tests,C=DE ] || fail "$(cat "$work/got")"
[[ "$(field X-Amzn-Mtls-Clientcert-Validity)" =~ ^NotBefore=20[0-9-]+T[0-9:]+Z\;NotAfter=20[0-9-]+T[0-9:]+Z$ ]] ||
    fail "$(field X-Amzn-Mtls-Clientcert-Validity)"

step "who is refused: by which alert"
# denied NAME ALERT [ALERT BEFORE TLS 1.3]: the client sees it, and no request is answered.
denied() {
    local version alert options=()
    [ "$1" = nobody ] || read -r -a options <<<"-cert $work/$1.pem -cert_chain $work/$1.pem -key $work/$1.key"
    for version in -tls1_2 -tls1_3; do
        alert=$2
        [ $version = -tls1_3 ] || alert=${3:-$2}
        printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client -connect "127.0.0.1:$verify" $version -quiet \
            "${options[@]}" >"$work/said" 2>&1 || true
        grep "$alert" "$work/said" >/dev/null || fail "$1 $version: $(cat "$work/said")"
        grep HTTP/ "$work/said" && fail "$1 $version: was answered"
    done
    return 0
}
denied nobody 'alert certificate required' 'alert handshake failure'
denied foreign 'alert unknown ca'
denied taken 'alert certificate revoked'
denied old 'alert certificate expired'
denied early 'alert bad certificate'
denied server-only 'alert unsupported certificate'
# The chain without what lies between.
openssl x509 -in "$work/deep.pem" -out "$work/alone.pem"
cp "$work/deep.key" "$work/alone.key"
denied alone 'alert unknown ca'
wait_for 5 metric_is 'fairlead_tls_handshake_errors_total{reason="no_client_certificate"}' -ge 2
wait_for 5 metric_is 'fairlead_tls_handshake_errors_total{reason="client_certificate"}' -ge 12

step "passthrough: all that was sent, unverified; nothing where there is nothing"
for name in good deep foreign old taken; do
    get "$pass" $(as $name) "${forged[@]}" >"$work/got" || fail "$name"
    field X-Amzn-Mtls-Clientcert | decoded >"$work/chain"
    cmp "$work/chain" "$work/$name.pem" || fail "$name: $(cat "$work/got")"
    [ -z "$(field X-Amzn-Mtls-Clientcert-Subject)" ] || fail "$name: $(cat "$work/got")"
done
get "$pass" >"$work/got" || fail "without a certificate"
grep -i 'x-amzn-mtls' "$work/got" && fail "without a certificate: $(cat "$work/got")"

step "what only fairlead may say does not come in by other listeners"
get "$open" "${forged[@]}" $(as good) >"$work/got"
curl -s "http://127.0.0.1:$plain/" "${forged[@]}" >>"$work/got"
grep forged "$work/got" && fail "$(cat "$work/got")"
[ "$(grep -c '^[Xx]-[Aa]mzn-[Mm]tls: stays' "$work/got")" = 2 ] || fail "$(cat "$work/got")"

step "no session is resumed, neither one of its own nor one of a listener without certificates"
python3 - "$work/good" "$open" "$verify" "$pass" <<'END' || fail "sessions"
import socket, ssl, sys
name, opened, *others = sys.argv[1], *map(int, sys.argv[2:])
def talk(context, port, session=None):
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="one.test", session=session) as tls:
        tls.sendall(b"GET / HTTP/1.0\r\nHost: one.test\r\n\r\n")
        assert tls.recv(65536).startswith(b"HTTP/1.1 200")
        return tls.session, tls.session_reused
for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    context.load_cert_chain(name + ".pem", name + ".key")
    session, _ = talk(context, opened)
    assert talk(context, opened, session)[1], f"{version}: nothing is resumed where it should be"
    for port in others:
        session, _ = talk(context, opened)
        own, reused = talk(context, port, session)
        assert not reused, f"{version}: a session of a listener without certificates at {port}"
        assert own is None or not own.has_ticket and not talk(context, port, own)[1], f"{version}: its own at {port}"
END

step "names of authorities are told when asked for"
names() {
    openssl s_client -connect "127.0.0.1:$verify" -cert "$work/good.pem" -key "$work/good.key" </dev/null 2>/dev/null |
        sed -n '/^Acceptable client certificate CA names/{n;p}'
}
[ -z "$(names)" ] || fail "told unasked: $(names)"
configure "$usual"' advertise_trust_store_ca_names = "on"; ignore_client_certificate_expiry = true;' \
    'attributes = { routing = { http = { request = { x_amzn_mtls_clientcert_subject = { header_name = "X-Client"; };
        x_amzn_tls_version = { header_name = "X-Version"; }; }; }; }; };' \
    'load_balancer = { attributes = { routing = { http = { x_amzn_tls_version_and_cipher_suite = { enabled = true; }; }; }; }; };'
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
names_are() {
    [ "$(names)" = "$1" ]
}
wait_for 5 everywhere names_are "C = DE, O = Tests, CN = root"

step "what has expired may be taken; names of fields may be changed, and are ours then on every listener"
get "$verify" $(as old) -H 'X-Client: forged' -H 'x_version: forged' >"$work/got" || fail "expired"
[ "$(field X-Client)" = 'CN=old,O=Tests\, Inc,C=DE' ] || fail "$(cat "$work/got")"
[ "$(field X-Version)" = TLSv1.3 ] || fail "$(cat "$work/got")"
[ -z "$(field X-Amzn-Mtls-Clientcert-Subject)" ] || fail "$(cat "$work/got")"
curl -s "http://127.0.0.1:$plain/" -H 'X-Client: forged' -H 'x_client: forged' -H 'X-Other: stays' >>"$work/got"
grep forged "$work/got" && fail "$(cat "$work/got")"
[ "$(field X-Other)" = stays ] || fail "$(cat "$work/got")"
denied early 'alert bad certificate'
ctl --json listeners | jq -e '.Listeners[0].MutualAuthentication == {"Mode": "verify", "TrustStore": "partners",
    "IgnoreClientCertificateExpiry": true, "AdvertiseTrustStoreCaNames": "on"} and
    (.Listeners[2] | has("MutualAuthentication") | not)' >/dev/null || fail "$(ctl --json listeners)"

step "a hop that is believed may say it"
configure "$usual" '' 'load_balancer = { attributes = { routing = { http = { xff_trusted_sources = ( "127.0.0.1" ); }; }; }; };'
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
said() {
    curl -s "http://127.0.0.1:$plain/" -H 'X-Forwarded-For: 203.0.113.1' -H 'X-Amzn-Mtls-Clientcert-Subject: CN=told' >"$work/got"
    [ "$(field X-Amzn-Mtls-Clientcert-Subject)" = CN=told ]
}
wait_for 5 said
get "$verify" $(as good) -H 'X-Forwarded-For: 203.0.113.1' -H 'X-Amzn-Mtls-Clientcert-Subject: CN=told' >"$work/got"
[ "$(field X-Amzn-Mtls-Clientcert-Subject)" = 'CN=good,O=Tests\, Inc,C=DE' ] || fail "$(cat "$work/got")"
configure "$usual"
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"

step "files that change are taken without a reload, and connections go on"
taken() {
    get "$verify" $(as "$1") -o /dev/null
}
refuses() {
    ! taken "$1"
}
wait_for 5 taken good
authority revoke root good
authority list root new.crl
mv "$work/new.crl" "$work/root.crl"
wait_for 10 everywhere refuses good
denied good 'alert certificate revoked'
taken rsa || fail "another one is refused as well"
ctl --json certificates | jq -e '.TrustStores[0] | .Name == "partners" and .NumberOfCaCertificates == 1 and
    .TotalRevokedEntries == 2 and .DaysLeft == 29 and .Listeners == ["verify"]' >/dev/null || fail "$(ctl --json certificates)"
ctl trust-stores | grep -E '^partners +1 +29 +2 +20[0-9-]+T.* verify' >/dev/null || fail "$(ctl trust-stores)"
cat "$work/stranger.pem" >>"$work/bundle.pem"
wait_for 10 taken foreign
taken rsa || fail "the one before is refused now"

step "a broken one leaves the one before it in its place, and is a problem"
problem() {
    ctl --json problems | jq -e --arg reason "$1" '.Problems[] | select(.Reason | contains($reason))' >/dev/null
}
cp "$work/bundle.pem" "$work/away"
echo broken >"$work/bundle.pem"
wait_for 15 problem 'holds no certificate'
taken rsa || fail "who was trusted is not"
denied good 'alert certificate revoked'
mv "$work/away" "$work/bundle.pem"
no_problem() {
    ! problem 'holds no certificate'
}
wait_for 15 no_problem

step "an authority between that is revoked takes all that it has signed along"
taken deep || fail "refused too early"
authority revoke root middle
authority list root new.crl
mv "$work/new.crl" "$work/root.crl"
wait_for 10 everywhere refuses deep
denied deep 'alert certificate revoked'

step "an authority between may be trusted alone"
cp "$work/middle.pem" "$work/new.pem"
authority list middle root.crl
mv "$work/new.pem" "$work/bundle.pem"
wait_for 10 everywhere taken alone
refuses rsa || fail "the root's clients are taken"

step "behind a restart and an upgrade it is the same"
ctl upgrade >"$work/upgrade" 2>&1 || fail "upgrade: $(cat "$work/upgrade")"
wait_for 10 taken alone
refuses rsa || fail "the root's clients are taken"
denied nobody 'alert certificate required' 'alert handshake failure'
fairlead_stop

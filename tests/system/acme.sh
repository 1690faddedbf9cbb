#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A certificate from a real ACME server (pebble) by a real client (uacme) through fairlead: the
# order, its use without a reload, and renewals under load.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"
for command in pebble uacme lego certbot; do
    command -v $command >/dev/null || skip "$command is missing"
done
[ -n "${SYSTEM_ISOLATED:-}" ] || skip "names and authorities of this machine are its own"
root=$(cd "$(dirname "$0")/../.." && pwd)

app_port=$(free_port) http_port=5002 https_port=5001
python3 "$support/echo_app" "$app_port" &
system_at_end kill -KILL $!
wait_for 5 curl -sf -o /dev/null "http://127.0.0.1:$app_port/"

# The name leads here, and the authority is one that this machine trusts: for this test only.
printf '127.0.0.1 localhost shop.test\n' >"$work/hosts"
DIR=$work "$support/make_certificate" authority ec localhost
cat "$work/authority.pem" /etc/ssl/certs/ca-certificates.crt >"$work/trusted" 2>/dev/null || true
mount --bind "$work/hosts" /etc/hosts
mount --bind "$work/trusted" /etc/ssl/certs/ca-certificates.crt
cat >"$work/pebble.json" <<END
{ "pebble": { "listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
  "certificate": "$work/authority.pem", "privateKey": "$work/authority.key",
  "httpPort": $http_port, "tlsPort": $https_port, "ocspResponderURL": "",
  "externalAccountBindingRequired": false } }
END
PEBBLE_AUTHZREUSE=0 PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config "$work/pebble.json" >"$work/pebble.log" 2>&1 &
system_at_end kill -KILL $!
wait_for 10 curl -sk -o /dev/null https://127.0.0.1:14000/dir

challenges=$work/acme
# Something to begin with, which nobody trusts, where uacme will put its own.
mkdir -p "$challenges" "$work/ssl/shop.test" "$work/ssl/private/shop.test"
DIR=$work "$support/make_certificate" begin ec shop.test
cp "$work/begin.pem" "$work/ssl/shop.test/cert.pem"
cp "$work/begin.key" "$work/ssl/private/shop.test/key.pem"
configure() {
    DIR=$work "$support/config" -w 2 -n $http_port -t "$app_port" \
        -o "acme = { challenge_dir = \"$challenges\"; };" \
        -s "address = \"127.0.0.1\"; port = $https_port; certificates = ( {
            certificate = \"$work/ssl/shop.test/cert.pem\";
            private_key = \"$work/ssl/private/shop.test/key.pem\"; } );" "$@"
}
configure
fairlead_start
issuer() {
    openssl s_client -connect 127.0.0.1:$https_port -servername shop.test </dev/null 2>/dev/null |
        openssl x509 -noout -issuer -serial
}
wait_for 5 issuer
export FAIRLEAD_ACME_DIR=$challenges FAIRLEAD_ADMIN=$work/admin.sock
PATH=$(dirname "$fairleadctl"):$PATH
client() {
    uacme -a https://localhost:14000/dir -c "$work/ssl" -t EC -y -v -h "$root/conf/acme-hook" "$@" \
        >"$work/client" 2>&1
}

requests() {
    while [ ! -e "$work/enough" ]; do
        curl -sk -m 5 -o /dev/null -w '%{http_code}\n' "https://127.0.0.1:$https_port/" || echo failed
    done >"$work/codes"
}
requests &
requests_pid=$!
system_at_end kill -KILL $requests_pid

step "an order"
client new || fail "$(cat "$work/client")"
client -f issue shop.test || fail "$(cat "$work/client" "$work/pebble.log")"
is_of_pebble() {
    issuer | grep -i pebble >/dev/null
}
wait_for 10 is_of_pebble
[ -z "$(ls "$challenges")" ] || fail "the challenge is still there"
first=$(issuer)

step "renewals, requests all along"
for _ in 1 2 3; do
    before=$(issuer)
    client -f issue shop.test || fail "$(cat "$work/client")"
    differs() {
        [ "$(issuer)" != "$before" ]
    }
    wait_for 10 differs
done
[ "$(issuer)" != "$first" ] || fail "it is still the first"
touch "$work/enough"
wait $requests_pid || true
[ "$(sort -u "$work/codes")" = 200 ] || fail "$(sort "$work/codes" | uniq -c)"
ctl certificates | grep shop.test >/dev/null || fail "$(ctl certificates)"
no_problem() {
    ! ctl problems | grep certificate
}
wait_for 5 no_problem

step "a challenge of which nobody knows goes to the rules"
[ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$http_port/.well-known/acme-challenge/none")" = 200 ] ||
    fail "the rules were not asked"

# The pair of another client takes the place of uacme's.
takes() {
    local before
    before=$(issuer)
    cp "$2" "$work/ssl/private/shop.test/key.pem"
    cp "$1" "$work/ssl/shop.test/cert.pem"
    differs() {
        [ "$(issuer)" != "$before" ] && is_of_pebble
    }
    wait_for 10 differs
}

step "lego, by its own server behind a rule"
lego_port=$(free_port)
configure -g lego -t "$lego_port" -r '1 /.well-known/acme-challenge/* lego'
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
LEGO_CA_CERTIFICATES=$work/authority.pem lego --server https://localhost:14000/dir --accept-tos --email a@shop.test \
    --domains shop.test --http --http.port "127.0.0.1:$lego_port" --path "$work/lego" run >"$work/client" 2>&1 ||
    fail "$(cat "$work/client")"
takes "$work/lego/certificates/shop.test.crt" "$work/lego/certificates/shop.test.key"

step "certbot, by the hook"
configure
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
certbot_issues() {
    REQUESTS_CA_BUNDLE=$work/authority.pem certbot certonly --server https://localhost:14000/dir --non-interactive \
        --agree-tos --email a@shop.test --no-eff-email --domains shop.test --force-renewal --config-dir "$work/certbot" \
        --work-dir "$work/certbot/work" --logs-dir "$work/certbot/logs" "$@" >"$work/client" 2>&1 || fail "$(cat "$work/client")"
    takes "$work/certbot/live/shop.test/fullchain.pem" "$work/certbot/live/shop.test/privkey.pem"
    [ -z "$(ls "$challenges")" ] || fail "the challenge is still there"
}
certbot_issues --manual --preferred-challenges http --manual-auth-hook "$root/conf/acme-hook" \
    --manual-cleanup-hook "$root/conf/acme-hook"
fairlead_stop

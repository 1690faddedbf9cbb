#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# listeners[].sources, by connections from several addresses of this machine: who is not named is
# reset before a byte, whatever the listener speaks; what is open stays open when the list changes.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/sources.sh"
system_begin "$@"

port=$(free_port) secure_port=$(free_port) free_for_all=$(free_port)
DIR=$work "$support/make_certificate" default ec default.test
# configure SOURCES [SOURCES OF THE HTTPS LISTENER]: in libconfig's words.
configure() {
    cat >"$work/fairlead.conf" <<END
workers = 2;
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
listeners = (
  { name = "plain"; address = "127.0.0.1"; port = $port; $1
    default_actions = ( { type = "fixed-response"; status_code = "200"; } ); },
  { name = "ipv6"; address = "::1"; port = $port; $1
    default_actions = ( { type = "fixed-response"; status_code = "200"; } ); },
  { name = "secure"; protocol = "HTTPS"; address = "127.0.0.1"; port = $secure_port; ${2:-}
    certificates = ( { certificate = "$work/default.pem"; private_key = "$work/default.key"; } );
    default_actions = ( { type = "fixed-response"; status_code = "200"; } ); },
  { name = "open"; address = "127.0.0.1"; port = $free_for_all; sources = [ ];
    default_actions = ( { type = "fixed-response"; status_code = "200"; } ); },
  { name = "unix"; unix = "$work/http.sock"; sources = [ "unix:" ];
    default_actions = ( { type = "fixed-response"; status_code = "200"; } ); } );
END
}
reload() {
    configure "$@"
    ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
}

step "what is no source is refused"
configure 'sources = [ "10.0.0.0/8", "10.0.0.0/33", "everyone" ];'
! "$fairlead" -c -f "$work/fairlead.conf" >"$work/check" 2>&1 || fail "it is taken"
[ "$(grep -c 'listeners\[0\].sources\[[12]\].*is neither an address block' "$work/check")" = 2 ] || fail "$(cat "$work/check")"
configure "sources = [ $(printf '"10.0.0.%d/32", ' {1..250} {1..250} {1..250} {1..251})\"::1\" ];"
! "$fairlead" -c -f "$work/fairlead.conf" >"$work/check" 2>&1 || fail "it is taken"
grep '1002 sources are more than the 1000' "$work/check" >/dev/null || fail "$(cat "$work/check")"

step "those who are named come in, the others are reset"
configure 'sources = [ "127.0.0.2/32", "::1/128" ];' 'sources = "127.0.0.3";'
fairlead_start
wait_for 5 lets_in 127.0.0.2 127.0.0.1 "$port"
lets_in ::1 ::1 "$port" || fail "::1 is not let in"
everywhere resets 127.0.0.1 127.0.0.1 "$port" || fail "127.0.0.1 is let in"
everywhere resets 127.0.0.22 127.0.0.1 "$port" || fail "127.0.0.22 is let in"
lets_in 127.0.0.1 127.0.0.1 "$free_for_all" || fail "an empty list closes"
curl -sf --unix-socket "$work/http.sock" http://x/ || fail "unix: is not let in"
wait_for 5 metric_is fairlead_sources_refused_total -eq 12
[ "$(metric fairlead_connections_rejected_total)" = 0 ] || fail "they are counted twice"
ctl listeners >"$work/listeners"
grep -E '^plain .* 127.0.0.2/32, \+1$' "$work/listeners" >/dev/null || fail "$(cat "$work/listeners")"
grep -E '^open .* everybody$' "$work/listeners" >/dev/null || fail "$(cat "$work/listeners")"

step "explain says who may not"
ctl explain "http://127.0.0.1:$port/" --source 192.0.2.1 >"$work/explained"
grep '192.0.2.1 may not connect: the sources of plain do not name it' "$work/explained" >/dev/null || fail "$(cat "$work/explained")"
ctl explain "http://127.0.0.1:$port/" --source 127.0.0.2 >"$work/explained"
! grep 'may not connect' "$work/explained" || fail "127.0.0.2 is let in"

step "before TLS"
curl -sfk --interface 127.0.0.3 "https://127.0.0.1:$secure_port/" || fail "127.0.0.3 is not let in"
everywhere resets 127.0.0.1 127.0.0.1 "$secure_port" || fail "127.0.0.1 is let in"
! ctl metrics | grep -E '^fairlead_tls_handshake_errors_total.* [1-9]' || fail "TLS was begun"

step "another list holds for new connections, and for these alone"
keep_open 127.0.0.2 127.0.0.1 "$port"
reload 'sources = "nobody";' 'proxy_protocol_sources = "127.0.0.0/8"; sources = "127.0.0.4";'
wait_for 5 everywhere resets 127.0.0.2 127.0.0.1 "$port"
everywhere resets ::1 ::1 "$port" || fail "somebody is let in"
is_still_open || fail "what was open has been closed"
reload ''
wait_for 5 everywhere lets_in 127.0.0.1 127.0.0.1 "$port"
is_still_open || fail "what was open has been closed"

step "a listener is closed to others from its first connection on"
reload 'sources = "127.0.0.2";'
wait_for 5 everywhere resets 127.0.0.1 127.0.0.1 "$port"
for round in 1 2 3 4 5; do
    new_port=$(free_port)
    knock 127.0.0.1 "$new_port" "$work/knocks" &
    knocker=$!
    port=$new_port
    reload 'sources = "127.0.0.2";'
    wait_for 5 lets_in 127.0.0.2 127.0.0.1 "$port"
    kill "$knocker" && ! wait "$knocker"
    ! grep served "$work/knocks" || fail "127.0.0.1 was let in in round $round"
    grep reset "$work/knocks" >/dev/null || fail "nobody has knocked"
done

step "the peer is asked for, not whom its PROXY header names"
reload '' 'proxy_protocol_sources = "127.0.0.0/8"; sources = "127.0.0.4";'
everywhere resets 127.0.0.1 127.0.0.1 "$secure_port" || fail "127.0.0.1 is let in"
python3 - "$secure_port" <<'END' || fail "a hop that is let in"
import socket, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])), source_address=("127.0.0.4", 0))
raw.sendall(b"PROXY TCP4 203.0.113.9 192.0.2.1 5000 443\r\n")
with context.wrap_socket(raw) as tls:
    tls.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert tls.recv(12) == b"HTTP/1.1 200"
END
fairlead_stop

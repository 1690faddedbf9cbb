#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two load balancers in one process: each listener works by its own one's attributes, logs say which
# it was, and one that comes and goes costs the other nothing.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

app_port=$(free_port) one_port=$(free_port) two_port=$(free_port)
app_start "$app_port" app

# configure one|both: without "two", or with it.
configure() {
    local balancer= listener=
    if [ "$1" = both ]; then
        balancer='load_balancers = ( { name = "two"; attributes = { idle_timeout = { timeout_seconds = 1; };
    routing = { http = { preserve_host_header = { enabled = false; };
        xff_header_processing = { mode = "remove"; }; response = { server = { enabled = false; }; }; }; }; }; } );'
        listener=', { name = "second"; load_balancer = "two"; address = "127.0.0.1"; port = '$two_port';
    default_actions = ( { type = "forward"; target_group = "web"; } ); }'
    fi
    cat >"$work/fairlead.conf" <<END
workers = 1;
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
access_log = { path = "$work/access.log"; };
load_balancer = { name = "one"; };
$balancer
listeners = (
  { name = "first"; address = "127.0.0.1"; port = $one_port;
    default_actions = ( { type = "forward"; target_group = "web"; } ); }
  $listener );
target_groups = ( { name = "web"; port = 80; health_check = { enabled = false; };
    targets = ( { id = "127.0.0.1"; port = $app_port; } ); } );
END
}
configure both
fairlead_start
DIR=$work "$support/ready" 1
one=http://127.0.0.1:$one_port two=http://127.0.0.1:$two_port

step "what targets get, and clients, is as each says"
# explain writes the head that a target would get, by the same code.
explains() { ctl explain "$1" -H 'Host: a.example' -H 'X-Forwarded-For: 192.0.2.9' --json | jq -r .TargetReceives; }
explains "$one/" | grep -i '^x-forwarded-for: 192.0.2.9, 127.0.0.1' >/dev/null || fail "one: $(explains "$one/")"
explains "$two/" | grep -i '^x-forwarded-for' && fail "two tells X-Forwarded-For"
explains "$one/" | grep -i '^host: a.example.$' >/dev/null || fail "one changes the host"
explains "$two/" | grep -i "^host: a.example:$two_port" >/dev/null || fail "two: $(explains "$two/")"
curl -si -H 'Host:' "$one/" | grep -i '^server: fairlead' >/dev/null || fail "one has no Server"
curl -si -H 'Host:' "$two/" | grep -i '^server: ' && fail "two has Server"

step "an idle connection lives as long as its balancer says"
closes_within() {
    python3 - "$1" <<'END'
import socket, sys, time
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) as client:
    client.settimeout(4)
    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    began = time.monotonic()
    try:
        while client.recv(65536):
            pass
        print("closed after %.1f s" % (time.monotonic() - began))
    except socket.timeout:
        print("open")
END
}
[ "$(closes_within "$one_port")" = open ] || fail "one closes"
closes_within "$two_port" | grep closed >/dev/null || fail "two stays open"

step "the log says which it was"
logged() { [ "$(grep -c " app/$1/" "$work/access.log")" -ge 1 ]; }
wait_for 5 logged one
wait_for 5 logged two
[ "$(grep -c . "$work/access.log")" = "$(grep -cE ' app/(one|two)/[0-9a-f]{16} ' "$work/access.log")" ] ||
    fail "another is named: $(cat "$work/access.log")"

step "one comes and goes, and the other loses nothing"
load_start -r 200 -c 4 "127.0.0.1:$one_port" /
for _ in 1 2 3; do
    configure one
    ctl reload
    refuses() { ! curl -s -m 2 -o /dev/null "$two/"; }
    wait_for 5 refuses
    configure both
    ctl reload
    wait_for 5 curl -sf -o /dev/null "$two/"
done
load_stop
[ "$(load_count failed)" = 0 ] || fail "requests are lost"
[ "$(load_count ok)" -gt 20 ] || fail "there was no load"

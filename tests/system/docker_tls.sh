#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An engine of another machine is reached by TLS with certificates on both sides, and not without;
# container instances bring the providers that follow their engines.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
system_begin "$@"
ip addr add 10.77.0.1/32 dev lo
export DIR=$work
"$support/authority" new ca
"$support/authority" new stranger
"$support/authority" issue ca engine ec "" "" subjectAltName=IP:10.77.0.1
"$support/authority" issue ca elsewhere ec "" "" subjectAltName=IP:10.77.0.2
"$support/authority" issue ca client
"$support/authority" issue stranger intruder
dockerd_options="--live-restore --userland-proxy=false -H tcp://10.77.0.1:2376
    --tlsverify --tlscacert $work/ca.pem --tlscert $work/engine.pem --tlskey $work/engine.key"
docker_begin

# config CA CLIENT: two instances on the engine over the network, one on its socket.
config() {
    tls="tls = { ca = \"$work/$1.pem\"; certificate = \"$work/$2.pem\"; key = \"$work/$2.key\"; };"
    cat >"$work/fairlead.conf" <<END
user = "nobody";
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
listeners = ( { name = "http"; unix = "$work/http.sock";
    default_actions = ( { type = "fixed-response"; status_code = 404; } ); } );
container_instances = (
  { name = "i-1"; endpoint = "tcp://10.77.0.1:2376"; cpu = 1024; memory = 512; $tls },
  { name = "i-2"; endpoint = "tcp://10.77.0.1:2376"; cpu = 1024; memory = 512; $tls },
  { name = "i-3"; cluster = "erp"; zone = "pub1"; endpoint = "unix://$work/docker.sock";
    attributes = { rack = "r1"; }; } );
END
}
provider() {
    ctl --json providers | jq -c --arg name "$1" '.Providers[] | select(.Name == $name)'
}
is_connected() {
    [ "$(provider "$1" | jq .Connected)" = "$2" ]
}
has_error() {
    provider "$1" | jq -r .LastError >"$work/error"
    grep -q "$2" "$work/error"
}
mkdir "$work/state"

step "instances' engines are followed, each once"
config ca client
fairlead_start
wait_for 10 is_connected engine-i-1 true
wait_for 10 is_connected engine-i-3 true
[ "$(ctl --json providers | jq '.Providers | length')" = 2 ] || fail "not two providers"
run_app web-1 srvweb
has_task() {
    ctl --json tasks | jq -e --arg source "$1" \
        '.Tasks[] | select(.Source == $source and .Name == "web-1")' >"$work/task"
}
wait_for 10 has_task engine-i-1
wait_for 10 has_task engine-i-3

step "containers are stopped over TLS"
ctl stop web-1 --wait >"$work/stop" || { cat "$work/stop"; fail "not stopped"; }
[ "$(docker inspect -f '{{.State.Running}}' web-1)" = false ] || fail "it still runs"

step "an engine that does not know us, and one that we do not know"
config ca intruder
ctl reload
wait_for 10 is_connected engine-i-1 false
wait_for 10 has_error engine-i-1 .
config stranger client
ctl reload
wait_for 10 has_error engine-i-1 "certificate"
is_connected engine-i-3 true || fail "the engine's socket is not followed any more"
config ca client
ctl reload
wait_for 10 is_connected engine-i-1 true

step "a certificate of another host"
dockerd_stop
dockerd_options=${dockerd_options//engine/elsewhere}
dockerd_start
wait_for 15 is_connected engine-i-3 true
wait_for 10 has_error engine-i-1 "10.77.0.1"
is_connected engine-i-1 false || fail "another host's certificate is taken"

step "without TLS it is refused"
config ca client
sed -i 's/ tls = {[^}]*};//' "$work/fairlead.conf"
! "$fairlead" -c -f "$work/fairlead.conf" >"$work/check" 2>&1 || fail "it is taken"
grep "another machine's engine without TLS" "$work/check" >/dev/null || fail "$(cat "$work/check")"
fairlead_stop

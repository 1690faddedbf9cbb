#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A listener made by API calls serves with each kind of action; nothing is lost while rules and
# listeners are made, changed and deleted beside it; its port refuses when it is deleted.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) listen_port=$(free_port) other_port=$(free_port) one_port=$(free_port) two_port=$(free_port)
app_start "$one_port" one
app_start "$two_port" two
aws_endpoint "$port" us-east-1
cat >"$work/fairlead.conf" <<CONF
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
zones = [ "us-east-1a" ];
api = { address = "127.0.0.1"; port = $port; listener_address = "127.0.0.1"; requests_per_second = 0; };
load_balancer = { name = "fromfile"; };
listeners = ( { name = "http"; unix = "$work/http.sock";
    default_actions = ( { type = "fixed-response"; status_code = 404; } ); } );
CONF
fairlead_start
wait_for 10 aws_answers
aws_use_key anna
traffic() {
    /usr/bin/python3 "$(dirname "$0")/aws_traffic.py" "$1" "$listen_port" "$other_port" \
        "$one_port" "$two_port" || fail "$1: it does something else"
}

step "each kind of action"
traffic serve

step "nothing is lost while rules and listeners change"
load_start -r 100 -c 4 "127.0.0.1:$listen_port" /load
traffic change
load_stop
[ "$(load_count failed)" = 0 ] || fail "requests are lost"
[ "$(load_count ok)" -gt 20 ] || fail "there was no load"

step "its port refuses when it is deleted"
traffic end
fairlead_stop

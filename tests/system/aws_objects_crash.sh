#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Control is killed while objects are made, changed and deleted by API calls: after each start, what
# was answered is there, and what was not is there as a whole or not at all.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port)
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
aws_use_key anna
fairlead_stop

/usr/bin/python3 "$(dirname "$0")/aws_objects_crash.py" "$(count 20 200)" \
    "$(free_port)" "$(free_port)" "$(free_port)" -- "$fairlead" -f "$work/fairlead.conf" \
    2>"$work/fairlead.log" || fail "something is lost, or half done"

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each of ELBv2's operations by tables of calls: what it answers, each code that it refuses with,
# bounds and their neighbours, and that a refused call has changed nothing. TABLES="aws_calls" AREAS="rule_create
# tags" runs these alone.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port)
aws_endpoint "$port" us-east-1
PORTS="$(free_port) $(free_port) $(free_port) $(free_port)"
export PORTS
mkdir "$work/certificates"
for name in one two; do
    DIR=$work "$support/make_certificate" "$name" ec "$name.test"
    cat "$work/$name.pem" "$work/$name.key" >"$work/certificates/$name.pem"
done
export CERTIFICATES=$work/certificates
cat >"$work/fairlead.conf" <<CONF
certificates_dir = "$CERTIFICATES";
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
zones = [ "us-east-1a", "us-east-1b" ];
api = { address = "127.0.0.1"; port = $port; listener_address = "127.0.0.1"; requests_per_second = 0; };
load_balancer = { name = "fromfile"; };
listeners = ( { name = "http"; unix = "$work/http.sock";
    default_actions = ( { type = "fixed-response"; status_code = 404; } );
    rules = ( { priority = 5; conditions = ( { field = "path-pattern"; values = [ "/five" ]; } );
                actions = ( { type = "forward"; target_group = "filegroup"; } ); } ); } );
target_groups = ( { name = "filegroup"; } );
CONF
fairlead_start
wait_for 10 aws_answers
aws_use_key reader --read-only
export READER="$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY"
aws_use_key anna

read -ra areas <<<"${AREAS:-}"
for table in ${TABLES:-aws_calls aws_refusals}; do
    "${PYTHON:-/usr/bin/python3}" "$(dirname "$0")/$table.py" "${areas[@]}" || fail "$table: answers differ from what is wanted"
done
fairlead_stop

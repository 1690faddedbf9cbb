#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A change whose answer was lost is made once: who tries it again, as SDKs do, gets the answer of then;
# who has only kept the call gets none.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) app_port=$(free_port) listen_port=$(free_port)
app_start "$app_port" web
aws_endpoint "$port" eu-central-1
DIR=$work "$support/config" -t "$app_port" -n "$listen_port" \
    -o 'api = { address = "127.0.0.1"; port = '"$port"'; };'
fairlead_start
wait_for 5 aws_answers
aws_use_key anna
python3 "$(dirname "$0")/aws_retries.py" || fail "see above"
[ "$(ctl events --last 50 | grep -c 'anna.*CreateRule.*refused' || true)" = 1 ] || fail "$(ctl events --last 50)"
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A change whose answer was lost is made once: who tries it again, as SDKs do, gets the answer of then;
# who has only kept the call gets none.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"
python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) app_port=$(free_port) listen_port=$(free_port)
app_start "$app_port" web
export AWS_ENDPOINT=http://127.0.0.1:$port AWS_DEFAULT_REGION=eu-central-1 AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=$work/aws-config AWS_SHARED_CREDENTIALS_FILE=$work/aws-credentials
DIR=$work "$support/config" -t "$app_port" -n "$listen_port" \
    -o 'api = { address = "127.0.0.1"; port = '"$port"'; };'
fairlead_start
answers() {
    curl -sf -m 5 "$AWS_ENDPOINT/v1/status" -o /dev/null
}
wait_for 5 answers
ctl key create anna >"$work/key"
AWS_ACCESS_KEY_ID=$(sed -n 's/^AWS_ACCESS_KEY_ID=//p' "$work/key")
AWS_SECRET_ACCESS_KEY=$(sed -n 's/^AWS_SECRET_ACCESS_KEY=//p' "$work/key")
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
python3 "$(dirname "$0")/aws_retries.py" || fail "see above"
[ "$(ctl events --last 50 | grep -c 'anna.*CreateRule.*refused' || true)" = 1 ] || fail "$(ctl events --last 50)"
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A presigned URL reads for its time, and what it may not do it does not.
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
CHANGED=$(python3 -c 'import boto3
print(boto3.client("elbv2", endpoint_url="'"$AWS_ENDPOINT"'").create_target_group(
    Name="kept", Protocol="HTTP", Port=80)["TargetGroups"][0]["TargetGroupArn"])')
export CHANGED WRITER="$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY"
aws_use_key reader --read-only
python3 "$(dirname "$0")/aws_presigned.py" || fail "see above"
ctl groups >"$work/groups"
grep -q kept "$work/groups" || fail "a call by GET has deleted a target group"
fairlead_stop

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A flood of calls with one key is throttled, in the words of either wire, and no other key's calls
# are, nor those without one; a reload changes the limit.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) app_port=$(free_port)
app_start "$app_port" web
aws_endpoint "$port" eu-central-1
configure() {
    DIR=$work "$support/config" -t "$app_port" \
        -o 'api = { address = "127.0.0.1"; port = '"$port"'; requests_per_second = '"$1"'; };'
}
configure 1
fairlead_start
wait_for 5 aws_answers
# flood KEY-FILE OTHER-KEY-FILE: calls until it is throttled, a hundred times at most.
flood() {
    python3 - "$@" <<'END'
import os, sys
import boto3, botocore.config, botocore.exceptions

def client(service, path):
    key = dict(line.strip().split("=", 1) for line in open(path))
    return boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT"],
                        aws_access_key_id=key["AWS_ACCESS_KEY_ID"],
                        aws_secret_access_key=key["AWS_SECRET_ACCESS_KEY"],
                        config=botocore.config.Config(retries={"max_attempts": 0}))

def codes(call, count):
    for _ in range(count):
        try:
            call()
        except botocore.exceptions.ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error
            yield error.response["Error"]["Code"]

path, other = sys.argv[1:]
elbv2, ecs = client("elbv2", path), client("ecs", path)
print(next(codes(elbv2.describe_load_balancers, 100), "none"))
print(next(codes(ecs.list_clusters, 100), "none"))
print(list(codes(client("elbv2", other).describe_load_balancers, 2)))
END
}
ctl key create anna --read-only >"$work/anna"
ctl key create bob --read-only >"$work/bob"

step "a flood is throttled, and another key is not"
flood "$work/anna" "$work/bob" >"$work/out" || fail "boto3"
printf 'Throttling\nThrottlingException\n[]\n' | cmp - "$work/out" || fail "it says $(cat "$work/out")"

step "nor are calls without a key, and what is no call of an AWS API"
[ "$(curl -s -o "$work/out" -w '%{http_code}' "$AWS_ENDPOINT/" -d 'Action=DescribeLoadBalancers&Version=2015-12-01')" = 200 ] ||
    fail "$(cat "$work/out")"
for _ in 1 2 3 4 5; do
    aws_answers || fail "/v1/status is throttled"
done

step "without a limit nothing is throttled"
configure 0
ctl reload
flood "$work/anna" "$work/bob" >"$work/out" || fail "boto3"
printf 'none\nnone\n[]\n' | cmp - "$work/out" || fail "it says $(cat "$work/out")"

fairlead_stop

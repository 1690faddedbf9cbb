#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The AWS APIs as aws and boto3 use them: what the configuration file holds is shown, waiters and
# paginators work, and what is wrong or not possible is refused in AWS's words.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
command -v aws >/dev/null || skip "there is no aws (package awscli)"
python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) app_port=$(free_port) other_port=$(free_port) listen_port=$(free_port)
app_start "$app_port" web
app_start "$other_port" other
aws_endpoint "$port" eu-central-1

DIR=$work "$support/config" -t "$app_port $other_port" -c 'path = "/";' \
    -r "10 /a/* web" -n "$listen_port" -g spare -t "$app_port" \
    -o 'api = { address = "127.0.0.1"; port = '"$port"'; };'
fairlead_start
DIR=$work "$support/ready" 2
wait_for 5 aws_answers

aws_call() {
    aws --endpoint-url "$AWS_ENDPOINT" "$@"
}
# refuses CODE ARGUMENT...
refuses() {
    local code=$1
    shift
    aws_call "$@" >"$work/out" 2>&1 && fail "$* is not refused"
    grep -F "($code)" "$work/out" >/dev/null || fail "$*: $(cat "$work/out"), not $code"
}

step "who has no key reads from this machine"
aws_call --no-sign-request elbv2 describe-load-balancers >"$work/out"
jq -e '.LoadBalancers | length == 1 and .[0].State.Code == "active"' "$work/out" >/dev/null ||
    fail "it has $(cat "$work/out")"

step "each answer has its request id in a field as well"
# request_id ACTION STATUS
request_id() {
    local field body
    curl -s -m 5 -D "$work/head" -o "$work/out" "$AWS_ENDPOINT/" -d "Action=$1&Version=2015-12-01"
    grep "^HTTP/1.1 $2" "$work/head" >/dev/null || fail "$1 is answered $(cat "$work/head")"
    field=$(tr -d '\r' <"$work/head" | sed -n 's/^x-amzn-RequestId: //Ip')
    body=$(sed -n 's/.*<RequestId>\(.*\)<.RequestId>.*/\1/p' "$work/out")
    [ "${#field}" = 36 ] && [ "$field" = "$body" ] || fail "$1: $field in the head, $body in the body"
}
request_id DescribeLoadBalancers 200
request_id Nonsense 400

step "a key is known by its name, whichever region it is used in"
aws_use_key anna --read-only
[ "$(aws_call sts get-caller-identity --query Arn --output text)" = arn:aws:iam::000000000000:user/anna ] ||
    fail "it is somebody else"
case $(aws_call elbv2 describe-load-balancers --query 'LoadBalancers[0].LoadBalancerArn' --output text) in
arn:aws:elasticloadbalancing:eu-central-1:000000000000:loadbalancer/app/*) ;;
*) fail "the ARN has another region" ;;
esac
AWS_SECRET_ACCESS_KEY=wrong refuses SignatureDoesNotMatch elbv2 describe-load-balancers
AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE refuses InvalidClientTokenId elbv2 describe-load-balancers

step "waiters end"
aws_call elbv2 wait load-balancer-available
group=$(aws_call elbv2 describe-target-groups --names web --query 'TargetGroups[0].TargetGroupArn' --output text)
aws_call elbv2 wait target-in-service --target-group-arn "$group"
aws_call elbv2 wait target-deregistered --target-group-arn "$group" --targets Id=192.0.2.1,Port=1

step "what is wrong or not possible is refused"
refuses LoadBalancerNotFound elbv2 describe-load-balancers --names nobody
refuses TargetGroupNotFound elbv2 describe-target-groups --names nobody
refuses AccessDenied elbv2 delete-target-group --target-group-arn "$group"
# Clients of before 2023 do not know it.
[ "$(curl -s -o "$work/out" -w '%{http_code}' "$AWS_ENDPOINT/" -d 'Action=DescribeTrustStores&Version=2015-12-01')" = 400 ] ||
    fail "what is not built is answered: $(cat "$work/out")"
grep -F '<Code>InvalidAction</Code>' "$work/out" >/dev/null || fail "it says $(cat "$work/out")"
refuses ValidationError elbv2 describe-load-balancers --starting-token not-one
[ "$(curl -s -o "$work/out" -w '%{http_code}' "$AWS_ENDPOINT/" -d 'Action=DescribeLoadBalancers&Version=2012-06-01')" = 400 ] ||
    fail "the classic ELB is answered"
grep -F '<Code>InvalidAction</Code>' "$work/out" >/dev/null || fail "it says $(cat "$work/out")"

[ "$(curl -s -o "$work/out" -w '%{http_code}' "$AWS_ENDPOINT/" -H 'Authorization: Basic x' -d 'Action=DescribeLoadBalancers')" = 400 ] ||
    fail "an Authorization of another kind is answered"
grep -F '<Code>IncompleteSignature</Code>' "$work/out" >/dev/null || fail "it says $(cat "$work/out")"

step "JSON calls are refused in JSON"
# json_refuses CODE TARGET CURL-ARGUMENT...
json_refuses() {
    local code=$1 target=$2
    shift 2
    [ "$(curl -s -m 5 -D "$work/head" -o "$work/out" -w '%{http_code}' "$AWS_ENDPOINT/" -H "X-Amz-Target: $target" \
        -H 'Content-Type: application/x-amz-json-1.1' "$@")" = 400 ] || fail "$target is answered: $(cat "$work/head")"
    jq -e --arg code "$code" '.__type == $code and (.message | length > 0)' "$work/out" >/dev/null ||
        fail "$target: $(cat "$work/out"), not $code"
    grep -i '^Content-Type: application/x-amz-json-1.1' "$work/head" >/dev/null || fail "$(cat "$work/head")"
    grep -iE '^x-amzn-RequestId: [0-9a-f-]{36}' "$work/head" >/dev/null || fail "$(cat "$work/head")"
}
ecs=AmazonEC2ContainerServiceV20141113
json_refuses UnknownOperationException Nobody.ListClusters -d '{}'
json_refuses UnknownOperationException $ecs.Nonsense -d '{}'
json_refuses ClientException $ecs.UpdateTaskProtection -d '{}'
json_refuses MissingAuthenticationTokenException $ecs.CreateService -d '{}'
json_refuses IncompleteSignatureException $ecs.CreateService -d '{}' -H 'Authorization: Basic x'
json_refuses IncompleteSignatureException $ecs.CreateService -d '{}' -H \
    'Authorization: AWS4-HMAC-SHA256 Credential=A/20260101/r/ecs/aws4_request, SignedHeaders=host;x-amz-date, Signature='"$(printf %064d 0)"
refuses AccessDeniedException ecs create-cluster
AWS_SECRET_ACCESS_KEY=wrong refuses InvalidSignatureException ecs create-cluster
AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE refuses UnrecognizedClientException ecs create-cluster
[ "$(curl -s -o "$work/out" -w '%{http_code}' "$AWS_ENDPOINT/" -d 'Action=CreateCluster&Version=2014-11-13')" = 400 ] ||
    fail "a form is taken for ECS: $(cat "$work/out")"
grep -F '<Code>InvalidAction</Code>' "$work/out" >/dev/null || fail "it says $(cat "$work/out")"

step "boto3 shows all, page by page, and the ARNs stay over a reload"
python3 "$(dirname "$0")/aws_reads.py" "$app_port" "$other_port" >"$work/first"
ctl reload
python3 "$(dirname "$0")/aws_reads.py" "$app_port" "$other_port" >"$work/second"
cmp "$work/first" "$work/second" || fail "ARNs have changed"

fairlead_stop

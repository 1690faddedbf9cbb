#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The calls of EC2 that clients of load balancers make: the network, and security groups, which are
# stored, told and named by load balancers; aws_security_groups.sh shows whom they let in.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
command -v aws >/dev/null || skip "there is no aws (package awscli)"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) listen_port=$(free_port)
aws_endpoint "$port" us-east-1
cat >"$work/fairlead.conf" <<END
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
zones = [ "us-east-1a", "us-east-1b" ];
api = { address = "127.0.0.1"; port = $port; listener_address = "127.0.0.1"; };
END
fairlead_start
wait_for 10 aws_answers
aws_use_key anna
calls() {
    /usr/bin/python3 "$(dirname "$0")/aws_ec2.py" "$1" "$listen_port" >"$work/out" 2>&1 || fail "$1: $(tail -3 "$work/out")"
}

told() {
    ctl --json problems >"$work/problems" && grep 'its security groups limit what goes out' "$work/problems" >/dev/null
}

step "the network is told, groups are made, changed and refused"
calls make
told || fail "no problem tells that egress is not limited: $(cat "$work/problems")"
step "they are the same after a restart, and can be deleted"
fairlead_stop
fairlead_start
wait_for 10 aws_answers
told || fail "it is not told after a restart: $(cat "$work/problems")"
calls drop
! told || fail "it is told of a load balancer that is gone: $(cat "$work/problems")"

step "the command line does it as well"
group=$(aws --endpoint-url "$AWS_ENDPOINT" ec2 create-security-group --group-name cli --description d \
    --vpc-id vpc-local --query GroupId --output text)
aws --endpoint-url "$AWS_ENDPOINT" ec2 authorize-security-group-ingress --group-id "$group" \
    --protocol tcp --port 80 --cidr 10.0.0.0/8 >/dev/null
told=$(aws --endpoint-url "$AWS_ENDPOINT" ec2 describe-security-groups --group-ids "$group" \
    --query 'SecurityGroups[0].IpPermissions[0].[IpProtocol,FromPort,IpRanges[0].CidrIp]' --output text)
[ "$told" = $'tcp\t80\t10.0.0.0/8' ] || fail "it tells $told"
aws --endpoint-url "$AWS_ENDPOINT" ec2 delete-security-group --group-id "$group" >/dev/null

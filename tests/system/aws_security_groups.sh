#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whom a load balancer's security groups let in at its listeners, by connections from several
# addresses of this machine: made, changed and taken away by AWS's command line.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
. "$(dirname "$0")/../support/sources.sh"
system_begin "$@"
command -v aws >/dev/null || skip "there is no aws (package awscli)"

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

step "a load balancer's groups say who may connect, at each port"
ec2() {
    aws --endpoint-url "$AWS_ENDPOINT" ec2 "$@" >"$work/out" 2>&1 || fail "$*: $(cat "$work/out")"
}
elbv2() {
    aws --endpoint-url "$AWS_ENDPOINT" elbv2 "$@" --output text 2>"$work/out" || fail "$*: $(cat "$work/out")"
}
new_group() {
    aws --endpoint-url "$AWS_ENDPOINT" ec2 create-security-group --group-name "$1" --description d \
        --query GroupId --output text
}
allow() {
    ec2 authorize-security-group-ingress --group-id "$1" --protocol "$2" --port "$3" --cidr "$4"
}
revoke() {
    ec2 revoke-security-group-ingress --group-id "$1" --protocol "$2" --port "$3" --cidr "$4"
}
listen_on() {
    elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port "$1" --default-actions \
        'Type=fixed-response,FixedResponseConfig={StatusCode=200}' >/dev/null
}
other_port=$(free_port)
one=$(new_group one) two=$(new_group two)
balancer=$(elbv2 create-load-balancer --name shop --subnets subnet-us-east-1a subnet-us-east-1b \
    --security-groups "$one" "$two" --query 'LoadBalancers[0].LoadBalancerArn')
listen_on "$listen_port"
listen_on "$other_port"
everywhere resets 127.0.0.1 127.0.0.1 "$listen_port" || fail "groups without a rule let somebody in"
ctl listeners >"$work/listeners"
[ "$(grep -c ' nobody$' "$work/listeners")" = 2 ] || fail "$(cat "$work/listeners")"
allow "$one" tcp "$listen_port" 127.0.0.1/32
wait_for 5 everywhere lets_in 127.0.0.1 127.0.0.1 "$listen_port"
everywhere resets 127.0.0.2 127.0.0.1 "$listen_port" || fail "127.0.0.2 is let in"
everywhere resets 127.0.0.1 127.0.0.1 "$other_port" || fail "another port is open"
allow "$two" all -1 127.0.0.2/31
wait_for 5 everywhere lets_in 127.0.0.3 127.0.0.1 "$other_port"
lets_in 127.0.0.2 127.0.0.1 "$listen_port" && lets_in 127.0.0.1 127.0.0.1 "$listen_port" || fail "no union"
everywhere resets 127.0.0.1 127.0.0.1 "$other_port" || fail "another port is open"
allow "$one" udp "$other_port" 127.0.0.1/32
allow "$one" tcp "$((other_port + 1))-65535" 127.0.0.1/32
everywhere resets 127.0.0.1 127.0.0.1 "$other_port" || fail "another port or protocol opens it"
revoke "$one" tcp "$((other_port + 1))-65535" 127.0.0.1/32
ctl listeners >"$work/listeners"
grep -E " $listen_port .* 127.0.0.1/32, \+1$" "$work/listeners" >/dev/null || fail "$(cat "$work/listeners")"
! ctl --json problems | grep 'security groups' || fail "something is told that holds"

step "what is taken back holds at once, and closes nobody's connection"
keep_open 127.0.0.1 127.0.0.1 "$listen_port"
revoke "$one" tcp "$listen_port" 127.0.0.1/32
wait_for 5 everywhere resets 127.0.0.1 127.0.0.1 "$listen_port"
lets_in 127.0.0.2 127.0.0.1 "$listen_port" || fail "127.0.0.2 is not let in any more"
is_still_open || fail "an open connection has been closed"

step "groups are given and taken, and known after a restart"
elbv2 set-security-groups --load-balancer-arn "$balancer" --security-groups "$one" sg-default >/dev/null
wait_for 5 everywhere resets 127.0.0.2 127.0.0.1 "$listen_port"
fairlead_stop
fairlead_start
wait_for 10 aws_answers
everywhere resets 127.0.0.2 127.0.0.1 "$listen_port" || fail "127.0.0.2 is let in after a restart"
allow "$one" 6 "$listen_port" 127.0.0.2/32
wait_for 5 everywhere lets_in 127.0.0.2 127.0.0.1 "$listen_port"
elbv2 set-security-groups --load-balancer-arn "$balancer" --security-groups sg-default >/dev/null
wait_for 5 everywhere lets_in 127.0.0.1 127.0.0.1 "$listen_port"
lets_in 127.0.0.9 127.0.0.1 "$other_port" || fail "the default group closes a port"

step "listeners of the file that are of the load balancer are restricted too"
elbv2 set-security-groups --load-balancer-arn "$balancer" --security-groups "$two" >/dev/null
ec2 authorize-security-group-ingress --group-id "$two" --ip-permissions \
    "IpProtocol=tcp,FromPort=$listen_port,ToPort=$listen_port,Ipv6Ranges=[{CidrIpv6=::1/128}]"
with_listener() {
    sed '/^listeners/d' "$work/fairlead.conf" >"$work/new"
    echo "listeners = ( { name = \"ipv6\"; address = \"::1\"; port = $1; load_balancer = \"shop\"; $2
        default_actions = ( { type = \"fixed-response\"; status_code = \"200\"; } ); } );" | tr '\n' ' ' >>"$work/new"
    mv "$work/new" "$work/fairlead.conf"
}
with_listener "$listen_port" ''
ctl reload >"$work/out" 2>&1 || fail "$(cat "$work/out")"
wait_for 5 everywhere lets_in ::1 ::1 "$listen_port"
with_listener "$other_port" ''
ctl reload >"$work/out" 2>&1 || fail "$(cat "$work/out")"
wait_for 5 everywhere resets ::1 ::1 "$other_port"
with_listener "$other_port" 'sources = "::1";'
! ctl reload >"$work/out" 2>&1 || fail "sources beside groups are taken"
grep 'the security groups of load balancer "shop" say who may connect' "$work/out" >/dev/null || fail "$(cat "$work/out")"

step "what cannot be enforced is told"
ec2 authorize-security-group-ingress --group-id "$two" --ip-permissions \
    "IpProtocol=tcp,FromPort=$listen_port,ToPort=$listen_port,UserIdGroupPairs=[{GroupId=$one}]"
ctl --json problems >"$work/problems"
grep "$two lets other security groups or prefix lists in at port $listen_port" "$work/problems" >/dev/null ||
    fail "$(cat "$work/problems")"
ec2 revoke-security-group-ingress --group-id "$two" --ip-permissions \
    "IpProtocol=tcp,FromPort=$listen_port,ToPort=$listen_port,UserIdGroupPairs=[{GroupId=$one}]"
! ctl --json problems | grep 'security groups' || fail "it is told of what is no more"
fairlead_stop

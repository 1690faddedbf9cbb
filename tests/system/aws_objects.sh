#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Load balancers, listeners, rules, target groups and tags by API calls: what is made and what is
# refused, traffic by them, nothing lost while they change, the same after every kind of end, and
# one name space with the file.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
command -v aws >/dev/null || skip "there is no aws (package awscli)"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) app_port=$(free_port) listen_port=$(free_port)
app_start "$app_port" app
aws_endpoint "$port" us-east-1

# configure [MORE]: target groups behind the first.
configure() {
    cat >"$work/fairlead.conf" <<END
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
zones = [ "us-east-1a", "us-east-1b" ];
api = { address = "127.0.0.1"; port = $port; listener_address = "127.0.0.1"; };
load_balancer = { name = "fromfile"; };
listeners = ( { name = "http"; unix = "$work/http.sock";
    default_actions = ( { type = "fixed-response"; status_code = 404; } );
    rules = ( { priority = 5; conditions = ( { field = "path-pattern"; values = [ "/five" ]; } );
                actions = ( { type = "forward"; target_group = "filegroup"; } ); } ); } );
target_groups = ( { name = "filegroup"; }$* );
END
}
start() {
    fairlead_start
    wait_for 10 aws_answers
}
objects() {
    /usr/bin/python3 "$(dirname "$0")/aws_objects.py" "$1" "$listen_port" "$app_port" >"$work/$2" 2>&1 ||
        fail "$1: $(tail -3 "$work/$2")"
}
elbv2() {
    aws --endpoint-url "$AWS_ENDPOINT" elbv2 "$@"
}
serves() {
    curl -sf -m 5 "http://127.0.0.1:$listen_port/app2/y" | grep '^app=app ' >/dev/null
}

configure
start
aws_use_key anna

step "objects are made, changed and refused"
objects make made
sed -n '/^{/,$p' "$work/made" >"$work/wanted"

step "they are the same after a restart, after control was killed, and after a reload"
fairlead_stop
start
objects same told
diff "$work/wanted" "$work/told" >"$work/diff" || fail "after a restart: $(cat "$work/diff")"
wait_for 10 serves
group=$(elbv2 describe-target-groups --names targetweb --query 'TargetGroups[0].TargetGroupArn' --output text)
elbv2 modify-target-group --target-group-arn "$group" --health-check-path /late >/dev/null
kill -KILL "$fairlead_pid"
wait "$fairlead_pid" || true
gone() { [ -z "$(fairlead_children fairlead)" ] || ! aws_answers; }
wait_for 20 gone
start
late=$(elbv2 describe-target-groups --names targetweb --query 'TargetGroups[0].HealthCheckPath' --output text)
[ "$late" = /late ] || fail "what was answered is forgotten: $late"
elbv2 modify-target-group --target-group-arn "$group" --health-check-path / >/dev/null
ctl reload
objects same told
diff "$work/wanted" "$work/told" >"$work/diff" || fail "after all that: $(cat "$work/diff")"

step "a backup taken while it runs is what is there"
ctl backup "$work/copy" >"$work/out" || fail "no backup: $(cat "$work/out")"
grep -E '^[0-9]+ objects are copied to ' "$work/out" >/dev/null || fail "it says $(cat "$work/out")"
ctl backup "$work/copy" >/dev/null 2>&1 && fail "it is written over"
fairlead_stop
rm -f "$work/state"/objects.sqlite*
install -m 600 "$work/copy" "$work/state/objects.sqlite"
start
objects same told
diff "$work/wanted" "$work/told" >"$work/diff" || fail "after a backup: $(cat "$work/diff")"

step "a reload that brings a name of theirs is refused with both places"
configure ', { name = "targetapp"; }'
ctl reload >"$work/errors" 2>&1 && fail "the reload is accepted"
grep -F targetgroup/targetapp/ "$work/errors" >/dev/null && grep -F fairlead.conf: "$work/errors" >/dev/null ||
    fail "it says: $(cat "$work/errors")"
configure
ctl reload

step "nothing is lost while rules, groups and listeners change"
wait_for 10 serves
listener=$(elbv2 describe-listeners --load-balancer-arn \
    "$(elbv2 describe-load-balancers --names albdocker --query 'LoadBalancers[0].LoadBalancerArn' --output text)" \
    --query 'Listeners[0].ListenerArn' --output text)
load_start -r 100 -c 4 "127.0.0.1:$listen_port" /app2/load
for priority in 1 2 3; do
    rule=$(elbv2 create-rule --listener-arn "$listener" --priority "$priority" \
        --conditions Field=path-pattern,Values=/app2/* --actions Type=forward,TargetGroupArn="$group" \
        --query 'Rules[0].RuleArn' --output text)
    elbv2 modify-target-group-attributes --target-group-arn "$group" \
        --attributes Key=load_balancing.algorithm.type,Value=least_outstanding_requests >/dev/null
    elbv2 modify-listener --listener-arn "$listener" --default-actions Type=forward,TargetGroupArn="$group" >/dev/null
    elbv2 delete-rule --rule-arn "$rule"
done
load_stop
[ "$(load_count failed)" = 0 ] || fail "requests are lost"
[ "$(load_count ok)" -gt 20 ] || fail "there was no load"

step "who may not, does not"
aws_use_key reader --read-only
elbv2 delete-target-group --target-group-arn "$group" >"$work/out" 2>&1 && fail "a read-only key deletes"
grep -F '(AccessDenied)' "$work/out" >/dev/null || fail "it says $(cat "$work/out")"
elbv2 --no-sign-request delete-target-group --target-group-arn "$group" >"$work/out" 2>&1 && fail "nobody deletes"
grep -F '(MissingAuthenticationToken)' "$work/out" >/dev/null || fail "it says $(cat "$work/out")"
aws_use_key bert

step "all of it can be deleted, and ports close"
objects drop dropped
refuses() { ! curl -s -m 2 -o /dev/null "http://127.0.0.1:$listen_port/"; }
wait_for 5 refuses
[ "$(ctl --json listeners | jq '.Listeners | length')" = 1 ] || fail "a listener is left"

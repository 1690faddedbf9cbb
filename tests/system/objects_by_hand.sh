#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Objects beside the file, made, changed and deleted by fairleadctl: in the file's words, judged by
# its checks, at once in force, there after a restart, and the same that ELBv2's calls show.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

other=$(free_port) app=$(free_port) console=$(free_port)
app_start "$app" one
DIR=$work "$support/make_certificate" own ec own.test
DIR=$work "$support/config" -t "$app" -s "certificates = ( { certificate = \"$work/own.pem\"; private_key = \"$work/own.key\"; } );" -o "api = { address = \"127.0.0.1\"; port = $console; listener_address = \"127.0.0.1\"; };"
fairlead_start
main=$(ctl --json listeners | jq -r '.Listeners[0].ListenerName')

# refuses WORDS ARGUMENT...: exit 1, and these words among what is said.
refuses() {
    local words=$1 status=0
    shift
    ctl "$@" >"$work/out" 2>&1 || status=$?
    [ $status = 1 ] || fail "$*: exit $status: $(cat "$work/out")"
    grep -F -- "$words" "$work/out" >/dev/null || fail "$*: $(cat "$work/out"), not $words"
}
# signed STATUS WORDS METHOD PATH [BODY]: a call with a key over the api role, and how it is answered.
signed() {
    local status=$1 words=$2 method=$3 got
    got=$("$support/signed" "$method" "http://127.0.0.1:$console$4" --key "$key" --output "$work/out" "${@:5}") ||
        fail "no answer to $method $4 ${*:5}"
    [ "$got" = "$status" ] || fail "$method $4 ${*:5}: $got, not $status: $(cat "$work/out")"
    grep -F -- "$words" "$work/out" >/dev/null || fail "$method $4 ${*:5}: $(cat "$work/out"), not $words"
}
# names_no_file KIND NAME SETTINGS: a key may not give these.
names_no_file() {
    signed 409 "$4: names a file of the machine" POST /v1/objects/create "{\"Kind\":\"$1\",\"Name\":\"$2\",\"Set\":$3}"
}
key=$(ctl --json key create anna | jq -r '.AccessKeyId + ":" + .SecretAccessKey')
step "made"
ctl create target-group shop --set protocol=HTTP --set port=80 --set health_check.path=/index.php \
    --set health_check.interval_seconds=5 --set health_check.timeout_seconds=2 | grep -x 'target group shop is created' >/dev/null ||
    fail "nothing is said"
ctl create rule "$main/10" --set 'conditions=[{"field":"path-pattern","values":["/shop","/shop/*"]}]' \
    --set 'actions=[{"type":"forward","target_group":"shop"}]' >/dev/null
ctl register shop "127.0.0.1:$app" >/dev/null
wait_for 10 targets_are shop 1
curl -sf --unix-socket "$work/http.sock" http://fairlead/shop/x | grep '^app=one' >/dev/null || fail "the rule is not met"
ctl create load-balancer inner >/dev/null
ctl create listener inner-http --set load_balancer=inner --set protocol=HTTP --set "port=$other" \
    --set 'default_actions=[{"type":"fixed-response","fixed_response_config":{"status_code":"418","message_body":"tea"}}]' >/dev/null
[ "$(curl -s "http://127.0.0.1:$other/")" = tea ] || fail "the listener does not answer"

step "where things come from"
ctl groups -o wide | grep -E '^shop .* API: fairleadctl' >/dev/null || fail "$(ctl groups -o wide)"
ctl rules -o wide | grep -F "fairlead.conf:" >/dev/null || fail "$(ctl rules -o wide)"

step "changed"
ctl change target-group shop --set health_check.path=/other.php --set health_check.interval_seconds= --set health_check.timeout_seconds= >/dev/null
ctl --json groups | jq -e '.TargetGroups[] | select(.TargetGroupName == "shop") | .HealthCheckPath == "/other.php"' >/dev/null ||
    fail "it is not changed"
ctl change rule "$main/10" --set 'conditions=[{"field":"path-pattern","values":["/store"]}]' >/dev/null
not_met() {
    ctl --json explain http://fairlead/shop/x | jq -e ".Priority == \"default\""
}
wait_for 5 not_met

step "refused, in the file's words"
refuses 'is defined in' change target-group web --set port=81
refuses 'is defined in' delete listener "$main"
refuses 'There is no target group nobody' change target-group nobody --set port=81
refuses 'health_check' change target-group shop --set health_check.pth=/x
refuses 'port' change target-group shop --set port=70000
refuses 'is not SETTING=VALUE' change target-group shop --set port
refuses 'There is a target group shop already' create target-group shop --set protocol=HTTP --set port=80
refuses 'is defined in' create target-group web --set port=81
refuses 'name cannot be given' change target-group shop --set name=store
refuses 'rules cannot be given' change listener inner-http --set 'rules=[]'
refuses 'priority cannot be given' create rule "$main/11" --set priority=12
refuses 'port.x: what stands above it is no group' change target-group shop --set port.x=1
targets_are shop 1 || fail "a refused create has taken the targets of the group that is there"
refuses 'LISTENER/PRIORITY' create rule "$main" --set 'actions=[]'
refuses 'LISTENER/PRIORITY' create rule "$main/ 7" --set 'actions=[]'
refuses 'is load-balancer, target-group' create thing x
refuses "Target group 'shop' is currently in use by a listener or a rule" delete target-group shop
status=0
ctl create target-group >"$work/out" 2>&1 || status=$?
[ $status = 2 ] || fail "a name is missing, and the exit status $status"

step "by a key over the api role"
signed 200 'target group far is created' POST /v1/objects/create '{"Kind":"target-group","Name":"far","Set":["port=81"]}'
jq -e '.Settings == {"name": "far", "port": 81}' "$work/out" >/dev/null || fail "its settings are not told: $(cat "$work/out")"
signed 200 '"MadeBy": "anna"' GET '/v1/objects?kind=target-group&name=far'
signed 409 'is defined in' GET '/v1/objects?kind=target-group&name=web'
signed 404 'There is no rule' GET "/v1/objects?kind=rule&name=$main%2F99"
ctl events --kind key | grep -F 'key anna: objects/create target-group far, from' >/dev/null || fail "$(ctl events --kind key)"
for set in '[1]' '[null]' '{}' '"port=81"'; do
    signed 400 'Set must be' POST /v1/objects/change '{"Kind":"target-group","Name":"far","Set":'"$set"'}'
done
signed 400 'Kind must be a text' POST /v1/objects/change '{"Kind":1,"Name":"far"}'
names_no_file listener sock '["unix='"$work"'/other.sock"]' unix
names_no_file target-group tls '["attributes.target_tls.ca='"$work"'/fairlead.conf"]' attributes.target_tls.ca
names_no_file target-group tls '["attributes={\"target_tls.ca\":\"/x\"}"]' attributes.target_tls.ca
names_no_file listener tls '["certificates=[{\"certificate\":\"'"$work"'/fairlead.conf\"}]"]' certificates
names_no_file listener tls '["certificates=[{\"certificate\":\"'"$work"'/own.pem\",\"private_key\":\"/x\"}]"]' certificates
names_no_file listener tls '["certificates=[{\"certificate\":\"'"$work"'/own.pem\"}]"]' certificates
signed 200 'listener tls is created' POST /v1/objects/create '{"Kind":"listener","Name":"tls","Set":["protocol=HTTPS","port='"$(free_port)"'",
    "certificates=[{\"certificate\":\"'"$work"'/own.pem\",\"private_key\":\"'"$work"'/own.key\"}]",
    "default_actions=[{\"type\":\"forward\",\"target_group\":\"web\"}]"]}'
ctl delete listener tls >/dev/null
[ ! -e "$work/other.sock" ] || fail "the socket is there"
ctl delete target-group far >/dev/null

step "what is protected is not deleted"
arn=$(ctl --json create load-balancer guarded | jq -r .Arn)
protect() {
    local got
    got=$("$support/signed" POST "http://127.0.0.1:$console/" --key "$key" --service elasticloadbalancing --output "$work/out" \
        --header content-type:application/x-www-form-urlencoded "Action=ModifyLoadBalancerAttributes&Version=2015-12-01&LoadBalancerArn=$(jq -rn --arg arn "$arn" '$arn | @uri')&Attributes.member.1.Key=deletion_protection.enabled&Attributes.member.1.Value=$1")
    [ "$got" = 200 ] || fail "protection is not $1: $got $(cat "$work/out")"
}
protect true
refuses 'because deletion protection is enabled' delete load-balancer guarded
protect false
ctl delete load-balancer guarded >/dev/null

step "there after a restart, and deleted"
fairlead_stop
fairlead_start
ctl --json groups | jq -e '.TargetGroups[] | select(.TargetGroupName == "shop")' >/dev/null || fail "it is forgotten"
[ "$(curl -s "http://127.0.0.1:$other/")" = tea ] || fail "the listener is forgotten"
ctl delete rule "$main/10" >/dev/null
ctl delete target-group shop >/dev/null
ctl create rule inner-http/5 --set 'conditions=[{"field":"path-pattern","values":["/x"]}]' \
    --set 'actions=[{"type":"forward","target_group":"web"}]' >/dev/null
ctl delete load-balancer inner >/dev/null
ctl --json listeners | jq -e '[.Listeners[].ListenerName] | sort == ["http", "https"]' >/dev/null || fail "its listener is there still"
! ctl --json groups | jq -e '.TargetGroups[] | select(.TargetGroupName == "shop")' >/dev/null || fail "it is there still"
fairlead_stop

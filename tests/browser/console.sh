#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The console in a real browser, against a real fairlead: three applications, one of which falls ill
# and is well again, a task with a hostile name, a group without targets, a key and a read-only key.
# What is looked at stands in test_console.py, test_changes.py and test_access.py.
. "$(dirname "$0")/../support/system.sh"
browser=$(cd "$(dirname "$0")" && pwd)
system_begin "$@"

python=/usr/bin/python3 # Debian's own, which sees Debian's selenium
[ -x $python ] || skip "python3 is missing"
$python "$browser/stage.py" >"$work/missing" || skip "$(cat "$work/missing")"

step "fairlead and its applications"
declare -A port
for name in one two three hostile; do
    port[$name]=$(free_port)
    app_start "${port[$name]}" "$name" -u "$work/$name.sick"
done
mkdir "$work/tasks.d"
cat >"$work/tasks.d/hostile.json" <<END
{ "id": "h1", "service": "web", "name": "<img src=x onerror=\"document.title='run'\">\u202e",
  "image": "<script>document.title='run'</script>", "last_status": "RUNNING", "desired_status": "RUNNING",
  "started_at": "2026-03-04T10:15:31.000Z", "bindings": [ { "container_port": 80,
  "host_ip": "127.0.0.1", "host_port": ${port[hostile]}, "protocol": "tcp" } ] }
END
api_port=$(free_port)
DIR=$work "$support/config" -t "${port[one]} ${port[two]} ${port[three]}" \
    -c 'path = "/index.php"; interval_milliseconds = 250; timeout_milliseconds = 200; unhealthy_threshold_count = 2;' \
    -g spare -r '10 /spare/* spare' -o "
api = { address = \"127.0.0.1\"; port = $api_port; };
services = ( { name = \"web\"; target_group = \"web\"; container_port = 80; } );
providers = ( { type = \"file\"; directory = \"$work/tasks.d\"; } );"
fairlead_start
wait_for 10 targets_are web 4
ctl key create anna >"$work/anna.key"
ctl key create viewer --read-only >"$work/viewer.key"

step "a task definition"
. "$support/aws.sh"
aws_endpoint "$api_port" us-east-1
aws_use_key maker
aws --endpoint-url "$AWS_ENDPOINT" ecs register-task-definition --family taskweb --container-definitions \
    '[ { "name": "app", "image": "app", "memory": 64, "portMappings": [ { "containerPort": 80 } ] } ]' >/dev/null
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY

step "the browser"
export HOME=$work FAIRLEAD=$fairlead FAIRLEADCTL=$fairleadctl WORK=$work API_PORT=$api_port FAIRLEAD_PID=$fairlead_pid
export PORT_ONE=${port[one]} PORT_TWO=${port[two]} PORT_SPARE; PORT_SPARE=$(free_port)
PYTHONDONTWRITEBYTECODE=1 timeout 280 $python -m unittest discover -v -s "$browser" 2>&1 || fail "in the browser"

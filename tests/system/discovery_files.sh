#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The file provider: files that come, change, break, are swapped and go; a directory that is not
# there. Each change is seen at once, not by the poll.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/probe.sh"
system_begin "$@"

directory=$work/tasks.d
task() {
    echo "{\"id\": \"$1\", \"service\": \"srvweb\", \"host\": \"127.0.0.1\",
           \"bindings\": [{\"container_port\": 80, \"host_port\": $2}]}"
}

step "a directory that is not there is said, and found when it comes"
probe_start file "$directory"
wait_for_status "connected=0 .*error=directory $directory: No such file or directory: create it"
mkdir "$directory"
task one 8001 >"$directory/one.json"
expect "^listed one .*:8001->80/tcp status=RUNNING" 7
expect "^set count=1"
wait_for_status "connected=1 .*error=-"

step "files that come, change and go"
echo "[$(task two 8002), $(task three 8003)]" >"$directory/many.json"
expect "^set count=3 changes=2" 2
task one 8011 >"$directory/.one.json.new"
mv "$directory/.one.json.new" "$directory/one.json"
expect "^listed one .*:8011->" 2
rm "$directory/many.json"
expect "^missing (two|three)" 2
expect "^set count=1" 2

step "a bad file: its reason, and its last good content stays"
echo '{ "id": ' >"$directory/one.json"
expect "^listed one .*:8011->" 2
wait_for 2 grep -q "^problem one.json: not JSON" "$work/probe.out"
task one 8012 >"$directory/one.json"
expect "^listed one .*:8012->" 2
wait_for 2 grep -q "^problem one.json: solved" "$work/probe.out"

step "an id that is given twice: the first file wins"
task one 8099 >"$directory/second.json"
wait_for 2 grep -q "^problem second.json: task one is given before" "$work/probe.out"
rm "$directory/second.json"
wait_for 2 grep -q "^problem second.json: solved" "$work/probe.out"

step "links that are swapped, as orchestrators do with configuration volumes"
mkdir "$directory/..1" "$directory/..2"
task linked 8021 >"$directory/..1/linked.json"
task linked 8022 >"$directory/..2/linked.json"
ln -s ..1 "$directory/..data"
ln -s ..data/linked.json "$directory/linked.json"
expect "^listed linked .*:8021->" 2
ln -s ..2 "$directory/..new"
mv -T "$directory/..new" "$directory/..data"
expect "^listed linked .*:8022->" 2

step "a directory that goes: everything stays"
look_ahead
mv "$directory" "$work/away"
wait_for_status "connected=0 .*keeping what is known" 7
expect_no "^(missing|gone)"
mv "$work/away" "$directory"
rm "$directory/linked.json"
expect "^missing linked" 7
wait_for_status "connected=1 .*missed=0 .*error=-"
probe_stop

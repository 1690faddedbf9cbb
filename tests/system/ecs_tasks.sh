#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tasks that stand alone, of several containers: dependsOn, health checks, links, volumes, essential
# ones and others, exit codes and reasons, overrides, lists and waiters (ecs_tasks.py); nothing of
# them is left but what is kept for its output, and that goes, too, with its volumes.
. "$(dirname "$0")/../support/system.sh"
. "$support/aws.sh"
. "$support/docker.sh"
. "$support/ecs.sh"
system_begin "$@"
ecs_check
busybox=$(command -v busybox) || skip "there is no busybox"
docker_begin

# A shell with what it needs, in an image.
mkdir -p "$work/root/bin" "$work/root/tmp"
cp "$busybox" "$work/root/bin/"
for library in $(ldd "$busybox" 2>/dev/null | grep -o '/lib[^ ]*'); do
    cp -L --parents "$library" "$work/root/"
done
for word in sh sleep echo test; do
    ln -s busybox "$work/root/bin/$word"
done
tar -C "$work/root" -c . | docker import - box >/dev/null

api=$(free_port) port=$(free_port)
ecs_config "$api" "$(ecs_instance i-a us-east-1a), $(ecs_instance i-b us-east-1b)" "stopped_task_keep_milliseconds = 20000;"
ecs_begin "$api" "$port"
python3 "$(dirname "$0")/ecs_tasks.py" || fail "see above"

step "nothing is left"
ecs_containers_are 0 || fail "$(docker ps)"
is_clean() {
    [ -z "$(docker ps -aq)" ] && [ -z "$(docker volume ls -q)" ]
}
wait_for 40 is_clean
[ "$(ctl --json problems | jq '.Problems | length')" = 0 ] || fail "$(ctl problems)"
fairlead_stop

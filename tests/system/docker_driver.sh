#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a driver does with a real engine: an ECS task's container from its image in a registry to
# its removal, whatever its definition says, and how each failure is told.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
. "$support/probe.sh"
. "$support/registry.sh"
system_begin "$@"
command -v docker-registry >/dev/null || skip "docker-registry is missing"
docker_begin
port=$(free_port)
registry_start "$port"
image=127.0.0.1:$port/shop/app
docker tag app "$image:1"
docker push -q "$image:1" >/dev/null
docker rmi "$image:1" >/dev/null

arn=arn:aws:ecs:us-east-1:000000000000:task/erp/0123456789abcdef0123456789abcdef
# task CONTAINER [MORE]: a task with the containers app and side; more members of it.
task() {
    jq -n --arg container "$1" --arg image "$image:1" --arg arn "$arn" --argjson more "${2:-null}" '
{ container: $container, cluster: "erp", taskArn: $arn, service: "shop",
  taskDefinition: { family: "web", revision: 7,
    volumes: [ { name: "data" }, { name: "host", host: { sourcePath: "'"$work"'/record" } } ],
    containerDefinitions: [
      { name: "app", image: $image, command: ["-n", "app"], cpu: 128, memory: 64,
        memoryReservation: 32, portMappings: [ { containerPort: 80 } ],
        environment: [ { name: "A", value: "1" } ], stopTimeout: 3, user: "0:0",
        mountPoints: [ { sourceVolume: "data", containerPath: "/data" },
                       { sourceVolume: "host", containerPath: "/record", readOnly: true } ],
        healthCheck: { command: ["CMD", "/recording_app", "-e", "/recording_app"], interval: 5 },
        ulimits: [ { name: "nofile", softLimit: 512, hardLimit: 1024 } ],
        dnsServers: ["10.0.0.53"], dnsSearchDomains: ["shop.test"],
        extraHosts: [ { hostname: "db", ipAddress: "10.0.0.5" } ],
        dockerSecurityOptions: ["no-new-privileges"], readonlyRootFilesystem: true,
        systemControls: [ { namespace: "net.core.somaxconn", value: "256" } ],
        linuxParameters: { initProcessEnabled: true, sharedMemorySize: 8, maxSwap: 16,
          capabilities: { add: ["NET_ADMIN"], drop: ["MKNOD"] },
          devices: [ { hostPath: "/dev/null", containerPath: "/dev/nothing" } ],
          tmpfs: [ { containerPath: "/run", size: 4, mountOptions: ["noexec"] } ] },
        dockerLabels: { mine: "1", "fairlead.managed": "0" },
        logConfiguration: { logDriver: "awslogs",
          options: { "awslogs-group": "/shop", "awslogs-stream-prefix": "ecs" } } },
      { name: "side", image: $image, links: ["app:web"], hostname: "side",
        command: ["-n", "side"],
        volumesFrom: [ { sourceContainer: "app", readOnly: true } ], interactive: true } ] } }
| . * ($more // {})' >"$work/task.json"
}
# What an act that was well has answered, by a filter.
answer() {
    grep "^$1 ok" "$work/probe.out" | tail -n 1 | sed "s/^$1 ok //" | jq -r "$2"
}
inspect() {
    probe inspect "$1"
    expect "^inspect ok"
    answer inspect "$2"
}
# is WHAT VALUE EXPECTED
is() {
    [ "$2" = "$3" ] || fail "$1 is \"$2\", not \"$3\""
}

mkfifo "$work/probe.in"
: >"$work/probe.out"
"$helpers/driver_probe" "unix://$work/docker.sock" <"$work/probe.in" >>"$work/probe.out" 2>>"$work/fairlead.log" &
probe_pid=$!
system_at_end kill -KILL $probe_pid
exec 8>"$work/probe.in"
seen=0
expect "^hint"

step "an image from a registry"
probe pull "$image:none"
expect "^pull refused unix:.*manifest.*unknown|^pull not-found unix:.*manifest.*unknown"
probe pull "127.0.0.1:1/app"
expect "^pull refused unix:.*refused"
probe image "$image:1"
expect "^image not-found"
probe pull "$image:1"
expect "^pull ok"
probe image "$image:1"
expect "^image ok"
probe info
expect "^info ok"
is "cores" "$(answer info .NCPU)" "$(nproc --all)"

step "a container that says everything"
task app
probe volumes "$work/task.json"
expect "^volumes ok"
probe create "$work/task.json"
expect "^create ok"
app=$(answer create .Id)
probe start "$app"
expect "^start ok"
expect "^hint"
probe start "$app"
expect "^start ok"
[ "$(inspect "$app" '[.Config.Labels["fairlead.managed"], .Config.Labels["fairlead.service"],
    .Config.Labels["com.amazonaws.ecs.task-arn"], .Config.Labels.mine,
    .Config.Labels["fairlead.log-stream"]] | join(" ")')" = \
    "1 shop $arn 1 ecs/app/${arn##*/}" ] || fail "labels: $(answer inspect .Config.Labels)"
is image "$(answer inspect .Config.Image)" "$image:1"
is memory "$(answer inspect .HostConfig.Memory)" $((64 * 1024 * 1024))
is shares "$(answer inspect .HostConfig.CpuShares)" 128
is health "$(answer inspect '.Config.Healthcheck.Test | join(" ")')" "CMD /recording_app -e /recording_app"
is restart "$(answer inspect .HostConfig.RestartPolicy.Name)" no
is log "$(answer inspect .HostConfig.LogConfig.Type)" json-file
is binds "$(answer inspect '.HostConfig.Binds | join(" ")')" \
    "ecs-web-7-data-${arn##*/}:/data $work/record:/record:ro"
is device "$(answer inspect '.HostConfig.Devices[0].PathInContainer')" /dev/nothing
is address "$(answer inspect '.NetworkSettings.Ports["80/tcp"][0].HostIp')" 127.0.0.1
url=http://127.0.0.1:$(answer inspect '.NetworkSettings.Ports["80/tcp"][0].HostPort')
wait_for 10 curl -sf -o "$work/page" "$url/"
grep "app=app" "$work/page" >/dev/null || fail "another program answers: $(cat "$work/page")"

step "its output and what it takes"
curl -s -o /dev/null -X POST -H "X-Request-Id: one" "$url/"
curl -s -o /dev/null -X POST -H "X-Request-Id: two" "$url/"
probe logs "$app" 100
expect "^logs ok"
[ "$(answer logs '[.[] | select(.stream == "stdout").text] | join(" ")')" = \
    "begin one app done one app begin two app done two app" ] || fail "logs: $(answer logs .)"
[ "$(answer logs '.[0].time' | cut -c1-4)" = "$(date -u +%Y)" ] || fail "no time: $(answer logs .)"
probe logs "$app" 1
expect "^logs ok"
is lines "$(answer logs length)" 1
probe stats "$app"
expect "^stats ok"
[ "$(answer stats .memory_stats.usage)" -gt 0 ] || fail "no memory: $(answer stats .)"

step "another one of the task, with links and volumes of the first"
task side "{\"ids\": {\"app\": \"$app\"}}"
probe create "$work/task.json"
expect "^create ok"
side=$(answer create .Id)
probe start "$side"
expect "^start ok"
inspect "$side" '.HostConfig.Links[0]' >"$work/link"
grep '/web$' "$work/link" >/dev/null || fail "links: $(cat "$work/link")"
is "volumes from" "$(answer inspect '.HostConfig.VolumesFrom[0]')" "$app:ro"
probe list
expect "^list ok"
is managed "$(answer list length)" 2

step "signals, stops, and what is told of them"
look_ahead
probe kill "$side" SIGKILL
expect "^kill ok"
expect "^hint"
probe kill "$side" SIGKILL
expect "^kill conflict .*is not running"
look_ahead
probe stop "$app" 5
expect "^stop ok"
expect "^hint"
probe stop "$app" 5
expect "^stop ok"
probe list
expect "^list ok"
is "ended ones too" "$(answer list '[.[].State] | unique | join(" ")')" exited

step "failures"
probe start ffff
expect "^start not-found .*No such container"
probe rename "$side" "$(inspect "$app" .Name | tr -d /)"
expect "^rename conflict .*already in use"
task app "{\"taskDefinition\": {\"containerDefinitions\": [{\"name\": \"app\", \"image\": \"$image:1\",
    \"portMappings\": [{\"containerPort\": 80, \"hostPort\": $port}]}]}}"
probe create "$work/task.json"
expect "^create ok"
taken=$(answer create .Id)
probe start "$taken"
expect "^start refused .*(already allocated|already in use)"
probe remove "$taken" 0
expect "^remove ok"
task app '{"taskDefinition": {"containerDefinitions": [{"name": "app", "image": "nowhere:1"}]}}'
probe create "$work/task.json"
expect "^create not-found .*No such image"

step "a call that is cancelled"
look_ahead
docker start "$app" >/dev/null
probe stop "$app" 0
expect "^stop ok"
look_ahead
probe pull "$image:1"
probe cancel
probe info
expect "^info ok"
expect_no "^pull"

step "nothing stays"
probe remove "$side" 3
expect "^remove ok"
probe remove "$app" 2
expect "^remove ok"
expect "^hint"
task app
[ "$(docker volume ls -q | wc -l)" = 1 ] || fail "volumes: $(docker volume ls)"
probe forget-volumes "$work/task.json"
expect "^forget-volumes ok"
[ "$(docker volume ls -q | wc -l)" = 0 ] || fail "volumes: $(docker volume ls)"

step "an engine that goes while it acts, and comes back"
docker run -d --name deaf --label fairlead.managed=1 -v "$work/record:/record" app -n deaf -i >/dev/null
look_ahead
probe stop deaf 60
dockerd_stop
expect "^stop unreachable|^stop ok"
probe info
expect "^info unreachable .*no such socket|^info unreachable .*nobody listens"
dockerd_start
expect "^hint"
probe list
expect "^list ok"
is "still there" "$(answer list '.[0].Names[0]')" /deaf
registry_stop

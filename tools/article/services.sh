# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Section 2: a cluster of four instances in two zones, images in repositories, task definitions, and
# services behind the load balancer. Sourced by demo-article.

declare -A desired=([web]=4 [app1]=2 [app2]=2)
definition_arn=arn:aws:ecs:us-east-1:000000000000:task-definition

make_cluster() {
    run aws ecs create-cluster --cluster-name "$cluster"
    is "the cluster is active" '.cluster | .clusterName == "'"$cluster"'" and .status == "ACTIVE"'
    is "it has its ARN" '.cluster.clusterArn == "arn:aws:ecs:us-east-1:000000000000:cluster/'"$cluster"'"'
    run aws ecs list-container-instances --cluster "$cluster"
    is "four container instances are in it" '.containerInstanceArns | length == 4'
    mapfile -t container_instances < <(of '.containerInstanceArns[]')
    run aws ecs describe-container-instances --cluster "$cluster" --container-instances "${container_instances[@]}"
    is "they are active, and their agents connected" '.failures == [] and (.containerInstances | length == 4) and all(.containerInstances[]; .status == "ACTIVE" and .agentConnected)'
    is "two of them are in each zone" '[.containerInstances[].attributes[] | select(.name == "ecs.availability-zone").value] | sort == ["us-east-1a", "us-east-1a", "us-east-1b", "us-east-1b"]'
    is "all of their memory is free" 'all(.containerInstances[]; .remainingResources == .registeredResources and any(.remainingResources[]; .name == "MEMORY" and .integerValue == 2048))'
    is "no task runs on them" 'all(.containerInstances[]; .runningTasksCount == 0 and .pendingTasksCount == 0)'
    run aws ecs describe-clusters --clusters "$cluster"
    is "the cluster counts them" '.clusters[0] | .registeredContainerInstancesCount == 4 and .activeServicesCount == 0 and .runningTasksCount == 0'
}

push_images() {
    local application uri
    run aws ecr get-login-password
    check "there is a password" test "$(wc -c <"$work/answer")" -gt 16
    printf '\n$ aws ecr get-login-password | docker login --username AWS --password-stdin %s\n' "$registry"
    check "docker logs in with it" login
    for application in $applications; do
        run aws ecr create-repository --repository-name "$application"
        is "the repository $application is made" '.repository | .repositoryName == "'"$application"'" and .repositoryUri == "'"$registry/$application"'" and (.repositoryArn | endswith(":repository/'"$application"'"))'
        uri=$(of .repository.repositoryUri)
        run docker tag "article-$application:1" "$uri:1"
        run docker push -q "$uri:1"
        check "$application:1 is pushed" test ! -s "$work/error"
    done
    run aws ecr list-images --repository-name web
    is "the repository has it" '[.imageIds[].imageTag] == ["1"] and (.imageIds[0].imageDigest | startswith("sha256:"))'
}

login() {
    aws --endpoint-url "$endpoint" ecr get-login-password | docker login --username AWS --password-stdin "$registry"
}

# register APPLICATION VERSION
register() {
    jq -n --arg image "$registry/$1:$2" '[{name: "dockerweb", image: $image, cpu: 64, memory: 128, essential: true,
        portMappings: [{containerPort: 80, hostPort: 0, protocol: "tcp"}]}]' >"$work/task$1.json"
    (
        cd "$work" || exit
        run aws ecs register-task-definition --family "task$1" --network-mode bridge --container-definitions "file://task$1.json"
    )
}

register_definitions() {
    local application
    for application in $applications; do
        register "$application" 1
        is "task$application:1 is active" '.taskDefinition | .taskDefinitionArn == "'"$definition_arn/task$application"':1" and .family == "task'"$application"'" and .revision == 1 and .status == "ACTIVE"'
        is "its container is dockerweb, of its image" '.taskDefinition.containerDefinitions | length == 1 and .[0].name == "dockerweb" and .[0].image == "'"$registry/$application"':1" and .[0].memory == 128 and .[0].essential'
        is "its host port is for the engine to choose" '.taskDefinition | .networkMode == "bridge" and .containerDefinitions[0].portMappings == [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}]'
    done
    run aws ecs list-task-definitions
    is "three definitions are listed" '.taskDefinitionArns | length == 3 and (index("'"$definition_arn"'/taskapp2:1") != null)'
    run aws ecs describe-task-definition --task-definition taskweb
    is "taskweb is its newest revision" '.taskDefinition.taskDefinitionArn == "'"$definition_arn"'/taskweb:1"'
}

make_services() {
    local application
    for application in $applications; do
        run aws ecs create-service --cluster "$cluster" --service-name "srv$application" --task-definition "task$application" \
            --desired-count "${desired[$application]}" --launch-type EC2 \
            --placement-strategy 'type=spread,field=attribute:ecs.availability-zone' 'type=spread,field=instanceId' \
            --load-balancers "targetGroupArn=${groups[target$application]},containerName=dockerweb,containerPort=80"
        is "srv$application is active" '.service | .serviceName == "srv'"$application"'" and .status == "ACTIVE" and .serviceArn == "arn:aws:ecs:us-east-1:000000000000:service/'"$cluster/srv$application"'"'
        is "${desired[$application]} tasks of task$application:1 are wanted" '.service | .desiredCount == '"${desired[$application]}"' and .taskDefinition == "'"$definition_arn/task$application"':1" and .launchType == "EC2"'
        is "they are registered in target$application" '.service.loadBalancers | length == 1 and .[0].targetGroupArn == "'"${groups[target$application]}"'" and .[0].containerName == "dockerweb" and .[0].containerPort == 80'
        is "they are spread over zones, then instances" '[.service.placementStrategy[] | .field] == ["attribute:ecs.availability-zone", "instanceId"]'
        is "its one deployment has begun" '.service.deployments | length == 1 and .[0].status == "PRIMARY" and .[0].rolloutState == "IN_PROGRESS" and (.[0].id | test("^ecs-svc/[0-9]{19}$"))'
    done
    stable srvweb srvapp1 srvapp2
    run aws ecs describe-services --cluster "$cluster" --services srvweb srvapp1 srvapp2
    is "all of them run" '.failures == [] and [.services[] | .runningCount] == [4, 2, 2] and all(.services[]; .pendingCount == 0)'
    is "their deployments are completed" 'all(.services[].deployments[]; .rolloutState == "COMPLETED" and .failedTasks == 0)'
    is "their events say so" 'all(.services[]; any(.events[]; .message | endswith("has reached a steady state.")) and any(.events[]; .message | test("has started [0-9]+ tasks: \\(task ")))'
    is "their events tell of the registrations" 'all(.services[]; any(.events[]; .message | test("registered [0-9]+ targets in \\(target-group arn:")))'
}

# is_stable SERVICE...: as the waiter sees it, and all targets healthy as well.
is_stable() {
    ask aws ecs describe-services --cluster "$cluster" --services "$@"
    holds '(.services | length == '$#') and all(.services[]; (.deployments | length == 1) and .runningCount == .desiredCount and .deployments[0].rolloutState == "COMPLETED")'
}

# The waiter looks each 15 s only; so it is called when there is something to see.
stable() {
    within 90 is_stable "$@" || true
    run aws ecs wait services-stable --cluster "$cluster" --services "$@"
    check "$* stable" test ! -s "$work/error"
}

# tasks_of SERVICE: asks for its tasks; the answer is describe-tasks'.
tasks_of() {
    run aws ecs list-tasks --cluster "$cluster" --service-name "$1"
    mapfile -t tasks < <(of '.taskArns[]')
    [ ${#tasks[@]} -gt 0 ] || return 0
    run aws ecs describe-tasks --cluster "$cluster" --tasks "${tasks[@]}"
}

balanced='[.tasks[].availabilityZone] | group_by(.) | length == 2 and (map(length) | max - min <= 1)'

look_at_tasks() {
    local application
    for application in $applications; do
        tasks_of "srv$application"
        is "srv$application has ${desired[$application]} running tasks" '.failures == [] and (.tasks | length == '"${desired[$application]}"') and all(.tasks[]; .lastStatus == "RUNNING" and .desiredStatus == "RUNNING" and .group == "service:srv'"$application"'")'
        is "their containers have host ports of their own" '[.tasks[].containers[0].networkBindings[0]] | all(.containerPort == 80 and .hostPort > 1023) and ([.[].hostPort] | unique | length == '"${desired[$application]}"')'
        is "the zones are balanced" "$balanced"
        is "no two of them are on one instance" '[.tasks[].containerInstanceArn] | length == (unique | length) and all(inside("'"${container_instances[*]}"'"))'
        run aws elbv2 wait target-in-service --target-group-arn "${groups[target$application]}"
        run aws elbv2 describe-target-health --target-group-arn "${groups[target$application]}"
        is "target$application has them, all healthy" '.TargetHealthDescriptions | length == '"${desired[$application]}"' and all(.TargetHealth.State == "healthy")'
        is "targets are instances of the cluster, at these ports" 'all(.TargetHealthDescriptions[]; (.Target.Id | startswith("i-")) and .Target.Port > 1023)'
    done
    first=$(of '.TargetHealthDescriptions[0].Target | "Id=\(.Id),Port=\(.Port)"')
    run aws elbv2 describe-target-health --target-group-arn "${groups[targetapp2]}" --targets "$first"
    is "one target is found by instance and port" '.TargetHealthDescriptions | length == 1 and .[0].TargetHealth.State == "healthy" and "Id=\(.[0].Target.Id),Port=\(.[0].Target.Port)" == "'"$first"'"'
    run aws ecs describe-container-instances --cluster "$cluster" --container-instances "${container_instances[@]}"
    is "each instance runs two tasks" 'all(.containerInstances[]; .runningTasksCount == 2)'
    is "their memory is taken" 'all(.containerInstances[].remainingResources[] | select(.name == "MEMORY"); .integerValue == 2048 - 2 * 128)'
    check "the engine runs eight containers for it" containers_are 8
}

containers_are() {
    docker ps --filter label=fairlead.managed=1 --filter "label=com.amazonaws.ecs.cluster=$cluster" --format '{{.Names}}' >"$work/containers"
    cat "$work/containers"
    [ "$(wc -l <"$work/containers")" = "$1" ]
}

# served PATH PATTERN CONTAINERS: each answer has the form, from so many containers in turn.
served() {
    curl -s "$site$1?[1-40]" >"$work/pages"
    sort "$work/pages" | uniq -c
    ! grep -vE "$2" "$work/pages" && [ "$(sort -u "$work/pages" | wc -l)" = "$3" ]
}

look_through_balancer() {
    printf '\n$ curl %s/\n%s\n' "$site" "$(curl -s "$site/")"
    check "/ is web, by all four tasks" served / '^web 1 ' 4
    printf '\n$ curl %s/app1/index.php\n%s\n' "$site" "$(curl -s "$site/app1/index.php")"
    check "/app1/index.php is app1, by both tasks" served /app1/index.php '^app1 1 ' 2
    printf '\n$ curl %s/app2/\n%s\n' "$site" "$(curl -s "$site/app2/")"
    check "/app2/ is app2, by both tasks" served /app2/ '^app2 1 ' 2
}

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# What happens to services from day to day, while clients ask: more and fewer tasks, a container that
# dies, a new revision, a task that is stopped. Sourced by demo-article.

scale_a_service() {
    load_begin /app1/
    run aws ecs update-service --cluster "$cluster" --service srvapp1 --desired-count 4
    is "four tasks are wanted" '.service.desiredCount == 4'
    is "that is no new deployment" '.service.deployments | length == 1'
    stable srvapp1
    tasks_of srvapp1
    is "four tasks run, balanced over the zones" '(.tasks | length == 4) and ('"$balanced"')'
    run aws elbv2 describe-target-health --target-group-arn "${groups[targetapp1]}"
    is "four targets are healthy" '[.TargetHealthDescriptions[] | select(.TargetHealth.State == "healthy")] | length == 4'
    check "all four answer" served /app1/ '^app1 1 ' 4
    run aws ecs update-service --cluster "$cluster" --service srvapp1 --desired-count 2
    is "two tasks are wanted" '.service.desiredCount == 2'
    stable srvapp1
    check "two targets are left" within 60 targets_are targetapp1 2
    load_end
    tasks_of srvapp1
    is "two tasks run, one in each zone" '(.tasks | length == 2) and ('"$balanced"')'
    check "no request was lost by it: $(wc -l <"$work/codes") requests" all_answered 50
    run aws ecs describe-services --cluster "$cluster" --services srvapp1
    is "the events tell of it" 'any(.services[0].events[]; .message | test("has stopped [0-9]+ running tasks")) and any(.services[0].events[]; .message | test("deregistered [0-9]+ targets in"))'
}

targets_are() {
    ask aws elbv2 describe-target-health --target-group-arn "${groups[$1]}"
    holds '.TargetHealthDescriptions | length == '"$2"' and all(.TargetHealth.State == "healthy")'
}

# A container that dies may cost what it had in hand, and nothing else.
lose_a_container() {
    local task container
    tasks_of srvapp2
    task=$(of '.tasks[0].taskArn')
    container=$(of '.tasks[0].containers[0].runtimeId')
    run docker kill "$container"
    check "the other one answers at once" served /app2/ '^app2 1 ' 1
    check "another task is started in its place" within 60 replaced "$task" srvapp2
    stable srvapp2
    run aws ecs describe-tasks --cluster "$cluster" --tasks "$task"
    is "the task that lost it is stopped, and says why" '.tasks[0] | .lastStatus == "STOPPED" and .stopCode == "EssentialContainerExited" and .stoppedReason == "Essential container in task exited" and .containers[0].exitCode == 137'
    check "two targets are healthy again" within 60 targets_are targetapp2 2
    check "both answer" served /app2/ '^app2 1 ' 2
}

# replaced TASK SERVICE: whether the service has two running tasks without that one.
replaced() {
    ask aws ecs list-tasks --cluster "$cluster" --service-name "$2"
    holds '.taskArns | length == 2 and index("'"$1"'") == null'
}

roll_a_revision() {
    local before
    tasks_of srvweb
    before=$(of '[.tasks[].taskArn] | join(" ")')
    run docker tag article-web:2 "$registry/web:2"
    run docker push -q "$registry/web:2"
    check "web:2 is pushed" test ! -s "$work/error"
    register web 2
    is "it is revision 2 of taskweb" '.taskDefinition | .revision == 2 and .taskDefinitionArn == "'"$definition_arn"'/taskweb:2"'
    load_begin /
    run aws ecs update-service --cluster "$cluster" --service srvweb --task-definition taskweb:2
    is "the service is to run it" '.service.taskDefinition == "'"$definition_arn"'/taskweb:2"'
    is "a deployment begins, and the other one goes on" '[.service.deployments[].status] == ["PRIMARY", "ACTIVE"]'
    stable srvweb
    check "all targets are of the new one" within 60 targets_are targetweb 4
    load_end
    check "no request was lost by it: $(wc -l <"$work/codes") requests" all_answered 50
    run aws ecs describe-services --cluster "$cluster" --services srvweb
    is "one deployment is left, completed" '.services[0].deployments | length == 1 and .[0].rolloutState == "COMPLETED" and .[0].taskDefinition == "'"$definition_arn"'/taskweb:2" and .[0].runningCount == 4'
    tasks_of srvweb
    is "all tasks are of revision 2" 'all(.tasks[]; .taskDefinitionArn == "'"$definition_arn"'/taskweb:2")'
    is "the zones are balanced" "$balanced"
    check "the new pages are served, by four tasks" served / '^web 2 ' 4
    # shellcheck disable=SC2086
    run aws ecs describe-tasks --cluster "$cluster" --tasks $before
    is "the tasks of revision 1 are stopped by the scheduler" '.tasks | length == 4 and all(.lastStatus == "STOPPED" and .stopCode == "ServiceSchedulerInitiated")'
}

stop_a_task() {
    local task
    tasks_of srvapp2
    task=$(of '.tasks[0].taskArn')
    load_begin /app2/
    run aws ecs stop-task --cluster "$cluster" --task "$task" --reason "to see what happens"
    is "its end is wanted" '.task | .taskArn == "'"$task"'" and .desiredStatus == "STOPPED"'
    check "another one takes its place" within 60 replaced "$task" srvapp2
    stable srvapp2
    load_end
    check "no request was lost by it: $(wc -l <"$work/codes") requests" all_answered 20
    run aws ecs wait tasks-stopped --cluster "$cluster" --tasks "$task"
    run aws ecs describe-tasks --cluster "$cluster" --tasks "$task"
    is "it says who stopped it" '.tasks[0] | .lastStatus == "STOPPED" and .stopCode == "UserInitiated" and .stoppedReason == "to see what happens"'
}

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the calls of ECS tell of container instances, clusters and task definitions that tasks are
# using on a real engine: what is left, what cannot be deleted, and what goes on without its
# definition.
. "$(dirname "$0")/../support/system.sh"
. "$support/aws.sh"
. "$support/docker.sh"
. "$support/ecs.sh"
system_begin "$@"
ecs_check
docker_begin

api=$(free_port) port=$(free_port) fixed=$(free_port)
ecs_config "$api" "$(ecs_instance i-a us-east-1a), $(ecs_instance i-b us-east-1b '' ' ')"
ecs_begin "$api" "$port"

# has JQ-EXPRESSION ARGUMENT...
has() {
    local expression=$1
    shift
    ecs "$@" >"$work/out" || fail "$* is refused"
    jq -e "$expression" "$work/out" >/dev/null || fail "$*: $(cat "$work/out"), not $expression"
}
# refuses CODE ARGUMENT...
refuses() {
    local code=$1
    shift
    ecs "$@" >"$work/out" 2>&1 && fail "$* is not refused"
    grep -F "($code)" "$work/out" >/dev/null || fail "$*: $(cat "$work/out"), not $code"
}
# instance NAME: its ARN, in $arn, and what is told of it, in $work/instance.
instance() {
    local arns
    arns=$(ecs list-container-instances --query 'containerInstanceArns' --output text)
    # shellcheck disable=SC2086
    ecs describe-container-instances --container-instances $arns >"$work/instances"
    jq --arg name "$1" '.containerInstances[] | select(.ec2InstanceId == $name)' "$work/instances" >"$work/instance"
    arn=$(jq -r .containerInstanceArn "$work/instance")
}
# instance_has NAME JQ-EXPRESSION
instance_has() {
    instance "$1"
    jq -e 'def resource($list; $name): $list[] | select(.name == $name) | .integerValue // .stringSetValue;
        '"$2" "$work/instance" >/dev/null
}

step "an instance has what is configured, or what its engine has"
wait_for 10 instance_has i-a '.agentConnected'
wait_for 10 instance_has i-b 'resource(.registeredResources; "CPU") >= 1024 and resource(.registeredResources; "MEMORY") > 100'
instance_has i-a 'resource(.registeredResources; "CPU") == 4096 and .registeredResources == .remainingResources' ||
    fail "i-a is $(cat "$work/instance")"
case $(uname -m) in aarch64) machine=arm64 ;; *) machine=$(uname -m) ;; esac
[ "$(ecs list-container-instances --filter "attribute:ecs.cpu-architecture == $machine" --query 'length(containerInstanceArns)')" = 2 ] ||
    fail "no instance is a $machine: $(cat "$work/instances")"

step "what a task takes is not left, ports among it, and is left again"
ecs register-task-definition --family solo --container-definitions '[ { "name": "app", "image": "app", "cpu": 100, "memory": 64,
    "command": [ "-n", "solo" ], "portMappings": [ { "containerPort": 80, "hostPort": '"$fixed"' } ] } ]' >/dev/null
instance i-a
task=$(ecs start-task --container-instances "$arn" --task-definition solo --tags key=team,value=a --query 'tasks[0].taskArn' --output text)
ecs wait tasks-running --tasks "$task"
instance_has i-a '.runningTasksCount == 1 and .pendingTasksCount == 0 and
    resource(.remainingResources; "CPU") == 3996 and resource(.remainingResources; "MEMORY") == 8192 - 64 and
    (resource(.remainingResources; "PORTS") | index("'"$fixed"'") != null) and
    (resource(.registeredResources; "PORTS") | index("'"$fixed"'") == null)' || fail "i-a is $(cat "$work/instance")"
[ "$(ecs list-container-instances --filter 'runningTasksCount == 1' --query 'containerInstanceArns[0]' --output text)" = "$arn" ] ||
    fail "the filter does not find it"
has '.clusters[0] | .runningTasksCount == 1 and .registeredContainerInstancesCount == 2' describe-clusters
refuses ClusterContainsTasksException delete-cluster --cluster default
has '.tags == [{"key": "team", "value": "a"}]' list-tags-for-resource --resource-arn "$task"
ecs tag-resource --resource-arn "$task" --tags key=team,value=b
has '.tasks[0].tags == [{"key": "team", "value": "b"}]' describe-tasks --tasks "$task" --include TAGS
has '.tasks[0].tags == []' describe-tasks --tasks "$task"
refuses InvalidParameterException run-task --task-definition solo --tags key=aws:x,value=a
ecs stop-task --task "$task" >/dev/null
ecs wait tasks-stopped --tasks "$task"
wait_for 10 instance_has i-a '.runningTasksCount == 0 and .registeredResources == .remainingResources'
refuses ClusterContainsContainerInstancesException delete-cluster --cluster default

step "a service keeps its cluster and its definition"
ecs_register web >/dev/null
ecs_create srv web 2 --tags key=team,value=c --propagate-tags SERVICE
wait_for 20 ecs_is_steady srv 2 1
has '.clusters[0] | .activeServicesCount == 1 and .runningTasksCount == 2' describe-clusters
refuses ClusterContainsServicesException delete-cluster --cluster default
one=$(ecs list-tasks --service-name srv --query 'taskArns[0]' --output text)
has '.tasks[0].tags == [{"key": "team", "value": "c"}]' describe-tasks --tasks "$one" --include TAGS
has '.tags == [{"key": "team", "value": "c"}]' list-tags-for-resource --resource-arn "$one"
service=$(ecs describe-services --services srv --query 'services[0].serviceArn' --output text)
ecs tag-resource --resource-arn "$service" --tags key=team,value=a
has '.services[0].tags == [{"key": "team", "value": "a"}]' describe-services --services srv --include TAGS
ecs untag-resource --resource-arn "$service" --tag-keys team
has '.tags == []' list-tags-for-resource --resource-arn "$service"

step "its deployment is told as a service deployment, and as a revision"
# raw OPERATION INPUT JQ-EXPRESSION: of calls that Debian's clients do not know yet.
raw() {
    curl -s -m 5 "$AWS_ENDPOINT/" -H "X-Amz-Target: AmazonEC2ContainerServiceV20141113.$1" \
        -H 'Content-Type: application/x-amz-json-1.1' -d "$2" >"$work/out"
    jq -e "$3" "$work/out" >/dev/null || fail "$1 $2: $(cat "$work/out"), not $3"
}
raw ListServiceDeployments '{"service": "srv", "maxResults": 1}' '.serviceDeployments | length == 1 and .[0].status == "SUCCESSFUL"'
deployment=$(jq '.serviceDeployments[0].serviceDeploymentArn' "$work/out")
revision=$(jq '.serviceDeployments[0].targetServiceRevisionArn' "$work/out")
raw ListServiceDeployments '{"service": "srv", "status": ["IN_PROGRESS"]}' '.serviceDeployments == []'
raw ListServiceDeployments '{"service": "srv", "createdAt": {"before": 1700000000}}' '.serviceDeployments == []'
raw ListServiceDeployments '{"service": "srv", "createdAt": {"after": 1700000000}}' '.serviceDeployments | length == 1'
raw ListServiceDeployments '{"service": "none"}' '.__type == "ServiceNotFoundException"'
raw ListServiceDeployments '{"service": "srv", "cluster": "none"}' '.__type == "ClusterNotFoundException"'
raw ListServiceDeployments '{"service": "srv", "nextToken": "x"}' '.__type == "InvalidParameterException"'
raw DescribeServiceDeployments '{"serviceDeploymentArns": ['"$deployment"', "none", '"$revision"']}' '(.failures | length == 2) and
    (.serviceDeployments[0] | .status == "SUCCESSFUL" and .targetServiceRevision.runningTaskCount == 2 and .sourceServiceRevisions == []
        and .finishedAt >= .startedAt)'
raw DescribeServiceRevisions '{"serviceRevisionArns": ['"$revision"', "arn:aws:ecs:r:1:service-revision/default/srv/1"]}' '(.failures | length == 1) and
    (.serviceRevisions[0] | .containerImages[0].containerName == "dockerweb" and (.taskDefinition | endswith("web:1")) and
        (.loadBalancers | length == 1))'
raw DescribeServiceRevisions '{"serviceRevisionArns": []}' '.__type == "InvalidParameterException"'

step "fairlead starts again beside it, and its containers run on"
docker ps -q --no-trunc --filter label=fairlead.managed=1 | sort >"$work/before"
fairlead_stop
fairlead_start
wait_for 10 aws_answers
wait_for 20 ecs_is_steady srv 2 1
docker ps -q --no-trunc --filter label=fairlead.managed=1 | sort >"$work/after"
diff "$work/before" "$work/after" || fail "containers were replaced"

step "it goes on with a definition that is deregistered and deleted"
ecs deregister-task-definition --task-definition web:1 >/dev/null
python3 - <<'END' || fail "web:1 is not deleted"
import os
import boto3
ecs = boto3.client("ecs", endpoint_url=os.environ["AWS_ENDPOINT"])
if hasattr(ecs, "delete_task_definitions"):
    assert ecs.delete_task_definitions(taskDefinitions=["web:1"])["taskDefinitions"][0]["status"] == "DELETE_IN_PROGRESS"
END
ecs_register other >/dev/null
docker kill "$(docker ps -q --filter label=fairlead.managed=1 | head -1)" >/dev/null
two_again() { ecs_is_steady srv 2 1 && ecs_containers_are 2; }
wait_for 40 two_again
has '.taskDefinition.status != "ACTIVE"' describe-task-definition --task-definition web:1
refuses ClientException create-service --service-name more --task-definition web:1 --desired-count 1

step "an empty cluster can be deleted"
ecs delete-service --service srv --force >/dev/null
ecs wait services-inactive --services srv
wait_for 20 ecs_containers_are 0
has '.clusters[0] | .activeServicesCount == 0 and .runningTasksCount == 0' describe-clusters
ecs create-cluster --cluster-name side >/dev/null
has '.cluster.status == "INACTIVE"' delete-cluster --cluster side

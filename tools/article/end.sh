# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# All of it is taken away again, and nothing is left. Sourced by demo-article.

delete_services() {
    local application
    run aws ecs delete-service --cluster "$cluster" --service srvweb
    check "a service with tasks is not deleted just so" refused InvalidParameterException
    for application in $applications; do
        run aws ecs update-service --cluster "$cluster" --service "srv$application" --desired-count 0
    done
    is "no task of srvapp2 is wanted" '.service.desiredCount == 0'
    for application in $applications; do
        run aws ecs delete-service --cluster "$cluster" --service "srv$application"
        is "srv$application is going" '.service.status == "DRAINING" or .service.status == "INACTIVE"'
    done
    within 90 are_inactive || true
    run aws ecs wait services-inactive --cluster "$cluster" --services srvweb srvapp1 srvapp2
    check "they are gone" test ! -s "$work/error"
    run aws ecs list-services --cluster "$cluster"
    is "no service is left" '.serviceArns == []'
    run aws ecs list-tasks --cluster "$cluster"
    is "no task is left" '.taskArns == []'
    for application in $applications; do
        run aws ecs deregister-task-definition --task-definition "task$application:1"
        is "task$application:1 is inactive" '.taskDefinition.status == "INACTIVE"'
    done
    run aws ecs deregister-task-definition --task-definition taskweb:2
    run aws ecs list-task-definitions
    is "no definition is active" '.taskDefinitionArns == []'
}

are_inactive() {
    ask aws ecs describe-services --cluster "$cluster" --services srvweb srvapp1 srvapp2
    holds 'all(.services[]; .status == "INACTIVE")'
}

delete_balancer() {
    local group
    run aws elbv2 delete-target-group --target-group-arn "${groups[targetweb]}"
    check "a target group of a listener is not deleted" refused ResourceInUse
    run aws elbv2 delete-listener --listener-arn "$listener"
    run aws elbv2 describe-listeners --load-balancer-arn "$balancer"
    is "the listener is gone" '.Listeners == []'
    check "its port is closed" port_is_closed
    run aws elbv2 delete-load-balancer --load-balancer-arn "$balancer"
    run aws elbv2 wait load-balancers-deleted --load-balancer-arns "$balancer"
    check "the load balancer is gone" test ! -s "$work/error"
    for group in targetweb targetapp1 targetapp2; do
        run aws elbv2 delete-target-group --target-group-arn "${groups[$group]}"
        check "$group is deleted" test ! -s "$work/error"
    done
    run aws ec2 delete-security-group --group-id "$security_group"
    check "the security group is deleted" test ! -s "$work/error"
}

port_is_closed() {
    ! curl -s -m 2 -o /dev/null "$site/"
}

delete_images() {
    local application
    run aws ecr delete-repository --repository-name web
    check "a repository with images is not deleted just so" refused RepositoryNotEmptyException
    for application in $applications; do
        run aws ecr delete-repository --repository-name "$application" --force
        is "the repository $application is deleted" '.repository.repositoryName == "'"$application"'"'
    done
}

find_nothing() {
    run aws elbv2 describe-load-balancers
    is "no load balancer is left" '.LoadBalancers == []'
    run aws elbv2 describe-target-groups
    is "no target group is left" '.TargetGroups == []'
    run aws ecr describe-repositories
    is "no repository is left" '.repositories == []'
    run aws ecs describe-container-instances --cluster "$cluster" --container-instances "${container_instances[@]}"
    is "the instances are free again" 'all(.containerInstances[]; .runningTasksCount == 0 and .remainingResources == .registeredResources)'
    check "no container runs" containers_are 0
    run aws ecs delete-cluster --cluster "$cluster"
    is "the cluster is deleted" '.cluster.status == "INACTIVE"'
    run aws ecs list-clusters
    is "it is not listed any more" '.clusterArns | index("arn:aws:ecs:us-east-1:000000000000:cluster/'"$cluster"'") == null'
}

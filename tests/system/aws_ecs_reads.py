# SPDX-License-Identifier: Apache-2.0
"""aws_ecs_reads.py: reads with boto3 what aws_ecs_reads.sh has set up."""
import datetime
import os

import boto3

ECS = boto3.client("ecs", endpoint_url=os.environ["AWS_ENDPOINT"])
START = "arn:aws:ecs:eu-central-1:000000000000:"
SHOP = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def pages(operation, member, **arguments):
    """All elements, one a page."""
    found = []
    for page in ECS.get_paginator(operation).paginate(
            PaginationConfig={"PageSize": 1}, **arguments):
        assert len(page[member]) <= 1, page
        found += page[member]
    return found


def fails(code, call, **arguments):
    try:
        call(**arguments)
    except ECS.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error
        assert len(error.response["ResponseMetadata"]["RequestId"]) == 36, error
    else:
        raise AssertionError("no %s" % code)


def clusters():
    arns = pages("list_clusters", "clusterArns")
    assert arns == [START + "cluster/default", START + "cluster/shop"], arns
    answer = ECS.describe_clusters(clusters=arns + ["shop", "nowhere"], include=["STATISTICS", "SETTINGS", "TAGS"])
    default, shop, again = answer["clusters"]
    assert again == shop and default["runningTasksCount"] == 2 and shop["runningTasksCount"] == 1, answer
    assert default["activeServicesCount"] == 2 and default["status"] == "ACTIVE", default
    assert {"name": "runningEC2TasksCount", "value": "2"} in default["statistics"], default
    assert default["settings"] and default["tags"] == [], default
    assert answer["failures"] == [{"arn": START + "cluster/nowhere", "reason": "MISSING"}], answer
    assert ECS.describe_clusters()["clusters"][0]["clusterName"] == "default"
    assert ECS.describe_clusters()["clusters"][0]["statistics"] == []


def services():
    arns = pages("list_services", "serviceArns")
    assert arns == [START + "service/default/idle", START + "service/default/web"], arns
    answer = ECS.describe_services(services=arns + ["nobody"])
    idle, web = answer["services"]
    assert [one["reason"] for one in answer["failures"]] == ["MISSING"], answer
    assert idle["runningCount"] == 0 and web["runningCount"] == 2, answer
    assert web["deployments"][0]["rolloutState"] == "COMPLETED", web
    assert isinstance(web["createdAt"], datetime.datetime), web
    assert "networkConfiguration" not in web and "taskDefinition" not in web, web
    other = ECS.describe_services(cluster="shop", services=["web", "idle"])
    assert [one["serviceName"] for one in other["services"]] == ["idle"], other  # web's tasks are elsewhere
    assert pages("list_services", "serviceArns", launchType="FARGATE") == []
    return web


def tasks(web):
    arns = pages("list_tasks", "taskArns", serviceName="web")
    assert len(arns) == 2 and arns == sorted(arns), arns
    assert pages("list_tasks", "taskArns") == arns
    assert pages("list_tasks", "taskArns", family="web") == arns
    assert pages("list_tasks", "taskArns", family="batch") == []
    assert pages("list_tasks", "taskArns", startedBy=web["deployments"][0]["id"]) == arns
    assert pages("list_tasks", "taskArns", serviceName="idle") == []
    assert pages("list_tasks", "taskArns", desiredStatus="STOPPED") == []
    answer = ECS.describe_tasks(tasks=arns + ["0" * 32])
    assert answer["failures"] == [{"arn": START + "task/default/" + "0" * 32, "reason": "MISSING"}], answer
    one = answer["tasks"][0]
    assert one["group"] == "service:web" and one["lastStatus"] == "RUNNING", one
    assert one["desiredStatus"] == "RUNNING" and one["healthStatus"] == "HEALTHY", one
    assert one["startedAt"].timestamp() == 1772619331.25, one
    assert one["availabilityZone"] == "local-a" and one["version"] == 1, one
    container, = one["containers"]
    assert container["name"] == "app" and container["image"] == "shop/web:7", container
    binding, = container["networkBindings"]
    assert binding["containerPort"] == 80 and binding["bindIP"] == "127.0.0.1", binding
    assert {task["containers"][0]["runtimeId"] for task in answer["tasks"]} == {"one", "two"}, answer
    ECS.get_waiter("tasks_running").wait(tasks=[arn.rsplit("/", 1)[1] for arn in arns])
    return one


def task_of_shop():
    arn, = pages("list_tasks", "taskArns", cluster="shop")
    assert arn == START + "task/shop/" + SHOP, arn
    for name in (SHOP, arn, "arn:aws:ecs:eu-west-1:123456789012:task/shop/" + SHOP):
        task, = ECS.describe_tasks(cluster="shop", tasks=[name])["tasks"]
        assert task["taskArn"] == arn and task["group"] == "family:batch", task
    main, side = task["containers"]
    assert main["name"] == "main" and side["networkBindings"][0]["protocol"] == "udp", task
    assert task["version"] == 3 and "startedBy" not in task, task
    assert ECS.describe_tasks(tasks=[arn])["failures"], "a task of another cluster is there"


def instances(task):
    arn, = pages("list_container_instances", "containerInstanceArns")
    assert arn == task["containerInstanceArn"], arn
    answer = ECS.describe_container_instances(containerInstances=[arn, "x"])
    one, = answer["containerInstances"]
    assert one["ec2InstanceId"] == "127.0.0.1" and one["runningTasksCount"] == 2, one
    assert one["status"] == "ACTIVE" and one["agentConnected"], one
    assert len(answer["failures"]) == 1, answer
    assert len(pages("list_tasks", "taskArns", containerInstance=arn)) == 2
    assert pages("list_container_instances", "containerInstanceArns", status="DRAINING") == []


def main():
    clusters()
    web = services()
    task = tasks(web)
    task_of_shop()
    instances(task)
    for arn in (web["serviceArn"], web["clusterArn"], task["taskArn"], task["containerInstanceArn"]):
        assert ECS.list_tags_for_resource(resourceArn=arn)["tags"] == []
    fails("InvalidParameterException", ECS.describe_tasks, tasks=[])
    fails("InvalidParameterException", ECS.describe_services, services=["a"] * 11)
    fails("InvalidParameterException", ECS.list_tasks, maxResults=101)
    fails("InvalidParameterException", ECS.list_tasks, desiredStatus="SLEEPING")
    fails("AccessDeniedException", ECS.run_task, taskDefinition="web")
    ECS.get_waiter("services_stable").wait(services=["web"])


main()

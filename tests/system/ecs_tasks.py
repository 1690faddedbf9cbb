# SPDX-License-Identifier: Apache-2.0
"""Tasks of several containers, for ecs_tasks.sh: what waits for what, ends, volumes, overrides."""

import os

import boto3

ECS = boto3.client("ecs", endpoint_url=os.environ["AWS_ENDPOINT"])
PATIENCE = {"Delay": 1, "MaxAttempts": 150}


def container(name, line, **more):
    return {"name": name, "image": "box", "memory": 32, "stopTimeout": 2, "command": ["sh", "-c", line], **more}


def register(family, *containers, **more):
    ECS.register_task_definition(family=family, containerDefinitions=list(containers), **more)


def run(family, **more):
    answer = ECS.run_task(taskDefinition=family, startedBy="me", **more)
    assert not answer["failures"], answer
    return [task["taskArn"] for task in answer["tasks"]]


def task(arn):
    return ECS.describe_tasks(tasks=[arn])["tasks"][0]


def containers(arn):
    return {one["name"]: one for one in task(arn)["containers"]}


def wait(name, *arns):
    ECS.get_waiter(name).wait(tasks=list(arns), WaiterConfig=PATIENCE)


def depends(condition, name):
    return {"containerName": name, "condition": condition}


def waits_for_others():
    register("deps", container("init", "sleep 1; exit 0", essential=False),
             container("db", "sleep 1; echo ok >/ok; exec sleep 1000",
                       healthCheck={"command": ["CMD-SHELL", "test -f /ok"], "interval": 5, "timeout": 2, "retries": 5}),
             container("web", "exec sleep 1000", links=["db:database"], dependsOn=[depends("SUCCESS", "init"), depends("HEALTHY", "db")]))
    [one] = run("deps")
    wait("tasks_running", one)
    told = containers(one)
    assert task(one)["healthStatus"] == "HEALTHY", task(one)
    assert (told["init"]["lastStatus"], told["init"]["exitCode"]) == ("STOPPED", 0), told
    assert told["db"]["lastStatus"] == told["web"]["lastStatus"] == "RUNNING", told
    return one


def fails_with_what_it_waits_for():
    register("fails", container("init", "exit 3", essential=False), container("web", "exec sleep 1000", dependsOn=[depends("SUCCESS", "init")]))
    [one] = run("fails")
    wait("tasks_stopped", one)
    assert task(one)["stopCode"] == "TaskFailedToStart", task(one)
    assert containers(one)["init"]["exitCode"] == 3, task(one)
    assert "reason" in containers(one)["web"], task(one)


def ends_with_an_essential_one():
    register("ends", container("side", "exec sleep 1000", essential=False), container("main", "sleep 1; exit 7"))
    [one] = run("ends")
    wait("tasks_stopped", one)
    assert task(one)["stopCode"] == "EssentialContainerExited", task(one)
    assert task(one)["stoppedReason"] == "Essential container in task exited", task(one)
    assert containers(one)["main"]["exitCode"] == 7, task(one)
    assert containers(one)["side"]["lastStatus"] == "STOPPED", task(one)


def shares_a_volume():
    register("share", container("writer", "echo hello >/data/f; exec sleep 1000", mountPoints=[{"sourceVolume": "v", "containerPath": "/data"}]),
             container("reader", "until test -f /data/f; do sleep 1; done; exit 5", volumesFrom=[{"sourceContainer": "writer"}], essential=False),
             volumes=[{"name": "v"}])
    [one] = run("share")
    wait("tasks_running", one)
    return one


def is_overridden():
    arns = run("ends", count=2, group="batch", overrides={"containerOverrides": [
        {"name": "main", "command": ["sh", "-c", "exit $CODE"], "environment": [{"name": "CODE", "value": "9"}]}]})
    assert len(arns) == 2
    wait("tasks_stopped", *arns)
    for one in arns:
        assert containers(one)["main"]["exitCode"] == 9, task(one)
        assert (task(one)["group"], task(one)["startedBy"]) == ("batch", "me"), task(one)


def listed(**filters):
    return [arn for page in ECS.get_paginator("list_tasks").paginate(**filters) for arn in page["taskArns"]]


def main():
    waiting = waits_for_others()
    fails_with_what_it_waits_for()
    ends_with_an_essential_one()
    sharing = shares_a_volume()
    is_overridden()
    assert sorted(listed(startedBy="me")) == sorted([waiting, sharing]), listed(startedBy="me")
    assert listed(family="deps") == [waiting]
    assert len(listed(desiredStatus="STOPPED")) == 4, listed(desiredStatus="STOPPED")
    answer = ECS.run_task(taskDefinition="deps", placementConstraints=[{"type": "memberOf", "expression": "attribute:none exists"}])
    assert answer["tasks"] == [] and answer["failures"][0]["reason"] == "ATTRIBUTE", answer
    for one in (waiting, sharing):
        assert ECS.stop_task(task=one, reason="done")["task"]["desiredStatus"] == "STOPPED"
    wait("tasks_stopped", waiting, sharing)
    assert (task(waiting)["stopCode"], task(waiting)["stoppedReason"]) == ("UserInitiated", "done"), task(waiting)


main()

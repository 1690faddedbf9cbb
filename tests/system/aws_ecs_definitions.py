# SPDX-License-Identifier: Apache-2.0
"""aws_ecs_definitions.py make|same|storm FILE|after FILE: ECS's objects by boto3.

make: makes, changes and is refused, with every code; leaves some objects, and prints all that
Describe calls tell of them. same: prints that again. storm: registers revisions until nobody
answers, and notes those that it was told of; after: these are there, and no number comes again.
"""
import json
import os
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

MODE = sys.argv[1]
ecs = boto3.client("ecs", endpoint_url=os.environ["AWS_ENDPOINT"],
                   config=Config(retries={"max_attempts": 2}, parameter_validation=False))
START = "arn:aws:ecs:us-east-1:000000000000:"
WEB = {"name": "web", "image": "shop/web:1", "memory": 128, "portMappings": [{"containerPort": 80}]}


def operation(name):
    """A call of one that this boto3 may not know yet."""
    def call(**arguments):
        request = AWSRequest("POST", os.environ["AWS_ENDPOINT"] + "/", data=json.dumps(arguments), headers={
            "X-Amz-Target": "AmazonEC2ContainerServiceV20141113." + name, "Content-Type": "application/x-amz-json-1.1"})
        SigV4Auth(boto3.Session().get_credentials(), "ecs", "us-east-1").add_auth(request)
        sent = urllib.request.Request(request.url, request.data.encode(), dict(request.headers))
        try:
            with urllib.request.urlopen(sent, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            told = json.load(error)
            raise ClientError({"Error": {"Code": told["__type"], "Message": told["message"]},
                               "ResponseMetadata": {"HTTPStatusCode": error.code}}, name) from error
    return call


def refused(code, call, **arguments):
    """The message of a call that is refused with that code."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code, f"{arguments}: {found}, wanted {code}"
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, found
        return found["Message"]
    raise AssertionError(f"{arguments}: not refused with {code}: {answer}")


def pages(operation, member, size, **arguments):
    """All elements, so many a page."""
    found = []
    for page in ecs.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **arguments):
        assert len(page[member]) <= size, page
        found += page[member]
    return found


def as_dict(tags):
    return {tag["key"]: tag["value"] for tag in tags}


def registering():
    register, describe = ecs.register_task_definition, ecs.describe_task_definition
    answer = register(family="web", containerDefinitions=[WEB], tags=[{"key": "team", "value": "a"}])
    one = answer["taskDefinition"]
    assert one["taskDefinitionArn"] == START + "task-definition/web:1", one
    assert one["revision"] == 1 and one["status"] == "ACTIVE" and one["compatibilities"] == ["EC2"], one
    assert one["registeredBy"].endswith(":user/anna") and one["registeredAt"].year > 2000, one
    assert one["volumes"] == [] and one["placementConstraints"] == [] and "networkMode" not in one, one
    assert one["containerDefinitions"] == [{
        "name": "web", "image": "shop/web:1", "memory": 128, "cpu": 0, "essential": True,
        "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}],
        "environment": [], "mountPoints": [], "volumesFrom": [], "systemControls": []}], one
    assert as_dict(answer["tags"]) == {"team": "a"}, answer
    two = register(family="web", networkMode="bridge", cpu="1 vCPU", memory="1GB", containerDefinitions=[
        dict(WEB, memory=256), {"name": "side", "image": "shop/side", "memoryReservation": 64, "essential": False,
                                "healthCheck": {"command": ["CMD-SHELL", "true"]}}])["taskDefinition"]
    assert two["revision"] == 2 and two["cpu"] == "1024" and two["memory"] == "1024", two
    assert {"name": "com.amazonaws.ecs.capability.container-health-check"} in two["requiresAttributes"], two
    for name, revision in (("web", 2), ("web:1", 1), (one["taskDefinitionArn"], 1),
                           ("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2", 2)):
        assert describe(taskDefinition=name)["taskDefinition"]["revision"] == revision, name
    assert "tags" not in describe(taskDefinition="web:1")
    assert as_dict(describe(taskDefinition="web:1", include=["TAGS"])["tags"]) == {"team": "a"}
    for name in ("nobody", "web:3", "web:", "web:x", START + "task-definition/nobody:1"):
        message = refused("ClientException", describe, taskDefinition=name)
        assert message == "Unable to describe task definition.", message
    # What was described can be registered again, as deploying tools do.
    known = ("family", "networkMode", "containerDefinitions", "volumes", "placementConstraints", "cpu", "memory")
    three = register(**{member: two[member] for member in known})["taskDefinition"]
    assert three["containerDefinitions"] == two["containerDefinitions"], three


def what_is_refused():
    register = ecs.register_task_definition

    def fault(words, top=None, **members):
        message = refused("ClientException", register, **dict(
            {"family": "bad", "containerDefinitions": [dict(WEB, **members)]}, **(top or {})))
        assert words in message, f"{message}, without {words}"

    refused("InvalidParameterException", register, containerDefinitions=[WEB])
    refused("InvalidParameterException", register, family="bad")
    refused("InvalidParameterException", register, family="bad", containerDefinitions=[dict(WEB, memory="1")])
    refused("InvalidParameterException", register, family="bad", containerDefinitions=[WEB], networkMode="nat")
    refused("InvalidParameterException", register, family="bad", containerDefinitions=[WEB],
            tags=[{"key": "aws:x", "value": ""}])
    refused("InvalidParameterException", register, family="bad", containerDefinitions=[WEB],
            tags=[{"key": "k", "value": "1"}, {"key": "k", "value": "2"}])
    fault("Family contains invalid characters", {"family": "a b"})
    fault("Container list cannot be empty.", {"containerDefinitions": []})
    fault("Container.image should not be null or empty.", image="")
    fault("At least one of 'memory' or 'memoryReservation' must be specified.",
          {"containerDefinitions": [{"name": "a", "image": "b"}]})
    fault("'memory' must be from 6", memory=5)
    fault("'awsvpc' is not supported", {"networkMode": "awsvpc"})
    fault("'FARGATE' is not supported", {"requiresCompatibilities": ["FARGATE"]})
    fault("Invalid placement constraint: ", {"placementConstraints": [{"type": "memberOf", "expression": "attribute:x =="}]})
    fault("circle", {"containerDefinitions": [
        dict(WEB, name="a", dependsOn=[{"containerName": "b", "condition": "START"}]),
        dict(WEB, name="b", dependsOn=[{"containerName": "a", "condition": "START"}])]})
    for entry, top, members in (
            ("privileged", {}, {"privileged": True}),
            ("host_network", {"networkMode": "host"}, {}),
            ("host_pid", {"pidMode": "host"}, {}),
            ("host_ipc", {"ipcMode": "host"}, {}),
            ("host_mounts:/etc", {"volumes": [{"name": "v", "host": {"sourcePath": "/etc"}}]}, {}),
            ("volume_driver_options", {"volumes": [{"name": "v", "dockerVolumeConfiguration": {
                "driverOpts": {"device": "/"}}}]}, {}),
            ("volume_drivers:nfs", {"volumes": [{"name": "v", "dockerVolumeConfiguration": {"driver": "nfs"}}]}, {}),
            ("devices:/dev/kvm", {}, {"linuxParameters": {"devices": [{"hostPath": "/dev/kvm"}]}}),
            ("capabilities:SYS_ADMIN", {}, {"linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"]}}}),
            ("security_options:label:disable", {}, {"dockerSecurityOptions": ["label:disable"]}),
            ("system_controls:net.x", {}, {"systemControls": [{"namespace": "net.x", "value": "1"}]}),
            ("log_drivers:gelf", {}, {"logConfiguration": {"logDriver": "gelf"}})):
        fault(f'api.allow has no entry "{entry}"', top, **members)
    fault("is no plain name", secrets=[{"name": "A", "valueFrom": "../../etc/shadow"}])
    fault("'volumesFrom' refers to the container 'other'", volumesFrom=[{"sourceContainer": "other"}])
    # What the configuration permits, and no more.
    srv = {"volumes": [{"name": "v", "host": {"sourcePath": "/srv/data"}}]}
    register(family="reaching", containerDefinitions=[dict(
        WEB, linuxParameters={"capabilities": {"add": ["NET_ADMIN"]}})], **srv)
    fault('no entry "capabilities:SYS_TIME"', srv, linuxParameters={"capabilities": {"add": ["NET_ADMIN", "SYS_TIME"]}})
    fault('no entry "host_mounts:/srv/../etc"', {"volumes": [{"name": "v", "host": {"sourcePath": "/srv/../etc"}}]})
    ecs.deregister_task_definition(taskDefinition="reaching:1")
    operation("DeleteTaskDefinitions")(taskDefinitions=["reaching:1"])
    assert "bad" not in pages("list_task_definition_families", "families", 100)


def listing():
    for number in range(4, 12):
        made = ecs.register_task_definition(family="web", containerDefinitions=[WEB])["taskDefinition"]
        assert made["revision"] == number, made
    ecs.register_task_definition(family="web-2", containerDefinitions=[WEB])
    arns = [START + f"task-definition/web:{number}" for number in range(1, 12)]
    for size in (1, 3, 100):
        assert pages("list_task_definitions", "taskDefinitionArns", size, familyPrefix="web") == arns
        assert pages("list_task_definitions", "taskDefinitionArns", size, familyPrefix="web", sort="DESC") == arns[::-1]
        assert pages("list_task_definition_families", "families", size) == ["web", "web-2"]
    assert len(pages("list_task_definitions", "taskDefinitionArns", 5)) == 12
    assert pages("list_task_definition_families", "families", 5, familyPrefix="web-") == ["web-2"]
    refused("InvalidParameterException", ecs.list_task_definitions, nextToken="x")
    refused("InvalidParameterException", ecs.list_task_definition_families, nextToken="x")
    refused("InvalidParameterException", ecs.list_task_definitions, maxResults=101)
    refused("InvalidParameterException", ecs.list_task_definitions, status="NONE")


def at_once():
    """What comes at the same time has a revision each, and one cluster."""
    clients = [boto3.client("ecs", endpoint_url=os.environ["AWS_ENDPOINT"]) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda number: clients[number % 6].register_task_definition(
            family="many", containerDefinitions=[WEB])["taskDefinition"]["revision"], range(24)))
        named = list(pool.map(lambda client: client.create_cluster(clusterName="once")["cluster"]["clusterArn"], clients))
    assert sorted(made) == list(range(1, 25)), made
    assert set(named) == {START + "cluster/once"}, named
    for revision in made:
        ecs.deregister_task_definition(taskDefinition=f"many:{revision}")
    for first in range(1, 25, 8):
        operation("DeleteTaskDefinitions")(taskDefinitions=[f"many:{number}" for number in range(first, first + 8)])
    ecs.register_task_definition(family="many", containerDefinitions=[WEB])
    arns = pages("list_task_definitions", "taskDefinitionArns", 100, familyPrefix="many")
    assert arns == [START + "task-definition/many:25"], arns


def ending():
    deregister, delete = ecs.deregister_task_definition, operation("DeleteTaskDefinitions")
    arn = START + "task-definition/web:11"
    refused("ClientException", deregister, taskDefinition="web")
    refused("ClientException", deregister, taskDefinition="web:99")
    one = deregister(taskDefinition="web:11")["taskDefinition"]
    assert one["status"] == "INACTIVE" and one["deregisteredAt"] >= one["registeredAt"], one
    assert deregister(taskDefinition=arn)["taskDefinition"]["status"] == "INACTIVE"
    assert ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["status"] == "INACTIVE"
    assert ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]["revision"] == 10
    assert pages("list_task_definitions", "taskDefinitionArns", 9, status="INACTIVE") == [arn]
    refused("InvalidParameterException", delete, taskDefinitions=[])
    refused("InvalidParameterException", delete, taskDefinitions=["web:1"] * 11)
    answer = delete(taskDefinitions=[arn, "web:10", "nobody:1", "web"])
    assert [one["status"] for one in answer["taskDefinitions"]] == ["DELETE_IN_PROGRESS"], answer
    assert [one["arn"] for one in answer["failures"]] == ["web:10", "nobody:1", "web"], answer
    assert "still in ACTIVE status" in answer["failures"][0]["reason"], answer
    assert pages("list_task_definitions", "taskDefinitionArns", 9, status="DELETE_IN_PROGRESS") == [arn]
    # The number is never given again, and what was deleted goes.
    made = ecs.register_task_definition(family="web", containerDefinitions=[WEB])["taskDefinition"]
    assert made["revision"] == 12, made
    refused("ClientException", ecs.describe_task_definition, taskDefinition=arn)
    deregister(taskDefinition="web-2:1")
    assert pages("list_task_definition_families", "families", 9, status="INACTIVE") == ["web-2"]
    assert pages("list_task_definition_families", "families", 9, status="ACTIVE") == ["web"]
    refused("ClientException", ecs.describe_task_definition, taskDefinition="web-2")


def described(name, *include):
    answer = ecs.describe_clusters(clusters=[name], include=list(include))
    assert not answer["failures"], answer
    return answer["clusters"][0]


def clusters():
    create = ecs.create_cluster
    assert pages("list_clusters", "clusterArns", 1) == [START + "cluster/" + name for name in ("default", "metal", "shop")]
    one = create(clusterName="erp", tags=[{"key": "team", "value": "a"}],
                 settings=[{"name": "containerInsights", "value": "enabled"}],
                 configuration={"executeCommandConfiguration": {"logging": "NONE"}})["cluster"]
    assert one["clusterArn"] == START + "cluster/erp" and one["status"] == "ACTIVE", one
    assert one["settings"] == [{"name": "containerInsights", "value": "enabled"}], one
    assert one["capacityProviders"] == [] and one["defaultCapacityProviderStrategy"] == [], one
    for count in ("registeredContainerInstancesCount", "runningTasksCount", "pendingTasksCount", "activeServicesCount"):
        assert one[count] == 0, one
    again = create(clusterName="erp")["cluster"]
    assert again == one, again
    default = create()["cluster"]
    assert default["clusterName"] == "default" and default["settings"][0]["value"] == "disabled", default
    plain = described("erp")
    assert plain["settings"] == [] and plain["tags"] == [] and "configuration" not in plain, plain
    assert plain["statistics"] == [] and as_dict(described("erp", "TAGS")["tags"]) == {"team": "a"}
    whole = described(one["clusterArn"], "SETTINGS", "CONFIGURATIONS", "STATISTICS", "ATTACHMENTS")
    assert whole["configuration"] == {"executeCommandConfiguration": {"logging": "NONE"}}, whole
    assert {"name": "runningEC2TasksCount", "value": "0"} in whole["statistics"], whole
    assert START + "cluster/erp" in pages("list_clusters", "clusterArns", 1)
    for name in ("", "a b", "a" * 256, "a/b"):
        refused("InvalidParameterException", create, clusterName=name)
    refused("InvalidParameterException", create, clusterName="x", settings=[{"name": "containerInsights", "value": "yes"}])
    refused("InvalidParameterException", create, clusterName="x", settings=[{"name": "other", "value": "enabled"}])
    refused("InvalidParameterException", create, clusterName="x", tags=[{"key": "aws:x", "value": ""}])
    refused("InvalidParameterException", create, clusterName="x", capacityProviders=["none"])
    refused("InvalidParameterException", create, clusterName="x", serviceConnectDefaults={"namespace": "n"})
    answer = ecs.describe_clusters(clusters=["x"])
    assert answer["failures"] == [{"arn": START + "cluster/x", "reason": "MISSING"}], answer
    off = [{"name": "containerInsights", "value": "disabled"}]
    assert ecs.update_cluster_settings(cluster="erp", settings=off)["cluster"]["settings"] == off
    changed = ecs.update_cluster(cluster="erp", configuration={"executeCommandConfiguration": {"logging": "DEFAULT"}})
    assert changed["cluster"]["configuration"]["executeCommandConfiguration"]["logging"] == "DEFAULT", changed
    assert changed["cluster"]["settings"] == off, changed
    for call, more in ((ecs.update_cluster, {}), (ecs.update_cluster_settings, {"settings": off}), (ecs.delete_cluster, {})):
        refused("ClusterNotFoundException", call, cluster="nobody", **more)
    # A cluster that tasks have named becomes the API's with the first change.
    shop = described("shop", "STATISTICS")
    assert shop["runningTasksCount"] == 1 and shop["registeredContainerInstancesCount"] == 1, shop
    refused("ClusterContainsTasksException", ecs.delete_cluster, cluster="shop")
    gone = create(clusterName="gone")["cluster"]
    assert ecs.delete_cluster(cluster=gone["clusterArn"])["cluster"]["status"] == "INACTIVE"
    assert described("gone")["status"] == "INACTIVE"
    assert gone["clusterArn"] not in pages("list_clusters", "clusterArns", 9)
    refused("ClusterNotFoundException", ecs.list_tasks, cluster="gone")
    refused("ClusterNotFoundException", ecs.delete_cluster, cluster="gone")
    assert create(clusterName="gone")["cluster"]["status"] == "ACTIVE"
    assert ecs.delete_cluster(cluster="gone")["cluster"]["status"] == "INACTIVE"


def capacity():
    group = {"autoScalingGroupArn": "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:"
                                    "0:autoScalingGroupName/metal", "managedScaling": {"status": "DISABLED"}}
    create, describe, put = (ecs.create_capacity_provider, ecs.describe_capacity_providers,
                             ecs.put_cluster_capacity_providers)
    assert describe()["capacityProviders"] == []
    one = create(name="metal", autoScalingGroupProvider=group, tags=[{"key": "k", "value": "v"}])["capacityProvider"]
    assert one["capacityProviderArn"] == START + "capacity-provider/metal" and one["status"] == "ACTIVE", one
    assert one["autoScalingGroupProvider"] == group and as_dict(one["tags"]) == {"k": "v"}, one
    create(name="more", autoScalingGroupProvider=group)
    refused("ClientException", create, name="metal", autoScalingGroupProvider=group)
    refused("InvalidParameterException", create, name="metal2")
    refused("InvalidParameterException", create, name="aws-x", autoScalingGroupProvider=group)
    refused("InvalidParameterException", create, name="a b", autoScalingGroupProvider=group)
    refused("UnsupportedFeatureException", operation("CreateCapacityProvider"), name="m", cluster="erp",
            autoScalingGroupProvider=group)
    answer = describe(capacityProviders=["metal", "none", one["capacityProviderArn"]], include=["TAGS"])
    assert [found["name"] for found in answer["capacityProviders"]] == ["metal", "metal"], answer
    assert answer["failures"] == [{"arn": "none", "reason": "MISSING"}], answer
    first = describe(maxResults=1)
    rest = describe(maxResults=1, nextToken=first["nextToken"])
    assert [first["capacityProviders"][0]["name"], rest["capacityProviders"][0]["name"]] == ["metal", "more"]
    assert first["capacityProviders"][0]["tags"] == [] and "nextToken" not in rest, (first, rest)
    changed = ecs.update_capacity_provider(name="metal", autoScalingGroupProvider={
        "managedTerminationProtection": "DISABLED"})["capacityProvider"]["autoScalingGroupProvider"]
    assert changed == dict(group, managedTerminationProtection="DISABLED"), changed
    refused("ClientException", ecs.update_capacity_provider, name="none", autoScalingGroupProvider={})
    strategy = [{"capacityProvider": "metal", "weight": 1, "base": 2}]
    cluster = put(cluster="erp", capacityProviders=["metal"], defaultCapacityProviderStrategy=strategy)["cluster"]
    assert cluster["capacityProviders"] == ["metal"], cluster
    assert cluster["defaultCapacityProviderStrategy"] == strategy, cluster
    refused("ClusterNotFoundException", put, cluster="none", capacityProviders=[], defaultCapacityProviderStrategy=[])
    for providers, wanted in ((["FARGATE"], []), (["none"], []), (["metal"], [{"capacityProvider": "more", "weight": 1}]),
                              (["metal"], [{"capacityProvider": "metal", "weight": 0}]),
                              (["metal", "more"], [{"capacityProvider": "metal", "weight": 1, "base": 1},
                                                   {"capacityProvider": "more", "weight": 1, "base": 1}])):
        refused("InvalidParameterException", put, cluster="erp", capacityProviders=providers,
                defaultCapacityProviderStrategy=wanted)
    refused("ClientException", ecs.delete_capacity_provider, capacityProvider="metal")
    assert ecs.delete_capacity_provider(capacityProvider="more")["capacityProvider"]["status"] == "INACTIVE"
    refused("ClientException", ecs.delete_capacity_provider, capacityProvider="more")


def tags():
    told = lambda arn: as_dict(ecs.list_tags_for_resource(resourceArn=arn)["tags"])
    tag, untag = ecs.tag_resource, ecs.untag_resource
    instance = ecs.list_container_instances(cluster="shop")["containerInstanceArns"][0]
    for arn in ("cluster/erp", "cluster/default", "task-definition/web:1", "capacity-provider/metal", instance):
        arn = arn if arn.startswith("arn:") else START + arn
        before = told(arn)
        tag(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": ""}])
        assert told(arn) == dict(before, a="1", b=""), arn
        tag(resourceArn=arn, tags=[{"key": "a", "value": "2"}])
        untag(resourceArn=arn, tagKeys=["b", "nothing"])
        assert told(arn) == dict(before, a="2"), arn
    erp = START + "cluster/erp"
    refused("InvalidParameterException", tag, resourceArn=erp, tags=[{"key": "aws:a", "value": ""}])
    refused("InvalidParameterException", tag, resourceArn=erp, tags=[{"key": f"k{i}", "value": ""} for i in range(50)])
    refused("InvalidParameterException", tag, resourceArn=erp, tags=[{"key": f"k{i}", "value": ""} for i in range(51)])
    task = ecs.list_tasks(cluster="shop")["taskArns"][0]
    assert told(task) == {}
    refused("InvalidParameterException", tag, resourceArn=task, tags=[])
    for arn in ("erp", "arn:aws:ecs", START + "task-definition/web:99", START + "service/erp/none", START + "account-setting/x"):
        refused("InvalidParameterException", tag, resourceArn=arn, tags=[])
        refused("InvalidParameterException", ecs.list_tags_for_resource, resourceArn=arn)
    refused("ClusterNotFoundException", ecs.list_tags_for_resource, resourceArn=START + "cluster/none")
    refused("ClusterNotFoundException", tag, resourceArn=START + "cluster/gone", tags=[])


def instances():
    """two machines of the configuration in cluster metal, and a host that a task was seen on."""
    arns = pages("list_container_instances", "containerInstanceArns", 1, cluster="metal")
    assert len(arns) == 2 and arns[0].startswith(START + "container-instance/metal/"), arns
    answer = ecs.describe_container_instances(cluster="metal", containerInstances=arns + ["none"])
    assert [one["reason"] for one in answer["failures"]] == ["MISSING"], answer
    found = {one["ec2InstanceId"]: one for one in answer["containerInstances"]}
    one, other = found["i-1"], found["i-2"]
    told = {each["name"]: each.get("value") for each in one["attributes"]}
    assert told["ecs.availability-zone"] == "us-east-1a" and told["stack"] == "prod", told
    assert told["ecs.os-type"] == "linux", told
    assert one["status"] == "ACTIVE" and one["runningTasksCount"] == 0 and one["agentConnected"] is False, one
    numbers = {each["name"]: each.get("integerValue") for each in one["registeredResources"]}
    assert numbers["CPU"] == 2048 and numbers["MEMORY"] == 4096 and "PORTS" in numbers, numbers
    assert one["remainingResources"] == one["registeredResources"], one
    metal = described("metal", "STATISTICS")
    assert metal["registeredContainerInstancesCount"] == 2 and metal["status"] == "ACTIVE", metal
    assert START + "cluster/metal" in pages("list_clusters", "clusterArns", 9)
    refused("ClusterContainsContainerInstancesException", ecs.delete_cluster, cluster="metal")
    fits = lambda text: [arn for arn in pages("list_container_instances", "containerInstanceArns", 9, cluster="metal", filter=text)]
    for text, wanted in (("attribute:stack == prod", [one]), ("attribute:ecs.availability-zone in [us-east-1b]", [other]),
                         ("attribute:stack !exists", [other]), ("runningTasksCount == 0", [one, other]),
                         ("agentConnected == true", []), ("attribute:stack =~ pr.* and attribute:ecs.os-type == linux", [one])):
        assert sorted(fits(text)) == sorted(each["containerInstanceArn"] for each in wanted), text
    for text in ("attribute:stack ==", "nonsense", "("):
        refused("InvalidParameterException", ecs.list_container_instances, cluster="metal", filter=text)
    update = ecs.update_container_instances_state
    answer = update(cluster="metal", containerInstances=[other["containerInstanceArn"], "none"], status="DRAINING")
    assert [each["status"] for each in answer["containerInstances"]] == ["DRAINING"], answer
    assert [each["arn"] for each in answer["failures"]] == ["none"], answer
    assert pages("list_container_instances", "containerInstanceArns", 9, cluster="metal", status="DRAINING") == [
        other["containerInstanceArn"]]
    assert pages("list_container_instances", "containerInstanceArns", 9, cluster="metal", status="ACTIVE") == [
        one["containerInstanceArn"]]
    assert len(pages("list_container_instances", "containerInstanceArns", 9, cluster="metal")) == 2
    update(cluster="metal", containerInstances=[one["containerInstanceArn"].split("/")[-1]], status="DRAINING")
    update(cluster="metal", containerInstances=[one["containerInstanceArn"]], status="ACTIVE")
    refused("InvalidParameterException", update, cluster="metal", containerInstances=["x"], status="REGISTERING")
    refused("InvalidParameterException", update, cluster="metal", containerInstances=[], status="ACTIVE")
    refused("InvalidParameterException", update, cluster="metal", containerInstances=["x"] * 11, status="ACTIVE")
    refused("ClusterNotFoundException", update, cluster="none", containerInstances=["x"], status="ACTIVE")
    seen = ecs.list_container_instances(cluster="shop")["containerInstanceArns"]
    answer = update(cluster="shop", containerInstances=seen, status="DRAINING")
    assert answer["failures"] == [{"arn": seen[0], "reason": "NOT_CONFIGURED"}], answer
    attributes(one["containerInstanceArn"], other["containerInstanceArn"])


def attributes(one, other):
    put, delete = ecs.put_attributes, ecs.delete_attributes
    told = lambda **arguments: {(each["name"], each.get("value"), each["targetId"]) for each in pages(
        "list_attributes", "attributes", 2, cluster="metal", targetType="container-instance", **arguments)}
    answer = put(cluster="metal", attributes=[{"name": "rack", "value": "a 1", "targetId": one},
                                              {"name": "ssd", "targetId": other.split("/")[-1],
                                               "targetType": "container-instance"}])
    assert answer["attributes"] == [{"name": "rack", "value": "a 1", "targetId": one},
                                    {"name": "ssd", "targetId": other}], answer
    assert told(attributeName="rack") == {("rack", "a 1", one)}
    assert told(attributeName="ssd") == {("ssd", None, other)}
    assert told(attributeName="ecs.availability-zone") == {
        ("ecs.availability-zone", "us-east-1a", one), ("ecs.availability-zone", "us-east-1b", other)}
    assert told(attributeValue="prod") == {("stack", "prod", one)}
    assert len(told()) == 9, told()
    put(cluster="metal", attributes=[{"name": "rack", "value": "b", "targetId": one}, {"name": "stack", "value": "test", "targetId": one}])
    assert told(attributeName="stack") == {("stack", "test", one)}
    delete(cluster="metal", attributes=[{"name": "stack", "targetId": one}, {"name": "nothing", "targetId": one}])
    assert told(attributeName="stack") == {("stack", "prod", one)}
    message = refused("InvalidParameterException", delete, cluster="metal", attributes=[{"name": "stack", "targetId": one}])
    assert "is defined in" in message and "fairlead.conf:" in message, message
    for bad in ({"name": "a b"}, {"name": ""}, {"name": "a" * 129}, {"name": "ecs.os-type", "value": "x"},
                {"name": "a", "value": " x"}, {"name": "a", "value": "x" * 129}):
        refused("InvalidParameterException", put, cluster="metal", attributes=[dict(bad, targetId=one)])
    refused("TargetNotFoundException", put, cluster="metal", attributes=[{"name": "a", "targetId": "none"}])
    refused("TargetNotFoundException", put, cluster="metal", attributes=[{"name": "a"}])
    refused("TargetNotFoundException", delete, cluster="metal", attributes=[{"name": "a", "targetId": "none"}])
    refused("ClusterNotFoundException", put, cluster="none", attributes=[{"name": "a", "targetId": one}])
    refused("InvalidParameterException", put, cluster="metal", attributes=[{"name": "a", "targetId": one}] * 11)
    for number in range(9):
        put(cluster="metal", attributes=[{"name": f"n{number}", "value": "x", "targetId": other}])
    refused("AttributeLimitExceededException", put, cluster="metal", attributes=[{"name": "n9", "targetId": other}])
    delete(cluster="metal", attributes=[{"name": f"n{number}", "targetId": other} for number in range(9)])
    refused("InvalidParameterException", ecs.list_attributes, cluster="metal", targetType="other")
    refused("ClusterNotFoundException", ecs.list_attributes, cluster="none", targetType="container-instance")


def account():
    told = {one["name"]: one["value"] for one in pages("list_account_settings", "settings", 3, effectiveSettings=True)}
    assert told["serviceLongArnFormat"] == "enabled" and told["containerInsights"] == "disabled", told
    one = ecs.list_account_settings(name="containerInsights")["settings"]
    assert len(one) == 1 and one[0]["principalArn"].endswith(":root"), one
    put = ecs.put_account_setting
    assert put(name="containerInsights", value="enabled")["setting"]["value"] == "enabled"
    assert ecs.list_account_settings(name="containerInsights")["settings"][0]["value"] == "enabled"
    assert ecs.create_cluster(clusterName="insights")["cluster"]["settings"][0]["value"] == "enabled"
    assert ecs.list_account_settings(name="containerInsights", value="disabled")["settings"] == []
    refused("InvalidParameterException", put, name="containerInsights", value="perhaps")
    assert "long form" in refused("InvalidParameterException", put, name="taskLongArnFormat", value="disabled")
    refused("InvalidParameterException", ecs.put_account_setting_default, name="awsvpcTrunking", value="enabled")
    refused("InvalidParameterException", put, name="nothing", value="enabled")
    assert ecs.put_account_setting_default(name="taskLongArnFormat", value="enabled")["setting"]["value"] == "enabled"
    assert ecs.delete_account_setting(name="taskLongArnFormat")["setting"]["value"] == "enabled"


def tell():
    """All that is there."""
    names = pages("list_clusters", "clusterArns", 100) + ["gone"]
    told = {"definitions": [], "clusters": ecs.describe_clusters(
        clusters=names, include=["TAGS", "SETTINGS", "CONFIGURATIONS"])["clusters"],
        "providers": ecs.describe_capacity_providers(include=["TAGS"])["capacityProviders"],
        "settings": pages("list_account_settings", "settings", 100),
        "instances": ecs.describe_container_instances(
            cluster="shop", containerInstances=ecs.list_container_instances(cluster="shop")["containerInstanceArns"],
            include=["TAGS"])["containerInstances"]}
    for instance in told["instances"]:
        assert as_dict(instance["tags"]) == {"a": "2"}, instance
    told["instances"] += ecs.describe_container_instances(
        cluster="metal", containerInstances=ecs.list_container_instances(cluster="metal")["containerInstanceArns"],
        include=["TAGS"])["containerInstances"]
    for instance in told["instances"]:
        del instance["agentConnected"], instance["registeredAt"]
    for status in ("ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"):
        for arn in pages("list_task_definitions", "taskDefinitionArns", 100, status=status):
            answer = ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
            told["definitions"].append([answer["taskDefinition"], answer["tags"]])
    print(json.dumps(told, indent=1, sort_keys=True, default=str))


def storm(path):
    with open(path, "w", encoding="utf-8") as noted:
        while True:
            try:
                made = ecs.register_task_definition(family="storm", containerDefinitions=[WEB])["taskDefinition"]
            except (BotoCoreError, ClientError):
                return
            noted.write(f"{made['revision']}\n")
            noted.flush()


def after(path):
    with open(path, encoding="utf-8") as noted:
        told = [int(line) for line in noted]
    there = [int(arn.split(":")[-1]) for arn in pages("list_task_definitions", "taskDefinitionArns", 100, familyPrefix="storm")]
    assert told and set(told) <= set(there), f"{set(told) - set(there)} of {len(told)} are forgotten"
    made = ecs.register_task_definition(family="storm", containerDefinitions=[WEB])["taskDefinition"]
    assert made["revision"] == max(there) + 1, f"{made['revision']} after {max(there)}"


if MODE in ("storm", "after"):
    {"storm": storm, "after": after}[MODE](sys.argv[2])
    sys.exit(0)
if MODE == "make":
    registering()
    what_is_refused()
    listing()
    ending()
    clusters()
    capacity()
    tags()
    instances()
    account()
    at_once()
tell()

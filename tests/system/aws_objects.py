# SPDX-License-Identifier: Apache-2.0
"""aws_objects.py make|same|drop PORT LISTENER_PORT APP_PORT: objects by boto3.

make: creates, changes and is refused, with every code; leaves some objects and prints all that
Describe* tells of them. same: prints that again. drop: deletes them all.
"""
import os
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MODE, PORT, APP_PORT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
elbv2 = boto3.client("elbv2", endpoint_url=os.environ["AWS_ENDPOINT"],
                     config=Config(retries={"max_attempts": 2}, parameter_validation=False))
SUBNETS = ["subnet-us-east-1a", "subnet-us-east-1b"]
HELLO = [{"Type": "fixed-response", "FixedResponseConfig": {
    "StatusCode": "200", "ContentType": "text/plain", "MessageBody": "hello"}}]


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


def balancers():
    create = elbv2.create_load_balancer
    one = create(Name="albdocker", Subnets=SUBNETS, SecurityGroups=["sg-default"],
                 Tags=[{"Key": "team", "Value": "a"}])["LoadBalancers"][0]
    assert one["LoadBalancerName"] == "albdocker" and one["Scheme"] == "internet-facing", one
    assert [zone["SubnetId"] for zone in one["AvailabilityZones"]] == SUBNETS, one
    again = create(Name="albdocker", Subnets=SUBNETS, SecurityGroups=["sg-default"])
    assert again["LoadBalancers"][0]["LoadBalancerArn"] == one["LoadBalancerArn"], again
    refused("DuplicateLoadBalancerName", create, Name="albdocker", Subnets=SUBNETS[:1])
    refused("DuplicateLoadBalancerName", create, Name="fromfile", Subnets=SUBNETS)
    refused("SubnetNotFound", create, Name="a", Subnets=["subnet-none"])
    refused("InvalidSecurityGroup", create, Name="a", Subnets=SUBNETS, SecurityGroups=["sg-none"])
    refused("ValidationError", create, Name="a")
    refused("ValidationError", create, Name="internal-a", Subnets=SUBNETS)
    refused("ValidationError", create, Name="-a", Subnets=SUBNETS)
    refused("ValidationError", create, Name="a" * 33, Subnets=SUBNETS)
    refused("ValidationError", create, Name="a", Subnets=SUBNETS, Type="network")
    refused("DuplicateTagKeys", create, Name="a", Subnets=SUBNETS,
            Tags=[{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}])
    refused("TooManyTags", create, Name="a", Subnets=SUBNETS,
            Tags=[{"Key": f"k{i}", "Value": ""} for i in range(51)])
    arn = one["LoadBalancerArn"]
    modify = elbv2.modify_load_balancer_attributes
    changed = modify(LoadBalancerArn=arn, Attributes=[
        {"Key": "idle_timeout.timeout_seconds", "Value": "30"},
        {"Key": "deletion_protection.enabled", "Value": "true"},
        {"Key": "access_logs.s3.enabled", "Value": "false"}])
    has = {pair["Key"]: pair["Value"] for pair in changed["Attributes"]}
    assert has["idle_timeout.timeout_seconds"] == "30", has
    assert has["deletion_protection.enabled"] == "true", has
    assert has["routing.http.preserve_host_header.enabled"] == "true", has
    refused("ValidationError", modify, LoadBalancerArn=arn,
            Attributes=[{"Key": "nothing", "Value": "1"}])
    refused("ValidationError", modify, LoadBalancerArn=arn,
            Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "4001"}])
    refused("ValidationError", modify, LoadBalancerArn=arn,
            Attributes=[{"Key": "access_logs.s3.enabled", "Value": "true"}])
    refused("OperationNotPermitted", elbv2.delete_load_balancer, LoadBalancerArn=arn)
    assert elbv2.set_subnets(LoadBalancerArn=arn, Subnets=SUBNETS[:1])["AvailabilityZones"] == [
        {"ZoneName": "us-east-1a", "SubnetId": SUBNETS[0]}]
    elbv2.set_subnets(LoadBalancerArn=arn, Subnets=SUBNETS)
    assert elbv2.set_security_groups(LoadBalancerArn=arn, SecurityGroups=["sg-default"])[
        "SecurityGroupIds"] == ["sg-default"]
    elbv2.get_waiter("load_balancer_available").wait(Names=["albdocker"])
    other = create(Name="other", Subnets=SUBNETS[:1], Scheme="internal")["LoadBalancers"][0]
    return arn, other["LoadBalancerArn"]


def groups():
    create = elbv2.create_target_group
    one = create(Name="targetweb", Protocol="HTTP", Port=80, HealthCheckPath="/",
                 HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2,
                 Matcher={"HttpCode": "200-299"})["TargetGroups"][0]
    arn = one["TargetGroupArn"]
    assert one["HealthyThresholdCount"] == 5 and one["Matcher"]["HttpCode"] == "200-299", one
    again = create(Name="targetweb", Protocol="HTTP", Port=80, HealthCheckPath="/",
                   HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2,
                   Matcher={"HttpCode": "200-299"})["TargetGroups"][0]
    assert again == one, again
    refused("DuplicateTargetGroupName", create, Name="targetweb", Protocol="HTTP", Port=81)
    message = refused("DuplicateTargetGroupName", create, Name="filegroup", Protocol="HTTP", Port=1)
    assert "fairlead.conf:" in message, message
    for wrong in ({"Port": 0}, {"Port": 65536}, {"HealthCheckPath": "no"},
                  {"HealthCheckIntervalSeconds": 4}, {"HealthyThresholdCount": 11},
                  {"HealthCheckTimeoutSeconds": 30, "HealthCheckIntervalSeconds": 10},
                  {"Matcher": {"HttpCode": "600"}}, {"Protocol": "TCP"}, {"TargetType": "lambda"},
                  {"Name": "under_score"}, {"Name": "b" * 33}, {"HealthCheckPath": "/" + "x" * 1024}):
        refused("ValidationError", create,
                **{"Name": "wrong", "Protocol": "HTTP", "Port": 80, **wrong})
    second = create(Name="targetapp", Protocol="HTTP", Port=80,
                    Tags=[{"Key": "team", "Value": "b"}])["TargetGroups"][0]["TargetGroupArn"]
    changed = elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckPath="/up",
                                        UnhealthyThresholdCount=3)["TargetGroups"][0]
    assert changed["HealthCheckPath"] == "/up" and changed["UnhealthyThresholdCount"] == 3
    assert changed["HealthCheckIntervalSeconds"] == 5, changed
    elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckPath="/")
    modify = elbv2.modify_target_group_attributes
    has = {pair["Key"]: pair["Value"] for pair in modify(TargetGroupArn=arn, Attributes=[
        {"Key": "stickiness.enabled", "Value": "true"},
        {"Key": "deregistration_delay.timeout_seconds", "Value": "7"},
        {"Key": "slow_start.duration_seconds", "Value": "0"},
        {"Key": "load_balancing.cross_zone.enabled", "Value": "true"}])["Attributes"]}
    assert has["stickiness.enabled"] == "true" and has["slow_start.duration_seconds"] == "0", has
    assert has["deregistration_delay.timeout_seconds"] == "7", has
    assert has["load_balancing.cross_zone.enabled"] == "true", has
    assert has["load_balancing.algorithm.type"] == "round_robin", has
    modify(TargetGroupArn=arn, Attributes=[{"Key": "stickiness.enabled", "Value": "false"}])
    for key, value in (("slow_start.duration_seconds", "5"), ("stickiness.type", "none"),
                       ("deregistration_delay.timeout_seconds", "3601"), ("nothing", "1")):
        refused("ValidationError", modify, TargetGroupArn=arn,
                Attributes=[{"Key": key, "Value": value}])
    message = refused("OperationNotPermitted", elbv2.modify_target_group, HealthCheckPath="/x",
                      TargetGroupArn=elbv2.describe_target_groups(Names=["filegroup"])[
                          "TargetGroups"][0]["TargetGroupArn"])
    assert "fairlead.conf:" in message, message
    refused("TargetGroupNotFound", elbv2.modify_target_group, TargetGroupArn=arn + "0")
    return arn, second


def forward(*arns):
    return [{"Type": "forward", "Order": 1, "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": arn, "Weight": 1} for arn in arns]}}]


def fetch(path, port=PORT):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def listeners(balancer, other, group):
    create = elbv2.create_listener
    one = create(LoadBalancerArn=balancer, Protocol="HTTP", Port=PORT,
                 DefaultActions=forward(group))["Listeners"][0]
    assert one["DefaultActions"][0]["Order"] == 1 and one["Port"] == PORT, one
    again = create(LoadBalancerArn=balancer, Protocol="HTTP", Port=PORT,
                   DefaultActions=forward(group))["Listeners"][0]
    assert again["ListenerArn"] == one["ListenerArn"], again
    refused("DuplicateListener", create, LoadBalancerArn=balancer, Protocol="HTTP", Port=PORT,
            DefaultActions=HELLO)
    message = refused("DuplicateListener", create, LoadBalancerArn=other, Protocol="HTTP",
                      Port=PORT, DefaultActions=HELLO)
    assert "albdocker" in message and "other" in message, message
    for code, wrong in (
            ("TargetGroupAssociationLimit", {"DefaultActions": forward(group)}),
            ("TargetGroupNotFound", {"DefaultActions": forward(group + "0")}),
            ("LoadBalancerNotFound", {"LoadBalancerArn": other + "0"}),
            ("UnsupportedProtocol", {"Protocol": "TCP"}),
            ("ValidationError", {"Protocol": "HTTPS"}),
            ("CertificateNotFound", {"Protocol": "HTTPS",
                                     "Certificates": [{"CertificateArn": "/etc/passwd"}]}),
            ("SSLPolicyNotFound", {"SslPolicy": "none"}),
            ("ValidationError", {"Port": APP_PORT})):
        message = refused(code, create, **{
            "LoadBalancerArn": other, "Protocol": "HTTP", "Port": 1, "DefaultActions": HELLO, **wrong})
    assert "in use" in message, message
    arn = one["ListenerArn"]
    refused("ListenerNotFound", elbv2.modify_listener, ListenerArn=arn + "0", Port=1)
    assert elbv2.modify_listener(ListenerArn=arn, DefaultActions=HELLO)["Listeners"][0][
        "DefaultActions"][0]["Type"] == "fixed-response"
    assert fetch("/any") == (200, "hello")
    elbv2.modify_listener(ListenerArn=arn, DefaultActions=forward(group))
    return arn


def rules(listener, group, second):
    create = elbv2.create_rule
    path = [{"Field": "path-pattern", "Values": ["/app2", "/app2/*"]}]
    one = create(ListenerArn=listener, Priority=20, Conditions=path, Actions=forward(second),
                 Tags=[{"Key": "rule", "Value": "1"}])["Rules"][0]
    assert one["Priority"] == "20" and not one["IsDefault"], one
    assert one["Conditions"][0]["PathPatternConfig"] == {"Values": ["/app2", "/app2/*"]}, one
    for code, wrong in (
            ("PriorityInUse", {}),
            ("ValidationError", {"Priority": 50001}),
            ("ValidationError", {"Priority": 21, "Conditions": []}),
            ("ValidationError", {"Priority": 21, "Conditions": [
                {"Field": "path", "Values": ["/"]}]}),
            ("ValidationError", {"Priority": 21, "Conditions": [
                {"Field": "path-pattern", "Values": [f"/{i}" for i in range(6)]}]}),
            ("ValidationError", {"Priority": 21, "Conditions": [
                {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/33"]}}]}),
            ("TargetGroupNotFound", {"Priority": 21, "Actions": forward(second + "0")}),
            ("InvalidLoadBalancerAction", {"Priority": 21, "Actions": HELLO + HELLO}),
            ("ListenerNotFound", {"ListenerArn": listener + "0"})):
        refused(code, create, **{"ListenerArn": listener, "Priority": 20, "Conditions": path,
                                 "Actions": forward(second), **wrong})
    two = create(ListenerArn=listener, Priority=30, Actions=HELLO, Conditions=[
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example"]}},
        {"Field": "http-header", "HttpHeaderConfig": {
            "HttpHeaderName": "X-Kind", "Values": ["a*"]}},
        {"Field": "query-string", "QueryStringConfig": {
            "Values": [{"Key": "v", "Value": "1"}, {"Value": "2"}]}}])["Rules"][0]
    three = create(ListenerArn=listener, Priority=40, Conditions=[
        {"Field": "path-pattern", "Values": ["/old"]}], Actions=[
            {"Type": "redirect", "RedirectConfig": {
                "StatusCode": "HTTP_301", "Path": "/new"}}])["Rules"][0]
    moved = elbv2.set_rule_priorities(RulePriorities=[
        {"RuleArn": one["RuleArn"], "Priority": 30}, {"RuleArn": two["RuleArn"], "Priority": 20}])
    assert {rule["RuleArn"]: rule["Priority"] for rule in moved["Rules"]} == {
        one["RuleArn"]: "30", two["RuleArn"]: "20"}, moved
    refused("PriorityInUse", elbv2.set_rule_priorities, RulePriorities=[
        {"RuleArn": one["RuleArn"], "Priority": 40}])
    refused("RuleNotFound", elbv2.set_rule_priorities, RulePriorities=[
        {"RuleArn": one["RuleArn"] + "0", "Priority": 41}])
    default = elbv2.describe_rules(ListenerArn=listener)["Rules"][-1]["RuleArn"]
    refused("OperationNotPermitted", elbv2.delete_rule, RuleArn=default)
    changed = elbv2.modify_rule(RuleArn=three["RuleArn"], Conditions=[
        {"Field": "path-pattern", "Values": ["/gone"]}])["Rules"][0]
    assert changed["Actions"][0]["Type"] == "redirect", changed
    assert fetch("/gone")[0] != 404 and fetch("/old")[0] != 301
    elbv2.delete_rule(RuleArn=three["RuleArn"])
    refused("RuleNotFound", elbv2.delete_rule, RuleArn=three["RuleArn"])
    refused("ResourceInUse", elbv2.delete_target_group, TargetGroupArn=second)
    file_listener = elbv2.describe_listeners(LoadBalancerArn=elbv2.describe_load_balancers(
        Names=["fromfile"])["LoadBalancers"][0]["LoadBalancerArn"])["Listeners"][0]["ListenerArn"]
    on_file = create(ListenerArn=file_listener, Priority=7, Conditions=path, Actions=HELLO)
    refused("PriorityInUse", create, ListenerArn=file_listener, Priority=5, Conditions=path,
            Actions=HELLO)
    own = elbv2.describe_rules(ListenerArn=file_listener)["Rules"][0]["RuleArn"]
    message = refused("OperationNotPermitted", elbv2.delete_rule, RuleArn=own)
    assert "fairlead.conf:" in message, message
    elbv2.delete_rule(RuleArn=on_file["Rules"][0]["RuleArn"])
    return one["RuleArn"]


def tags(arns, file_arn):
    elbv2.add_tags(ResourceArns=arns, Tags=[{"Key": "stage", "Value": "test"},
                                            {"Key": "gone", "Value": "soon"}])
    elbv2.remove_tags(ResourceArns=arns, TagKeys=["gone", "never"])
    for one in elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]:
        assert {"Key": "stage", "Value": "test"} in one["Tags"], one
        assert all(tag["Key"] != "gone" for tag in one["Tags"]), one
    refused("OperationNotPermitted", elbv2.add_tags, ResourceArns=[file_arn],
            Tags=[{"Key": "a", "Value": "b"}])
    refused("TargetGroupNotFound", elbv2.describe_tags, ResourceArns=[file_arn + "0"])
    refused("TooManyTags", elbv2.add_tags, ResourceArns=arns[:1],
            Tags=[{"Key": f"k{i}", "Value": ""} for i in range(50)])


def traffic(group, second):
    elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": APP_PORT}])
    elbv2.register_targets(TargetGroupArn=second, Targets=[{"Id": "127.0.0.1", "Port": APP_PORT}])
    elbv2.get_waiter("target_in_service").wait(
        TargetGroupArn=group, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    elbv2.get_waiter("target_in_service").wait(
        TargetGroupArn=second, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    for path in ("/", "/app2/x"):
        status, body = fetch(path)
        assert status == 200 and "app" in body, (path, status, body)


def pages():
    made = [elbv2.create_target_group(Name=f"page{i}", Protocol="HTTP", Port=80)[
        "TargetGroups"][0]["TargetGroupArn"] for i in range(30)]
    found = []
    for page in elbv2.get_paginator("describe_target_groups").paginate(
            PaginationConfig={"PageSize": 7}):
        found += [group["TargetGroupArn"] for group in page["TargetGroups"]]
    assert len(found) == len(set(found)) and set(made) <= set(found), found
    for arn in made:
        elbv2.delete_target_group(TargetGroupArn=arn)
        elbv2.delete_target_group(TargetGroupArn=arn)


def together():
    """Calls that come at the same time: each has its own answer, as if they had come in turn."""
    def create(arguments):
        own = boto3.session.Session().client("elbv2", endpoint_url=os.environ["AWS_ENDPOINT"])
        try:
            return own.create_target_group(Protocol="HTTP", **arguments)["TargetGroups"][0]
        except ClientError as error:
            return error.response["Error"]["Code"]

    wishes = [{"Name": f"side{i}", "Port": 80} for i in range(12)]
    wishes += [{"Name": "twin", "Port": 1000 + i} for i in range(6)]
    wishes += [{"Name": "same", "Port": 80} for i in range(6)]
    wishes += [{"Name": f"bad{i}", "Port": 80, "HealthCheckPath": "no"} for i in range(3)]
    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(create, wishes[::2] + wishes[1::2]))
    found = {}
    for wish, answer in zip(wishes[::2] + wishes[1::2], answers):
        found.setdefault(wish["Name"][:4], []).append(answer)
    assert all(isinstance(one, dict) for one in found["side"]), found["side"]
    assert sum(isinstance(one, dict) for one in found["twin"]) == 1, found["twin"]
    assert found["twin"].count("DuplicateTargetGroupName") == 5, found["twin"]
    assert len({one["TargetGroupArn"] for one in found["same"]}) == 1, found["same"]
    assert [one for name in found if name.startswith("bad") for one in found[name]] == [
        "ValidationError"] * 3, found

    def delete(arn):
        own = boto3.session.Session().client("elbv2", endpoint_url=os.environ["AWS_ENDPOINT"])
        return own.delete_target_group(TargetGroupArn=arn)

    made = [one["TargetGroupArn"] for one in elbv2.describe_target_groups()["TargetGroups"]
            if one["TargetGroupName"][:4] in ("side", "twin", "same")]
    assert len(made) == 14, made
    with ThreadPoolExecutor(9) as pool:  # each three times: one that is gone is no mistake
        list(pool.map(delete, [arn for arn in made for _ in range(3)]))


def told():
    """All that is told of the API's objects, the same over restarts."""
    lines = []
    for balancer in elbv2.describe_load_balancers()["LoadBalancers"]:
        arn = balancer["LoadBalancerArn"]
        if balancer["LoadBalancerName"] != "fromfile":
            lines.append({**balancer, "State": None})
            lines.append(elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"])
            lines.append(elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"])
        for listener in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
            lines.append(listener)
            rules_of = elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
            lines += rules_of
            lines.append(elbv2.describe_tags(ResourceArns=[listener["ListenerArn"]] + [
                rule["RuleArn"] for rule in rules_of])["TagDescriptions"])
    for group in elbv2.describe_target_groups()["TargetGroups"]:
        arn = group["TargetGroupArn"]
        lines.append(group)
        lines.append(elbv2.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"])
        lines.append(elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"])
    for line in lines:
        print(line)


def drop():
    arns = [balancer["LoadBalancerArn"] for balancer in elbv2.describe_load_balancers()[
        "LoadBalancers"] if balancer["LoadBalancerName"] != "fromfile"]
    for arn in arns:
        elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[
            {"Key": "deletion_protection.enabled", "Value": "false"}])
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    elbv2.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=arns)
    refused("LoadBalancerNotFound", elbv2.describe_listeners, LoadBalancerArn=arns[0])
    for group in elbv2.describe_target_groups()["TargetGroups"]:
        if group["TargetGroupName"] != "filegroup":
            elbv2.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    assert len(elbv2.describe_target_groups()["TargetGroups"]) == 1


def make():
    balancer, other = balancers()
    group, second = groups()
    listener = listeners(balancer, other, group)
    rule = rules(listener, group, second)
    file_arn = elbv2.describe_target_groups(Names=["filegroup"])["TargetGroups"][0]["TargetGroupArn"]
    tags([balancer, group, listener, rule], file_arn)
    traffic(group, second)
    pages()
    together()
    told()


{"make": make, "same": told, "drop": drop}[MODE]()

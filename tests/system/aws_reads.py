# SPDX-License-Identifier: Apache-2.0
"""aws_reads.py PORT...: reads everything with boto3 and checks it; prints the ARNs."""
import os
import sys

import boto3
from botocore.exceptions import ClientError

PORTS = sorted(int(port) for port in sys.argv[1:])


def client(service):
    return boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT"])


def attributes(answer):
    return {pair["Key"]: pair["Value"] for pair in answer["Attributes"]}


def pages(elbv2, operation, member, **arguments):
    """All elements, one a page."""
    found = []
    for page in elbv2.get_paginator(operation).paginate(
            PaginationConfig={"PageSize": 1}, **arguments):
        assert len(page[member]) <= 1, page
        found += page[member]
    return found


def balancer(elbv2):
    one, = pages(elbv2, "describe_load_balancers", "LoadBalancers")
    arn = one["LoadBalancerArn"]
    assert one["Type"] == "application", one
    assert elbv2.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"] == [one]
    has = attributes(elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn))
    assert has["idle_timeout.timeout_seconds"] == "60", has
    assert has["routing.http2.enabled"] == "true", has
    return arn


def listeners(elbv2, arn):
    arns = []
    for listener in pages(elbv2, "describe_listeners", "Listeners", LoadBalancerArn=arn):
        one = listener["ListenerArn"]
        assert elbv2.describe_listeners(ListenerArns=[one])["Listeners"] == [listener]
        if hasattr(elbv2, "describe_listener_attributes"):  # not in boto3 of before 2024
            assert "routing.http.response.server.enabled" in attributes(
                elbv2.describe_listener_attributes(ListenerArn=one))
        elbv2.describe_listener_certificates(ListenerArn=one)
        rules = pages(elbv2, "describe_rules", "Rules", ListenerArn=one)
        assert rules[-1]["Priority"] == "default" and rules[-1]["IsDefault"], rules
        assert rules[-1]["Actions"] == listener["DefaultActions"]
        arns += [one] + [rule["RuleArn"] for rule in rules]
    return arns


def groups(elbv2, arn):
    found = pages(elbv2, "describe_target_groups", "TargetGroups")
    for group in found:
        assert isinstance(group["HealthCheckIntervalSeconds"], int), group
        assert group["Matcher"]["HttpCode"], group
        has = attributes(elbv2.describe_target_group_attributes(
            TargetGroupArn=group["TargetGroupArn"]))
        assert has["load_balancing.algorithm.anomaly_mitigation"] == "off", has
        assert has["slow_start.duration_seconds"] == "0", has
        assert has["stickiness.enabled"] == "false", has
    web, = [group for group in found if group["TargetGroupName"] == "web"]
    assert web["LoadBalancerArns"] == [arn], web
    health = elbv2.describe_target_health(
        TargetGroupArn=web["TargetGroupArn"])["TargetHealthDescriptions"]
    assert sorted(one["Target"]["Port"] for one in health) == PORTS, health
    assert {one["TargetHealth"]["State"] for one in health} == {"healthy"}, health
    return [group["TargetGroupArn"] for group in found]


def network():
    ec2 = client("ec2")
    vpc, = ec2.describe_vpcs()["Vpcs"]
    mine = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    assert len(ec2.describe_subnets(Filters=mine)["Subnets"]) == 1
    assert len(ec2.describe_security_groups(Filters=mine)["SecurityGroups"]) == 1
    other = [{"Name": "vpc-id", "Values": ["vpc-other"]}]
    assert ec2.describe_subnets(Filters=other)["Subnets"] == []
    try:
        ec2.describe_vpcs(VpcIds=["vpc-other"])
    except ec2.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidVpcID.NotFound", error
    else:
        raise AssertionError("there is a VPC vpc-other")


def main():
    elbv2 = client("elbv2")
    arn = balancer(elbv2)
    arns = [arn] + listeners(elbv2, arn) + groups(elbv2, arn)
    for first in range(0, len(arns), 20):
        tags = elbv2.describe_tags(ResourceArns=arns[first:first + 20])["TagDescriptions"]
        assert [one["ResourceArn"] for one in tags] == arns[first:first + 20], tags
    assert elbv2.describe_account_limits()["Limits"]
    policies = elbv2.describe_ssl_policies()["SslPolicies"]
    assert policies[0]["Ciphers"][0]["Priority"] == 1, policies[0]
    try:
        elbv2.describe_rules(RuleArns=[arn])
    except ClientError as error:
        assert "is not a valid listener rule ARN" in str(error), error
    else:
        raise AssertionError("a load balancer is a rule")
    network()
    print("\n".join(arns))


main()

# SPDX-License-Identifier: Apache-2.0
"""aws_ec2.py make|drop: what EC2's calls tell, make and refuse, by boto3; leaves a load balancer
with a security group, which drop takes away."""
import os
import sys

import boto3
from botocore.exceptions import ClientError

ec2, elbv2 = [boto3.client(name, endpoint_url=os.environ["AWS_ENDPOINT"]) for name in ("ec2", "elbv2")]
SUBNETS = ["subnet-us-east-1a", "subnet-us-east-1b"]


def refused(code, call, **arguments):
    try:
        answer = call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, f"{arguments}: {error}, wanted {code}"
        return
    raise AssertionError(f"{arguments}: not refused with {code}: {answer}")


def group(**arguments):
    return ec2.describe_security_groups(**arguments)["SecurityGroups"]


def network():
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    assert [zone["ZoneName"] for zone in zones] == ["us-east-1a", "us-east-1b"], zones
    for name in ("enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics"):
        told = ec2.describe_vpc_attribute(VpcId="vpc-local", Attribute=name)
        assert told[name[0].upper() + name[1:]] == {"Value": False}, told
    refused("InvalidVpcID.NotFound", ec2.describe_vpc_attribute, VpcId="vpc-x",
            Attribute="enableDnsSupport")
    main = [{"Name": "association.main", "Values": ["true"]},
            {"Name": "vpc-id", "Values": ["vpc-local"]}]
    assert len(ec2.describe_route_tables(Filters=main)["RouteTables"]) == 1
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    attributes = ec2.describe_account_attributes(AttributeNames=["default-vpc"])
    assert [one["AttributeName"] for one in attributes["AccountAttributes"]] == ["default-vpc"]


def changes(one, name):
    """A rule that is changed keeps its id and its tags."""
    def rule():
        return ec2.describe_security_group_rules(SecurityGroupRuleIds=[name])["SecurityGroupRules"][0]

    def change(**wanted):
        return ec2.modify_security_group_rules(GroupId=one, SecurityGroupRules=[
            {"SecurityGroupRuleId": name, "SecurityGroupRule": wanted}])
    ec2.create_tags(Resources=[name], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    ec2.delete_tags(Resources=[name], Tags=[{"Key": "a"}])
    found = ec2.describe_security_group_rules(Filters=[{"Name": "tag:b", "Values": ["2"]}])["SecurityGroupRules"]
    assert [each["SecurityGroupRuleId"] for each in found] == [name], found
    before = rule()
    assert before["Tags"] == [{"Key": "b", "Value": "2"}], before
    change(IpProtocol="tcp", FromPort=8443, ToPort=8444, CidrIpv4="203.0.113.0/24", Description="others")
    assert rule() == {**before, "FromPort": 8443, "ToPort": 8444, "CidrIpv4": "203.0.113.0/24",
                      "Description": "others"}, rule()
    before = rule()
    for code, wrong in (("InvalidParameterValue", {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "CidrIpv4": "x/8"}),
                        ("MissingParameter", {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}),
                        ("MissingParameter", {"CidrIpv4": "203.0.113.0/24"}),
                        ("InvalidPermission.Duplicate", {
                            "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": "127.0.0.0/8"})):
        refused(code, change, **wrong)
    assert rule() == before, rule()
    refused("InvalidSecurityGroupRuleId.NotFound", ec2.modify_security_group_rules, GroupId=one, SecurityGroupRules=[
        {"SecurityGroupRuleId": "sgr-0", "SecurityGroupRule": {"IpProtocol": "-1", "CidrIpv4": "10.0.0.0/8"}}])
    refused("InvalidGroup.NotFound", ec2.modify_security_group_rules, GroupId="sg-x", SecurityGroupRules=[
        {"SecurityGroupRuleId": name}])
    refused("InvalidID", ec2.create_tags, Resources=["sgr-0"], Tags=[{"Key": "a", "Value": "1"}])
    tagged = ec2.authorize_security_group_ingress(GroupId=one, IpProtocol="tcp", FromPort=9, ToPort=9,
                                                  CidrIp="10.0.0.0/8", TagSpecifications=[
        {"ResourceType": "security-group-rule", "Tags": [{"Key": "c", "Value": "3"}]}])["SecurityGroupRules"]
    assert tagged[0]["Tags"] == [{"Key": "c", "Value": "3"}], tagged
    ec2.revoke_security_group_ingress(GroupId=one, SecurityGroupRuleIds=[tagged[0]["SecurityGroupRuleId"]])


def rules(one):
    """Permissions by their own ids, as Terraform's aws_vpc_security_group_ingress_rule has them."""
    describe = ec2.describe_security_group_rules
    added = ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [
            {"CidrIp": "198.51.100.0/24", "Description": "them"}], "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]}])[
        "SecurityGroupRules"]
    assert [rule.get("CidrIpv4", rule.get("CidrIpv6")) for rule in added] == ["198.51.100.0/24", "2001:db8::/32"], added
    ids = [rule["SecurityGroupRuleId"] for rule in added]
    assert all(len(name) == 21 and name.startswith("sgr-") for name in ids), ids
    told = describe(SecurityGroupRuleIds=ids[:1])["SecurityGroupRules"]
    assert told == [{
        "SecurityGroupRuleId": ids[0], "GroupId": one, "GroupOwnerId": "000000000000", "IsEgress": False,
        "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "198.51.100.0/24", "Description": "them",
        "Tags": []}], told
    every = describe(Filters=[{"Name": "group-id", "Values": [one]}])["SecurityGroupRules"]
    assert len(every) == len({rule["SecurityGroupRuleId"] for rule in every}) == 4, every
    egress = [rule for rule in every if rule["IsEgress"]]
    assert [(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in egress] == [("-1", -1, -1)], egress
    assert describe(Filters=[{"Name": "group-id", "Values": ["sg-x"]}])["SecurityGroupRules"] == []
    assert len(describe(Filters=[{"Name": "security-group-rule-id", "Values": ids}])["SecurityGroupRules"]) == 2
    refused("InvalidSecurityGroupRuleId.NotFound", describe, SecurityGroupRuleIds=["sgr-0"])
    refused("InvalidSecurityGroupRuleId.NotFound", ec2.revoke_security_group_egress, GroupId=one,
            SecurityGroupRuleIds=ids[:1])
    changes(one, ids[0])
    ec2.revoke_security_group_ingress(GroupId=one, SecurityGroupRuleIds=ids)
    refused("InvalidSecurityGroupRuleId.NotFound", describe, SecurityGroupRuleIds=ids[:1])
    assert len(describe(Filters=[{"Name": "group-id", "Values": [one]}])["SecurityGroupRules"]) == 2


def refusals():
    create = ec2.create_security_group
    refused("DryRunOperation", create, GroupName="dry", Description="d", DryRun=True)
    refused("DryRunOperation", ec2.describe_vpcs, DryRun=True)
    refused("InvalidGroup.NotFound", ec2.describe_security_groups, GroupNames=["dry"])
    refused("InvalidGroupId.Malformed", ec2.delete_security_group, GroupId="nonsense")
    for tag in ({"Key": "aws:a", "Value": "1"}, {"Key": "k" * 129, "Value": "1"}, {"Key": "k", "Value": "v" * 257},
                {"Value": "1"}):
        refused("InvalidParameterValue", create, GroupName="tagged", Description="d", TagSpecifications=[
            {"ResourceType": "security-group", "Tags": [tag]}])
    one = create(GroupName="found", Description="to find", TagSpecifications=[
        {"ResourceType": "security-group", "Tags": [{"Key": "team", "Value": "x"}]}])["GroupId"]
    refused("InvalidParameterValue", ec2.create_tags, Resources=[one], Tags=[{"Key": "AWS:a", "Value": "1"}])
    for name, value, is_found in (("tag:team", "x", True), ("tag:team", "y", False), ("tag-key", "team", True),
                                  ("tag-key", "x", False), ("description", "to find", True), ("owner-id", "1", False)):
        found = group(Filters=[{"Name": name, "Values": [value]}])
        assert (one in [each["GroupId"] for each in found]) == is_found, f"{name}={value}: {found}"
    assert ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["x"]}])["Vpcs"] == []
    refused("InvalidParameterValue", ec2.describe_vpcs, Filters=[{"Name": "nothing", "Values": ["x"]}])
    ec2.delete_security_group(GroupId=one)


def make():
    create = ec2.create_security_group
    one = create(GroupName="web", Description="the web", VpcId="vpc-local", TagSpecifications=[
        {"ResourceType": "security-group", "Tags": [{"Key": "team", "Value": "a"}]}])["GroupId"]
    refused("InvalidGroup.Duplicate", create, GroupName="web", Description="again")
    refused("InvalidVpcID.NotFound", create, GroupName="a", Description="d", VpcId="vpc-x")
    refused("InvalidParameterValue", create, GroupName="sg-a", Description="d")
    refused("InvalidParameterValue", create, GroupName="default", Description="d")
    told = group(GroupIds=[one])[0]
    assert told["IpPermissions"] == [] and len(told["IpPermissionsEgress"]) == 1, told
    assert told["Tags"] == [{"Key": "team", "Value": "a"}], told
    rule = {"IpProtocol": "6", "FromPort": 80, "ToPort": 80,
            "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "us"}, {"CidrIp": "192.0.2.0/24"}]}
    allow, revoke = ec2.authorize_security_group_ingress, ec2.revoke_security_group_ingress
    allow(GroupId=one, IpPermissions=[rule])
    allow(GroupName="web", IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="127.0.0.0/8")
    refused("InvalidPermission.Duplicate", allow, GroupId=one, IpPermissions=[rule])
    refused("InvalidPermission.NotFound", revoke, GroupId=one, IpProtocol="tcp", FromPort=81,
            ToPort=81, CidrIp="127.0.0.0/8")
    refused("InvalidParameterValue", allow, GroupId=one, IpProtocol="tcp", FromPort=1, ToPort=1,
            CidrIp="10.0.0.0/33")
    refused("InvalidParameterValue", allow, GroupId=one, IpProtocol="tcp", CidrIp="10.0.0.0/8")
    for wrong in ({"IpProtocol": "xyz"}, {"IpProtocol": "256"}, {"ToPort": 65536}, {"FromPort": 2},
                  {"FromPort": -1}):
        refused("InvalidParameterValue", allow, GroupId=one, CidrIp="10.0.0.0/8",
                **{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, **wrong})
    many = [{"CidrIp": f"10.{i // 250}.{i % 250}.0/24"} for i in range(501)]
    refused("RulesPerSecurityGroupLimitExceeded", allow, GroupId=one, IpPermissions=[
        {"IpProtocol": "TCP", "FromPort": port, "ToPort": port, "IpRanges": many} for port in (9, 10)])
    refused("MissingParameter", allow, GroupId=one, IpProtocol="-1")
    refused("MissingParameter", allow, IpProtocol="-1", CidrIp="10.0.0.0/8")
    refused("InvalidGroup.NotFound", allow, GroupId="sg-x", IpProtocol="-1", CidrIp="10.0.0.0/8")
    told = group(GroupNames=["web"])[0]["IpPermissions"]
    assert len(told) == 1 and told[0]["IpProtocol"] == "tcp" and told[0]["ToPort"] == 80, told
    assert [block["CidrIp"] for block in told[0]["IpRanges"]] == [
        "10.0.0.0/8", "192.0.2.0/24", "127.0.0.0/8"], told
    assert told[0]["IpRanges"][0]["Description"] == "us", told
    revoke(GroupId=one, IpPermissions=[rule])
    rules(one)
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=one, IpPermissions=everything)
    refused("InvalidPermission.NotFound", ec2.revoke_security_group_egress, GroupId=one,
            IpPermissions=everything)
    assert group(GroupIds=[one])[0]["IpPermissionsEgress"] == []
    ec2.authorize_security_group_egress(GroupId=one, IpPermissions=[
        {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}])
    ec2.create_tags(Resources=[one], Tags=[{"Key": "team", "Value": "b"}, {"Key": "k", "Value": ""}])
    ec2.delete_tags(Resources=[one], Tags=[{"Key": "k"}, {"Key": "team", "Value": "a"}])
    refused("InvalidID", ec2.create_tags, Resources=["vpc-local"], Tags=[{"Key": "a", "Value": ""}])
    arn = elbv2.create_load_balancer(Name="web", Subnets=SUBNETS, SecurityGroups=[one])[
        "LoadBalancers"][0]["LoadBalancerArn"]
    elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=int(sys.argv[2]), DefaultActions=[
        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}])
    refused("DependencyViolation", ec2.delete_security_group, GroupId=one)
    refused("CannotDelete", ec2.delete_security_group, GroupId="sg-default")


def drop():
    one = group(GroupNames=["web"])[0]
    assert [block["CidrIp"] for block in one["IpPermissions"][0]["IpRanges"]] == ["127.0.0.0/8"], one
    assert one["IpPermissionsEgress"][0]["Ipv6Ranges"] == [{"CidrIpv6": "::/0"}], one
    assert one["Tags"] == [{"Key": "team", "Value": "b"}], one
    balancer = elbv2.describe_load_balancers(Names=["web"])["LoadBalancers"][0]
    assert balancer["SecurityGroups"] == [one["GroupId"]], balancer
    arn = balancer["LoadBalancerArn"]
    elbv2.set_security_groups(LoadBalancerArn=arn, SecurityGroups=["sg-default"])
    ec2.delete_security_group(GroupId=one["GroupId"])
    refused("InvalidGroup.NotFound", ec2.describe_security_groups, GroupIds=[one["GroupId"]])
    refused("InvalidSecurityGroup", elbv2.set_security_groups, LoadBalancerArn=arn,
            SecurityGroups=[one["GroupId"]])
    elbv2.delete_load_balancer(LoadBalancerArn=arn)


if sys.argv[1] == "make":
    network()
    refusals()
    make()
else:
    drop()

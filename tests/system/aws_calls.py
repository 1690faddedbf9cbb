# SPDX-License-Identifier: Apache-2.0
"""aws_calls.py [AREA...]: ELBv2's operations by tables of calls, each with what is wanted of it.

Each area makes what it needs under names of its own and deletes it. Bounds and codes are those of
the service's model and user guide. PORTS in the environment are free ones, READER the id and secret of a read-only key.
"""
import datetime
import os
import re
import sys
import time

import botocore
import botocore.session

from aws_cases import ask, ask_raw, check, client, differs, elbv2, element, need, run, send

PORTS = [int(port) for port in os.environ["PORTS"].split()]
SUBNETS = ["subnet-us-east-1a", "subnet-us-east-1b"]
ARN = "arn:aws:elasticloadbalancing:us-east-1:000000000000:"
NOBODY = "0123456789abcdef"
NO_GROUP = f"{ARN}targetgroup/nobody/{NOBODY}"
NO_BALANCER = f"{ARN}loadbalancer/app/nobody/{NOBODY}"
NO_LISTENER = f"{ARN}listener/app/nobody/{NOBODY}/{NOBODY}"
NO_RULE = f"{ARN}listener-rule/app/nobody/{NOBODY}/{NOBODY}/{NOBODY}"
BAD = "ValidationError"


def matches(pattern):
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def fixed(code="200", body="hello", **more):
    return [{"Type": "fixed-response", "FixedResponseConfig": {
        "StatusCode": code, "ContentType": "text/plain", "MessageBody": body}, **more}]


def forward(*groups, **more):
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
        {"TargetGroupArn": one} if isinstance(one, str) else
        {"TargetGroupArn": one[0], "Weight": one[1]} for one in groups], **more}}]


def path(*values):
    return [{"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}]


def new_group(name, **more):
    return need("create_target_group", Name=name, Protocol="HTTP", Port=80, **more)[
        "TargetGroups"][0]["TargetGroupArn"]


def new_balancer(name, **more):
    return need("create_load_balancer", Name=name, Subnets=SUBNETS, **more)[
        "LoadBalancers"][0]["LoadBalancerArn"]


def new_listener(balancer, port, actions=None):
    return need("create_listener", LoadBalancerArn=balancer, Protocol="HTTP", Port=port,
                DefaultActions=actions or fixed())["Listeners"][0]["ListenerArn"]


def new_rule(listener, priority, **more):
    return need("create_rule", **{"ListenerArn": listener, "Priority": priority,
                                  "Conditions": path("/a"), "Actions": fixed(), **more})[
        "Rules"][0]["RuleArn"]


def attributes(answer):
    return {one["Key"]: one["Value"] for one in answer["Attributes"]}


def pairs(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


def file_object(kind):
    """ARN of what the configuration file has."""
    balancer = need("describe_load_balancers", Names=["fromfile"])["LoadBalancers"][0]
    if kind == "balancer":
        return balancer["LoadBalancerArn"]
    if kind == "group":
        return need("describe_target_groups", Names=["filegroup"])["TargetGroups"][0]["TargetGroupArn"]
    listener = need("describe_listeners", LoadBalancerArn=balancer["LoadBalancerArn"])[
        "Listeners"][0]["ListenerArn"]
    if kind == "listener":
        return listener
    return need("describe_rules", ListenerArn=listener)["Rules"][0 if kind == "rule" else -1]["RuleArn"]


def balancer_create():
    made = ask("create_load_balancer", {
        "LoadBalancers[0].LoadBalancerArn": matches(
            re.escape(ARN) + "loadbalancer/app/lb-create/[0-9a-f]{16}"),
        "LoadBalancers[0].LoadBalancerName": "lb-create", "LoadBalancers[0].Type": "application",
        "LoadBalancers[0].Scheme": "internet-facing", "LoadBalancers[0].IpAddressType": "ipv4",
        "LoadBalancers[0].State.Code": matches("provisioning|active"),
        "LoadBalancers[0].DNSName": matches("lb-create.*"),
        "LoadBalancers[0].VpcId": matches("vpc-.+"),
        "LoadBalancers[0].CreatedTime": lambda value: abs(
            (value - datetime.datetime.now(value.tzinfo)).total_seconds()) < 300,
        "LoadBalancers[0].AvailabilityZones[].SubnetId": SUBNETS,
        "LoadBalancers[0].AvailabilityZones[].ZoneName": ["us-east-1a", "us-east-1b"],
        "length(LoadBalancers)": 1,
    }, Name="lb-create", Subnets=SUBNETS)
    arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    same = {"LoadBalancers[0].LoadBalancerArn": arn}
    ask("create_load_balancer", same, Name="lb-create", Subnets=SUBNETS)
    ask("create_load_balancer", same, Name="lb-create", Subnets=SUBNETS[::-1])
    ask("create_load_balancer", same, Name="lb-create", Subnets=SUBNETS, Scheme="internet-facing",
        Type="application", IpAddressType="ipv4")
    ask("create_load_balancer", "DuplicateLoadBalancerName", Name="lb-create", Subnets=SUBNETS[:1])
    ask("create_load_balancer", "DuplicateLoadBalancerName", Name="lb-create", Subnets=SUBNETS,
        Scheme="internal")
    ask("create_load_balancer", "DuplicateLoadBalancerName", Name="fromfile", Subnets=SUBNETS)
    for name in ("a" * 33, "a_b", "a.b", "a b", "-a", "a-", "internal-a", "ä", "a/b", "a\n"):
        ask("create_load_balancer", BAD, Name=name, Subnets=SUBNETS)
    for code, wrong in (
            (BAD, {"Name": None}), (BAD, {"Subnets": []}), (BAD, {"Type": "network"}),
            (BAD, {"Type": "gateway"}), (BAD, {"Type": "nonsense"}),
            (BAD + "|InvalidScheme", {"Scheme": "nonsense"}), (BAD, {"IpAddressType": "nonsense"}),
            ("SubnetNotFound", {"Subnets": ["subnet-nobody"]}),
            ("SubnetNotFound", {"Subnets": SUBNETS + ["subnet-nobody"]}),
            ("InvalidSecurityGroup", {"SecurityGroups": ["sg-nobody"]}),
            (BAD, {"SubnetMappings": [{"SubnetId": SUBNETS[0]}]}),
            (BAD, {"Tags": [{"Key": "aws:a", "Value": "1"}]}),
            (BAD, {"Tags": [{"Key": "", "Value": "1"}]}),
            (BAD, {"Tags": [{"Key": "k" * 129, "Value": "1"}]}),
            (BAD, {"Tags": [{"Key": "k", "Value": "v" * 257}]}),
            ("DuplicateTagKeys", {"Tags": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "1"}]}),
            ("TooManyTags", {"Tags": [{"Key": f"k{i}", "Value": "1"} for i in range(51)]})):
        arguments = {"Name": "lb-wrong", "Subnets": SUBNETS, **wrong}
        ask("create_load_balancer", code,
            **{name: value for name, value in arguments.items() if value is not None})
    ask("describe_load_balancers", "LoadBalancerNotFound", Names=["lb-wrong"])
    long = ask("create_load_balancer", {"LoadBalancers[0].LoadBalancerName": "A1-" + "b" * 29},
               Name="A1-" + "b" * 29, SubnetMappings=[{"SubnetId": one} for one in SUBNETS],
               Scheme="internal", Tags=[{"Key": f"k{i}", "Value": "v" * 256} for i in range(50)])
    if long:
        need("delete_load_balancer", LoadBalancerArn=long["LoadBalancers"][0]["LoadBalancerArn"])
    need("delete_load_balancer", LoadBalancerArn=arn)
    again = new_balancer("lb-create")
    check("an ARN is not used again", False, again == arn)
    need("delete_load_balancer", LoadBalancerArn=again)


def balancer_read():
    arns = [new_balancer(f"lb-read-{i}") for i in range(3)]
    names = [f"lb-read-{i}" for i in range(3)]
    ask("describe_load_balancers", {"length(LoadBalancers)": 2}, LoadBalancerArns=arns[:2])
    ask("describe_load_balancers", {"length(LoadBalancers)": 3}, Names=names)
    ask("describe_load_balancers", "LoadBalancerNotFound", Names=["lb-read-0", "nobody"])
    ask("describe_load_balancers", "LoadBalancerNotFound", LoadBalancerArns=[arns[0], NO_BALANCER])
    ask("describe_load_balancers", BAD, LoadBalancerArns=arns[:1], Names=names[:1])
    for size in (0, 401, -1):
        ask("describe_load_balancers", BAD, PageSize=size)
    ask("describe_load_balancers", BAD, Marker="not-a-marker")
    found = [one["LoadBalancerName"] for page in elbv2.get_paginator(
        "describe_load_balancers").paginate(PaginationConfig={"PageSize": 1})
             for one in page["LoadBalancers"]]
    check("describe_load_balancers one a page", sorted(names + ["fromfile"]), sorted(found))
    for waiter, arguments in (("load_balancer_available", {"Names": names}),
                              ("load_balancer_exists", {"LoadBalancerArns": arns})):
        elbv2.get_waiter(waiter).wait(WaiterConfig={"Delay": 1, "MaxAttempts": 20}, **arguments)
    for arn in arns:
        ask("delete_load_balancer", {}, LoadBalancerArn=arn)
        ask("describe_load_balancers", "LoadBalancerNotFound", LoadBalancerArns=[arn])
        ask("delete_load_balancer", {}, LoadBalancerArn=arn)
    elbv2.get_waiter("load_balancers_deleted").wait(
        LoadBalancerArns=arns, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    ask("describe_load_balancer_attributes", "LoadBalancerNotFound", LoadBalancerArn=arns[0])
    ask("describe_listeners", "LoadBalancerNotFound", LoadBalancerArn=arns[0])
    ask_raw("DescribeCapacityReservation", "LoadBalancerNotFound", [("LoadBalancerArn", arns[0])])


BALANCER_ATTRIBUTES = {
    "deletion_protection.enabled": ("false", ["true", "false"], ["yes", ""]),
    "idle_timeout.timeout_seconds": ("60", ["1", "4000"], ["0", "4001", "-1", "x", "1.5", ""]),
    "client_keep_alive.seconds": ("3600", ["60", "604800"], ["59", "604801"]),
    "routing.http2.enabled": ("true", ["false", "true"], ["2"]),
    "routing.http.desync_mitigation_mode": (
        "defensive", ["monitor", "strictest", "defensive"], ["off"]),
    "routing.http.drop_invalid_header_fields.enabled": ("false", ["true", "false"], ["x"]),
    "routing.http.preserve_host_header.enabled": (None, ["false", "true"], ["x"]),
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": ("false", ["true", "false"], ["x"]),
    "routing.http.xff_client_port.enabled": ("false", ["true", "false"], ["x"]),
    "routing.http.xff_header_processing.mode": (
        "append", ["preserve", "remove", "append"], ["replace"]),
    "load_balancing.cross_zone.enabled": ("true", ["true"], ["false", "x"]),
    "ipv6.deny_all_igw_traffic": ("false", ["true", "false"], ["x"]),
    "waf.fail_open.enabled": ("false", ["false"], ["x"]),
    "zonal_shift.config.enabled": ("false", ["false"], ["x"]),
    "access_logs.s3.enabled": ("false", ["false"], ["x"]),
    "connection_logs.s3.enabled": ("false", ["false"], ["x"]),
    "nothing": (None, [], ["1"]),
    "attributes.idle_timeout": (None, [], ["1"]),
    "name": (None, [], ["x"]),
}

GROUP_ATTRIBUTES = {
    "deregistration_delay.timeout_seconds": ("300", ["0", "3600"], ["-1", "3601", "x", ""]),
    "slow_start.duration_seconds": ("0", ["30", "900", "0"], ["1", "29", "901"]),
    "load_balancing.algorithm.type": (
        "round_robin", ["least_outstanding_requests", "weighted_random", "round_robin"], ["random"]),
    "load_balancing.algorithm.anomaly_mitigation": ("off", ["off"], ["on", "x"]),
    "load_balancing.cross_zone.enabled": (
        "use_load_balancer_configuration", ["true", "use_load_balancer_configuration"], ["x"]),
    "stickiness.enabled": ("false", ["true", "false"], ["x"]),
    "stickiness.type": ("lb_cookie", ["lb_cookie"], ["source_ip", "none"]),
    "stickiness.lb_cookie.duration_seconds": ("86400", ["1", "604800"], ["0", "604801"]),
    "stickiness.app_cookie.duration_seconds": ("86400", ["1", "604800"], ["0", "604801"]),
    "stickiness.app_cookie.cookie_name": (None, ["session"], ["AWSALB", "AWSALBAPP", "AWSALBTG"]),
    "target_group_health.dns_failover.minimum_healthy_targets.count": ("1", ["2", "off"], ["x"]),
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": (
        "off", ["50", "off"], ["0", "101"]),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": (
        "1", ["2", "1"], ["-1", "x"]),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": (
        "off", ["50", "off"], ["x", "101"]),
    "nothing": (None, [], ["1"]),
    "name": (None, [], ["x"]),
    "health_check.path": (None, [], ["/x"]),
}

LISTENER_ATTRIBUTES = {
    "routing.http.response.server.enabled": ("true", ["false", "true"], ["x"]),
    "routing.http.response.x_frame_options.header_value": (
        None, ["DENY", "SAMEORIGIN"], ["a\r\nb"]),
    "routing.http.response.strict_transport_security.header_value": (
        None, ["max-age=1"], ["x" * 1025]),
    "routing.http.request.x_amzn_tls_version.header_name": (None, ["X-Version"], ["a b", "a:b"]),
    "nothing": (None, [], ["1"]),
}


def attribute_table(read, modify, table, **which):
    """Each value is taken and read again, or refused and nothing changed."""
    has = attributes(need(read, **which))
    for key, (default, good, bad) in table.items():
        if default is not None:
            check(f"{key} of a new object", default, has.get(key))
        for value in good:
            answer = ask(modify, {f"Attributes[?Key=='{key}'].Value": [value]},
                         Attributes=[{"Key": key, "Value": value}], **which)
            if answer:
                check(f"{read} after {key}={value}", attributes(answer),
                      attributes(need(read, **which)))
        before = attributes(need(read, **which))
        for value in bad:
            ask(modify, BAD, Attributes=[{"Key": key, "Value": value}], **which)
        check(f"{read} after refusals of {key}", before, attributes(need(read, **which)))


def balancer_attributes():
    arn = new_balancer("lb-attributes")
    which = {"LoadBalancerArn": arn}
    modify = "modify_load_balancer_attributes"
    attribute_table("describe_load_balancer_attributes", modify, BALANCER_ATTRIBUTES, **which)
    before = attributes(need("describe_load_balancer_attributes", **which))
    ask(modify, BAD, Attributes=pairs(**{"idle_timeout.timeout_seconds": "77", "nothing": "1"}), **which)
    check("half of a refused call", before,
          attributes(need("describe_load_balancer_attributes", **which)))
    ask(modify, "LoadBalancerNotFound", LoadBalancerArn=NO_BALANCER,
        Attributes=pairs(**{"idle_timeout.timeout_seconds": "77"}))
    ask(modify, "OperationNotPermitted", says=["fairlead.conf:"],
        LoadBalancerArn=file_object("balancer"), Attributes=pairs(**{"idle_timeout.timeout_seconds": "77"}))
    need(modify, Attributes=pairs(**{"deletion_protection.enabled": "true"}), **which)
    ask("delete_load_balancer", "OperationNotPermitted", **which)
    need(modify, Attributes=pairs(**{"deletion_protection.enabled": "false"}), **which)
    ask("delete_load_balancer", {}, **which)
    ask("delete_load_balancer", "OperationNotPermitted", says=["fairlead.conf:"],
        LoadBalancerArn=file_object("balancer"))
    ask("delete_load_balancer", BAD, says=["'nonsense' is not a valid load balancer ARN"],
        LoadBalancerArn="nonsense")


def balancer_sets():
    arn = new_balancer("lb-sets")
    which = {"LoadBalancerArn": arn}
    ask("set_subnets", {"AvailabilityZones[].SubnetId": SUBNETS[1:]}, Subnets=SUBNETS[1:], **which)
    ask("describe_load_balancers", {"LoadBalancers[0].AvailabilityZones[].SubnetId": SUBNETS[1:]},
        LoadBalancerArns=[arn])
    ask("set_subnets", "SubnetNotFound", Subnets=["subnet-nobody"], **which)
    ask("set_subnets", BAD, **which)
    ask("set_subnets", {"AvailabilityZones[].SubnetId": SUBNETS},
        SubnetMappings=[{"SubnetId": one} for one in SUBNETS], **which)
    ask("set_security_groups", {"SecurityGroupIds": ["sg-default"]}, SecurityGroups=["sg-default"], **which)
    ask("set_security_groups", "InvalidSecurityGroup", SecurityGroups=["sg-nobody"], **which)
    ask("set_ip_address_type", {"IpAddressType": "ipv4"}, IpAddressType="ipv4", **which)
    ask("set_ip_address_type", BAD, IpAddressType="nonsense", **which)
    for operation, arguments in (("set_subnets", {"Subnets": SUBNETS}),
                                 ("set_security_groups", {"SecurityGroups": ["sg-default"]}),
                                 ("set_ip_address_type", {"IpAddressType": "ipv4"})):
        ask(operation, "LoadBalancerNotFound", LoadBalancerArn=NO_BALANCER, **arguments)
        ask(operation, "OperationNotPermitted", says=["fairlead.conf:"],
            LoadBalancerArn=file_object("balancer"), **arguments)
    need("delete_load_balancer", **which)


GROUP_DEFAULTS = {
    "Protocol": "HTTP", "Port": 80, "ProtocolVersion": "HTTP1", "TargetType": "instance",
    "HealthCheckProtocol": "HTTP", "HealthCheckPort": "traffic-port", "HealthCheckPath": "/",
    "HealthCheckIntervalSeconds": 30, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 5,
    "UnhealthyThresholdCount": 2, "Matcher.HttpCode": "200", "HealthCheckEnabled": True,
    "LoadBalancerArns": [], "IpAddressType": "ipv4",
}

HEALTH_CHECKS = (
    ("HealthCheckPort", ["traffic-port", "1", "65535"], ["0", "65536", "x", "-1"]),
    ("HealthCheckPath", ["/", "/" + "x" * 1023, "/a?b=c"], ["x", "/" + "x" * 1024, "/a b"]),
    ("HealthCheckIntervalSeconds", [300, 6], [4, 301, 0, -5]),
    ("HealthCheckTimeoutSeconds", [2, 5], [1, 121, 0]),
    ("HealthyThresholdCount", [2, 10], [1, 11, 0]),
    ("UnhealthyThresholdCount", [2, 10], [1, 11]),
    ("HealthCheckProtocol", ["HTTPS", "HTTP"], ["TCP", "nonsense"]),
    ("Matcher", [{"HttpCode": code} for code in ("200", "200,202", "200-299", "200-204,301", "499")],
     [{"HttpCode": code} for code in ("199", "500", "600", "abc", "200-", "299-200", "200,,201")]),
)


def group_create():
    create = "create_target_group"
    made = ask(create, {
        "TargetGroups[0].TargetGroupArn": matches(
            re.escape(ARN) + "targetgroup/tg-create/[0-9a-f]{16}"),
        **{f"TargetGroups[0].{name}": value for name, value in GROUP_DEFAULTS.items()}},
               Name="tg-create", Protocol="HTTP", Port=80)
    arn = made["TargetGroups"][0]["TargetGroupArn"]
    same = {"TargetGroups[0].TargetGroupArn": arn, "length(TargetGroups)": 1}
    ask(create, same, Name="tg-create", Protocol="HTTP", Port=80)
    ask(create, same, Name="tg-create", Protocol="HTTP", Port=80, HealthCheckPath="/",
        TargetType="instance", ProtocolVersion="HTTP1")
    for other in ({"Port": 81}, {"Protocol": "HTTPS"}, {"TargetType": "ip"},
                  {"ProtocolVersion": "HTTP2"}, {"HealthCheckPath": "/x"}):
        ask(create, "DuplicateTargetGroupName",
            **{"Name": "tg-create", "Protocol": "HTTP", "Port": 80, **other})
    ask(create, "DuplicateTargetGroupName", says=["fairlead.conf:"], Name="filegroup",
        Protocol="HTTP", Port=80)
    for name in ("a" * 33, "a_b", "-a", "a-", "a b", "ä", "a.b", "a/b"):
        ask(create, BAD, Name=name, Protocol="HTTP", Port=80)
    for wrong in ({"Name": None}, {"Protocol": None}, {"Port": None}, {"Port": 0}, {"Port": 65536},
                  {"Port": -1}, {"Protocol": "nonsense"}, {"Protocol": "TCP"}, {"Protocol": "http"},
                  {"ProtocolVersion": "HTTP3"}, {"TargetType": "lambda"}, {"TargetType": "alb"},
                  {"TargetType": "nonsense"}, {"IpAddressType": "nonsense"},
                  {"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 10},
                  {"HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 120}):
        arguments = {"Name": "tg-wrong", "Protocol": "HTTP", "Port": 80, **wrong}
        ask(create, BAD, **{name: value for name, value in arguments.items() if value is not None})
    for member, good, bad in HEALTH_CHECKS:
        for value in bad:
            ask(create, BAD, Name="tg-wrong", Protocol="HTTP", Port=80, **{member: value})
        for value in good:
            # A group of its own name: a refusal of the last one shows at once.
            answer = ask(create, {f"TargetGroups[0].{member}": value}, Name="tg-good",
                         Protocol="HTTP", Port=80, **{member: value})
            if answer:
                need("delete_target_group", TargetGroupArn=answer["TargetGroups"][0]["TargetGroupArn"])
    ask("describe_target_groups", "TargetGroupNotFound", Names=["tg-wrong"])
    for wanted, arguments in (
            ({"Port": 1}, {"Port": 1}), ({"Port": 65535}, {"Port": 65535}),
            ({"TargetType": "ip"}, {"TargetType": "ip"}),
            ({"Protocol": "HTTPS"}, {"Protocol": "HTTPS"}),
            ({"ProtocolVersion": "HTTP2", "HealthCheckPath": "/"}, {"ProtocolVersion": "HTTP2"}),
            ({"ProtocolVersion": "GRPC", "Matcher.GrpcCode": "12",
              "HealthCheckPath": "/AWS.ALB/healthcheck"}, {"ProtocolVersion": "GRPC"}),
            ({"Matcher.GrpcCode": "0-99"}, {"ProtocolVersion": "GRPC", "Matcher": {"GrpcCode": "0-99"}}),
            ({"HealthCheckTimeoutSeconds": 120},
             {"HealthCheckTimeoutSeconds": 120, "HealthCheckIntervalSeconds": 300}),
            ({"TargetGroupName": "A1-" + "b" * 29}, {"Name": "A1-" + "b" * 29}),
            ({"VpcId": "vpc-local"}, {"VpcId": "vpc-local"})):
        answer = ask(create, {f"TargetGroups[0].{name}": value for name, value in wanted.items()},
                     **{"Name": "tg-good", "Protocol": "HTTP", "Port": 80, **arguments})
        if answer:
            need("delete_target_group", TargetGroupArn=answer["TargetGroups"][0]["TargetGroupArn"])
    ask("delete_target_group", {}, TargetGroupArn=arn)
    ask("delete_target_group", {}, TargetGroupArn=arn)
    ask("delete_target_group", {}, TargetGroupArn=NO_GROUP)
    ask("describe_target_groups", "TargetGroupNotFound", TargetGroupArns=[arn])
    ask("delete_target_group", "OperationNotPermitted", says=["fairlead.conf:"],
        TargetGroupArn=file_object("group"))


def group_modify():
    arn = new_group("tg-modify")
    modify = "modify_target_group"
    for member, good, bad in HEALTH_CHECKS:
        for value in good:
            ask(modify, {f"TargetGroups[0].{member}": value}, TargetGroupArn=arn, **{member: value})
            ask("describe_target_groups", {f"TargetGroups[0].{member}": value}, TargetGroupArns=[arn])
        before = need("describe_target_groups", TargetGroupArns=[arn])
        for value in bad:
            ask(modify, BAD, TargetGroupArn=arn, **{member: value})
        check(f"{member} after refusals", before, need("describe_target_groups", TargetGroupArns=[arn]))
    need(modify, TargetGroupArn=arn, HealthCheckIntervalSeconds=20, HealthCheckTimeoutSeconds=10)
    ask(modify, BAD, TargetGroupArn=arn, HealthCheckIntervalSeconds=10)
    ask(modify, BAD, TargetGroupArn=arn, HealthCheckTimeoutSeconds=20)
    ask(modify, {"TargetGroups[0].HealthCheckIntervalSeconds": 6,
                 "TargetGroups[0].HealthCheckTimeoutSeconds": 5, "TargetGroups[0].Port": 80},
        TargetGroupArn=arn, HealthCheckIntervalSeconds=6, HealthCheckTimeoutSeconds=5)
    ask(modify, BAD, TargetGroupArn=arn, HealthCheckEnabled=False)
    ask(modify, "TargetGroupNotFound", TargetGroupArn=NO_GROUP, HealthCheckPath="/")
    ask(modify, "OperationNotPermitted", says=["fairlead.conf:"],
        TargetGroupArn=file_object("group"), HealthCheckPath="/x")
    need("delete_target_group", TargetGroupArn=arn)


def group_attributes():
    arn = new_group("tg-attributes")
    which = {"TargetGroupArn": arn}
    modify = "modify_target_group_attributes"
    attribute_table("describe_target_group_attributes", modify, GROUP_ATTRIBUTES, **which)
    for last in ("count", "percentage"):
        ask(modify, BAD, Attributes=[{
            "Key": f"target_group_health.unhealthy_state_routing.minimum_healthy_targets.{last}",
            "Value": "0"}], **which)
    ask(modify, {}, Attributes=pairs(**{"stickiness.enabled": "true", "stickiness.type": "app_cookie",
                                        "stickiness.app_cookie.cookie_name": "session"}), **which)
    ask(modify, {}, Attributes=pairs(**{
        "stickiness.enabled": "false", "load_balancing.algorithm.type": "weighted_random",
        "load_balancing.algorithm.anomaly_mitigation": "on"}), **which)
    before = attributes(need("describe_target_group_attributes", **which))
    ask(modify, BAD, Attributes=pairs(**{"deregistration_delay.timeout_seconds": "9", "nothing": "1"}),
        **which)
    check("half of a refused call", before,
          attributes(need("describe_target_group_attributes", **which)))
    ask(modify, "TargetGroupNotFound", TargetGroupArn=NO_GROUP,
        Attributes=pairs(**{"stickiness.enabled": "true"}))
    ask(modify, "OperationNotPermitted", says=["fairlead.conf:"],
        TargetGroupArn=file_object("group"), Attributes=pairs(**{"stickiness.enabled": "true"}))
    need("delete_target_group", **which)


def group_pages():
    arns = [new_group(f"tg-page-{i}") for i in range(30)]
    for size in (1, 7, 29, 30, 31, 400):
        found = [one["TargetGroupArn"] for page in elbv2.get_paginator(
            "describe_target_groups").paginate(PaginationConfig={"PageSize": size})
                 for one in page["TargetGroups"]]
        check(f"describe_target_groups by {size}: no repetition", len(set(found)), len(found))
        check(f"describe_target_groups by {size}: all", True, set(arns) <= set(found))
    first = need("describe_target_groups", PageSize=10)
    check("a page of ten", 10, len(first["TargetGroups"]))
    last = need("describe_target_groups", PageSize=400)
    check("no marker behind the last page", False, "NextMarker" in last)
    # What comes and goes between two pages does not touch the others.
    seen = [one["TargetGroupArn"] for one in first["TargetGroups"]]
    gone = [arn for arn in arns if arn in seen][:-1] + [arn for arn in arns if arn not in seen][-1:]
    for arn in gone:
        need("delete_target_group", TargetGroupArn=arn)
    late = new_group("tg-page-late")
    while first.get("NextMarker"):
        first = need("describe_target_groups", PageSize=10, Marker=first["NextMarker"])
        seen += [one["TargetGroupArn"] for one in first["TargetGroups"]]
    check("pages while others change: no repetition", len(set(seen)), len(seen))
    check("pages while others change: all that stayed", True, set(arns) - set(gone) <= set(seen))
    ask("describe_target_groups", {"length(TargetGroups)": 2},
        Names=["tg-page-late", "filegroup"])
    ask("describe_target_groups", "TargetGroupNotFound", Names=["tg-page-late", "nobody"])
    ask("describe_target_groups", "TargetGroupNotFound", TargetGroupArns=[NO_GROUP])
    ask("describe_target_groups", "LoadBalancerNotFound", LoadBalancerArn=NO_BALANCER)
    for size in (0, 401):
        ask("describe_target_groups", BAD, PageSize=size)
    for marker in ("not-a-marker", "💥"):
        ask("describe_target_groups", BAD, Marker=marker)
    for arn in set(arns + [late]) - set(gone):
        need("delete_target_group", TargetGroupArn=arn)


ACTIONS_GOOD = (
    fixed(), fixed("599"), fixed("404", "x" * 1024),
    [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "204"}}],
    [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_302", "Host": "a.example"}}],
    [{"Type": "redirect", "RedirectConfig": {
        "StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": "443", "Host": "#{host}",
        "Path": "/#{path}", "Query": "#{query}"}}],
)

ACTIONS_BAD = (
    (BAD + "|InvalidLoadBalancerAction", []),
    (BAD, [{"Type": "nonsense"}]),
    (BAD, [{"Type": "forward"}]),
    (BAD, [{"Type": "fixed-response"}]),
    (BAD, [{"Type": "redirect"}]),
    (BAD, fixed("199")), (BAD, fixed("300")), (BAD, fixed("600")), (BAD, fixed("x")),
    (BAD, fixed("200", "x" * 1025)),
    (BAD, [{"Type": "fixed-response", "FixedResponseConfig": {
        "StatusCode": "200", "ContentType": "image/png"}}]),
    (BAD, [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_303", "Path": "/x"}}]),
    (BAD, [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "x"}}]),
    (BAD, [{"Type": "redirect", "RedirectConfig": {
        "StatusCode": "HTTP_301", "Path": "/" + "x" * 128}}]),
    (BAD, [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Port": "0"}}]),
    (BAD, [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Query": "q" * 129}}]),
    (BAD + "|InvalidLoadBalancerAction",
     [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}]),
    ("TargetGroupNotFound", forward(NO_GROUP)),
    ("InvalidLoadBalancerAction|TooManyActions|" + BAD, fixed() + fixed()),
    (BAD + "|InvalidLoadBalancerAction", [{"Type": "authenticate-cognito"}] + fixed()),
)


def weights(group, other):
    """Actions that forward: good ones, and bad ones with their codes."""
    good = (forward((group, 0), (other, 999)), forward((group, 1), (other, 2)),
            [{"Type": "forward", "TargetGroupArn": group}],
            [{"Type": "forward", "TargetGroupArn": group, **forward(group)[0]}],
            forward((group, 1), TargetGroupStickinessConfig={"Enabled": True, "DurationSeconds": 1}),
            forward((group, 1), TargetGroupStickinessConfig={"Enabled": False}))
    bad = ((BAD, forward((group, 1000), (other, 1))), (BAD, forward((group, -1), (other, 1))),
           (BAD, forward()), (BAD, forward("nonsense")),
           (BAD + "|InvalidLoadBalancerAction", forward(group, group)),
           (BAD + "|InvalidLoadBalancerAction",
            [{"Type": "forward", "TargetGroupArn": other, **forward(group)[0]}]),
           (BAD, forward((group, 1), TargetGroupStickinessConfig={"Enabled": True})),
           (BAD, forward((group, 1), TargetGroupStickinessConfig={"Enabled": True, "DurationSeconds": 0})),
           (BAD, forward((group, 1), TargetGroupStickinessConfig={
               "Enabled": True, "DurationSeconds": 604801})))
    return good, bad


def listener_create():
    balancer, other = new_balancer("ls-create"), new_balancer("ls-other")
    group, second = new_group("ls-group"), new_group("ls-second")
    create = "create_listener"
    made = ask(create, {
        "Listeners[0].ListenerArn": matches(re.escape(ARN) + "listener/app/ls-create/" +
                                            balancer.rsplit("/", 1)[1] + "/[0-9a-f]{16}"),
        "Listeners[0].LoadBalancerArn": balancer, "Listeners[0].Port": PORTS[0],
        "Listeners[0].Protocol": "HTTP", "length(Listeners)": 1,
        "Listeners[0].DefaultActions[0].TargetGroupArn": group,
        "Listeners[0].DefaultActions[0].ForwardConfig.TargetGroups[0].TargetGroupArn": group,
    }, LoadBalancerArn=balancer, Protocol="HTTP", Port=PORTS[0], DefaultActions=[
        {"Type": "forward", "TargetGroupArn": group}], Tags=pairs(a="1"))
    arn = made["Listeners"][0]["ListenerArn"]
    ask("describe_tags", {"TagDescriptions[0].Tags": pairs(a="1")}, ResourceArns=[arn])
    ask(create, {"Listeners[0].ListenerArn": arn}, LoadBalancerArn=balancer, Protocol="HTTP",
        Port=PORTS[0], DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
    ask("describe_target_groups", {"TargetGroups[0].LoadBalancerArns": [balancer]},
        TargetGroupArns=[group])
    ask("describe_target_groups", {"TargetGroups[].TargetGroupName": ["ls-group"]},
        LoadBalancerArn=balancer)
    usual = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": PORTS[1],
             "DefaultActions": fixed()}
    for code, wrong in (
            ("DuplicateListener", {"Port": PORTS[0]}),
            ("DuplicateListener", {"Port": PORTS[0], "LoadBalancerArn": other}),
            ("LoadBalancerNotFound", {"LoadBalancerArn": NO_BALANCER}),
            (BAD, {"LoadBalancerArn": "nonsense"}),
            (BAD, {"Port": 0}), (BAD, {"Port": 65536}), (BAD, {"Port": None}),
            (BAD, {"Protocol": None}), (BAD, {"DefaultActions": None}),
            ("UnsupportedProtocol|" + BAD, {"Protocol": "TCP"}), (BAD, {"Protocol": "nonsense"}),
            (BAD + "|CertificateNotFound", {"Protocol": "HTTPS"}),
            ("CertificateNotFound|" + BAD, {"Protocol": "HTTPS", "Certificates": [
                {"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/x"}]}),
            ("TargetGroupAssociationLimit", {"LoadBalancerArn": other, "DefaultActions": forward(group)}),
            ("DuplicateTagKeys", {"Tags": pairs(a="1") + pairs(a="2")}),
            ("TooManyTags", {"Tags": pairs(**{f"k{i}": "" for i in range(51)})})):
        arguments = {**usual, **wrong}
        ask(create, code, **{name: value for name, value in arguments.items() if value is not None})
    good, bad = weights(group, second)
    for code, actions in ACTIONS_BAD + bad:
        ask(create, code, **{**usual, "DefaultActions": actions})
    ask("describe_listeners", {"length(Listeners)": 1}, LoadBalancerArn=balancer)
    for actions in ACTIONS_GOOD + good:
        answer = ask(create, {"Listeners[0].DefaultActions[0].Type": actions[0]["Type"]},
                     **{**usual, "DefaultActions": actions})
        if answer:
            need("delete_listener", ListenerArn=answer["Listeners"][0]["ListenerArn"])
    six = [new_group(f"ls-six-{i}") for i in range(6)]
    ask(create, "TooManyActions", **{**usual, "DefaultActions": forward(*six)})
    answer = ask(create, {"length(Listeners[0].DefaultActions[0].ForwardConfig.TargetGroups)": 5},
                 **{**usual, "DefaultActions": forward(*six[:5])})
    ask("delete_target_group", "ResourceInUse", TargetGroupArn=six[0])
    need("delete_listener", ListenerArn=answer["Listeners"][0]["ListenerArn"])
    for one in six:
        ask("delete_target_group", {}, TargetGroupArn=one)
    # What a listener held is free when it is gone.
    ask("delete_target_group", "ResourceInUse", TargetGroupArn=group)
    ask("delete_listener", {}, ListenerArn=arn)
    ask("delete_listener", "ListenerNotFound", ListenerArn=arn)
    ask("describe_listeners", "ListenerNotFound", ListenerArns=[arn])
    ask("describe_target_groups", {"TargetGroups[0].LoadBalancerArns": []}, TargetGroupArns=[group])
    moved = ask(create, {"Listeners[0].Port": PORTS[0]}, LoadBalancerArn=other, Protocol="HTTP",
                Port=PORTS[0], DefaultActions=forward(group))
    need("delete_load_balancer", LoadBalancerArn=other)
    ask("describe_listeners", "ListenerNotFound", ListenerArns=[moved["Listeners"][0]["ListenerArn"]])
    ask("delete_target_group", {}, TargetGroupArn=group)
    need("delete_target_group", TargetGroupArn=second)
    need("delete_load_balancer", LoadBalancerArn=balancer)
    ask("delete_listener", "OperationNotPermitted", says=["fairlead.conf:"],
        ListenerArn=file_object("listener"))


def listener_modify():
    balancer, other = new_balancer("lm-modify"), new_balancer("lm-other")
    group, foreign = new_group("lm-group"), new_group("lm-foreign")
    arn, second = new_listener(balancer, PORTS[0]), new_listener(balancer, PORTS[1])
    third = new_listener(other, PORTS[2], forward(foreign))
    modify = "modify_listener"
    for code, wrong in (("DuplicateListener", {"Port": PORTS[1]}), ("DuplicateListener", {"Port": PORTS[2]}),
                        (BAD, {"Port": 0}), (BAD, {"Port": 65536}),
                        ("UnsupportedProtocol|" + BAD, {"Protocol": "TCP"}),
                        (BAD + "|CertificateNotFound", {"Protocol": "HTTPS"}),
                        ("TargetGroupAssociationLimit", {"DefaultActions": forward(foreign)}),
                        ("ListenerNotFound", {"ListenerArn": NO_LISTENER}),
                        ("OperationNotPermitted", {"ListenerArn": file_object("listener"), "Port": 1})):
        ask(modify, code, **{"ListenerArn": arn, **wrong})
    good, bad = weights(group, foreign)
    before = need("describe_listeners", ListenerArns=[arn])
    for code, actions in ACTIONS_BAD[1:] + bad:
        ask(modify, code + "|TargetGroupAssociationLimit", ListenerArn=arn, DefaultActions=actions)
    check("the listener after refusals", before, need("describe_listeners", ListenerArns=[arn]))
    for actions in ACTIONS_GOOD + good[2:]:
        ask(modify, {"Listeners[0].DefaultActions[0].Type": actions[0]["Type"],
                     "Listeners[0].Port": PORTS[0]}, ListenerArn=arn, DefaultActions=actions)
    ask(modify, {"Listeners[0].Port": PORTS[3], "Listeners[0].DefaultActions[0].Type": "forward",
                 "Listeners[0].ListenerArn": arn}, ListenerArn=arn, Port=PORTS[3])
    ask("describe_rules", {"Rules[-1].Actions[0].Type": "forward", "Rules[-1].IsDefault": True,
                           "Rules[-1].Priority": "default", "Rules[-1].Conditions": []}, ListenerArn=arn)
    ask("describe_listeners", {"sort(Listeners[].Port)": sorted([PORTS[3], PORTS[1]])},
        LoadBalancerArn=balancer)
    ask("describe_listeners", BAD)
    ask("describe_listeners", "ListenerNotFound", ListenerArns=[arn, NO_LISTENER])
    ask("describe_listeners", {"Listeners[].ListenerArn": [second]}, ListenerArns=[second])
    found = [one["ListenerArn"] for page in elbv2.get_paginator("describe_listeners").paginate(
        LoadBalancerArn=balancer, PaginationConfig={"PageSize": 1}) for one in page["Listeners"]]
    check("describe_listeners one a page", sorted([arn, second]), sorted(found))
    ask("add_listener_certificates", BAD + "|CertificateNotFound|OperationNotPermitted|UnsupportedProtocol",
        ListenerArn=arn, Certificates=[{"CertificateArn": "nobody"}])
    ask("add_listener_certificates", "ListenerNotFound", ListenerArn=NO_LISTENER,
        Certificates=[{"CertificateArn": "nobody"}])
    ask("remove_listener_certificates", "ListenerNotFound", ListenerArn=NO_LISTENER,
        Certificates=[{"CertificateArn": "nobody"}])
    if hasattr(elbv2, "describe_listener_attributes"):
        attribute_table("describe_listener_attributes", "modify_listener_attributes",
                        LISTENER_ATTRIBUTES, ListenerArn=arn)
    need("delete_listener", ListenerArn=third)
    for one in (balancer, other):
        need("delete_load_balancer", LoadBalancerArn=one)
    for one in (group, foreign):
        need("delete_target_group", TargetGroupArn=one)


def condition(field, member, **config):
    return {"Field": field, member: config}


CONDITIONS_GOOD = (
    path("/a", "/a/*", "/b?", "/" + "c" * 127), path("*.php"), path("/a*b*c*d*e*"),
    [{"Field": "path-pattern", "Values": ["/short"]}],
    [{"Field": "host-header", "Values": ["a.example"]}],
    [condition("host-header", "HostHeaderConfig", Values=["*.Example.com", "a.b"])],
    [condition("http-header", "HttpHeaderConfig", HttpHeaderName="X-" + "a" * 38, Values=["a*"])],
    [condition("http-request-method", "HttpRequestMethodConfig", Values=["GET", "MY-OWN_METHOD"])],
    [condition("query-string", "QueryStringConfig", Values=[{"Key": "v", "Value": "1"}, {"Value": "2"}])],
    [condition("source-ip", "SourceIpConfig", Values=["10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32"])],
    path("/a") + [condition("http-header", "HttpHeaderConfig", HttpHeaderName="A", Values=["1"]),
                  condition("http-header", "HttpHeaderConfig", HttpHeaderName="B", Values=["1"]),
                  condition("query-string", "QueryStringConfig", Values=[{"Value": "1"}]),
                  condition("query-string", "QueryStringConfig", Values=[{"Value": "2"}])],
)

CONDITIONS_BAD = (
    [], [{"Field": "nonsense", "Values": ["a"]}], [{"Field": "path-pattern"}],
    [{"Values": ["/a"]}], path(), path(""), path("/" + "c" * 128), path("/a b"), path("/a\tb"),
    path("/1", "/2", "/3", "/4", "/5", "/6"),
    path("/1", "/2", "/3") + [condition("host-header", "HostHeaderConfig",
                                        Values=["a.b", "c.d", "e.f"])],
    path("/a") + path("/b"),
    [condition("host-header", "HostHeaderConfig", Values=["a.example"])] * 2,
    [condition("host-header", "HostHeaderConfig", Values=["a_b.example"])],
    [condition("host-header", "HostHeaderConfig", Values=["a." + "e" * 127])],
    [condition("http-header", "HttpHeaderConfig", HttpHeaderName="Host", Values=["a"])],
    [condition("http-header", "HttpHeaderConfig", HttpHeaderName="X-" + "a" * 39, Values=["a"])],
    [condition("http-header", "HttpHeaderConfig", HttpHeaderName="a b", Values=["a"])],
    [condition("http-header", "HttpHeaderConfig", Values=["a"])],
    [condition("http-header", "HttpHeaderConfig", HttpHeaderName="A", Values=["a" * 129])],
    [condition("http-request-method", "HttpRequestMethodConfig", Values=["get"])],
    [condition("http-request-method", "HttpRequestMethodConfig", Values=["M" * 41])],
    [condition("query-string", "QueryStringConfig", Values=[{"Key": "k"}])],
    [condition("query-string", "QueryStringConfig", Values=[{"Key": "k", "Value": "v" * 129}])],
    [condition("source-ip", "SourceIpConfig", Values=["10.0.0.0/33"])],
    [condition("source-ip", "SourceIpConfig", Values=["255.255.255.255/32"])],
    [condition("source-ip", "SourceIpConfig", Values=["nonsense"])],
    [condition("path-pattern", "HostHeaderConfig", Values=["a.example"])],
)


def rule_create():
    balancer, other = new_balancer("ru-create"), new_balancer("ru-other")
    group, foreign = new_group("ru-group"), new_group("ru-foreign")
    listener = new_listener(balancer, PORTS[0])
    new_listener(other, PORTS[1], forward(foreign))
    create = "create_rule"
    usual = {"ListenerArn": listener, "Priority": 10, "Conditions": path("/a"), "Actions": fixed()}
    made = ask(create, {
        "length(Rules)": 1, "Rules[0].Priority": "10", "Rules[0].IsDefault": False,
        "Rules[0].RuleArn": matches(re.escape(listener.replace(":listener/", ":listener-rule/")) +
                                    "/[0-9a-f]{16}"),
        "Rules[0].Conditions[0].Field": "path-pattern", "Rules[0].Conditions[0].Values": ["/a"],
        "Rules[0].Conditions[0].PathPatternConfig.Values": ["/a"],
        "Rules[0].Actions[0].FixedResponseConfig": fixed()[0]["FixedResponseConfig"],
        "Rules[0].Actions[0].Order": 1,
    }, **{**usual, "Actions": fixed(Order=1), "Tags": pairs(a="1")})
    ask("describe_tags", {"TagDescriptions[0].Tags": pairs(a="1")},
        ResourceArns=[made["Rules"][0]["RuleArn"]])
    ask(create, "PriorityInUse", **usual)
    ask(create, "PriorityInUse", **{**usual, "Conditions": path("/b")})
    usual["Priority"] = 20
    for code, wrong in (
            (BAD, {"Priority": 0}), (BAD, {"Priority": 50001}), (BAD, {"Priority": -1}),
            (BAD, {"Priority": None}), (BAD, {"Conditions": None}), (BAD, {"Actions": None}),
            ("ListenerNotFound", {"ListenerArn": NO_LISTENER}),
            (BAD, {"ListenerArn": "nonsense"}),
            ("TargetGroupAssociationLimit", {"Actions": forward(foreign)}),
            ("DuplicateTagKeys", {"Tags": pairs(a="1") + pairs(a="2")}),
            ("TooManyTags", {"Tags": pairs(**{f"k{i}": "" for i in range(51)})})):
        arguments = {**usual, **wrong}
        ask(create, code, **{name: value for name, value in arguments.items() if value is not None})
    for conditions in CONDITIONS_BAD:
        ask(create, BAD, **{**usual, "Conditions": conditions})
    ask(create, BAD, **{**usual, "Conditions": path("/*/*/*/*/*/*")})
    good, bad = weights(group, foreign)
    for code, actions in ACTIONS_BAD + bad:
        ask(create, code + "|TargetGroupAssociationLimit", **{**usual, "Actions": actions})
    ask("describe_rules", {"length(Rules)": 2}, ListenerArn=listener)
    for conditions in CONDITIONS_GOOD:
        answer = ask(create, {"Rules[0].Conditions[].Field": [one["Field"] for one in conditions]},
                     **{**usual, "Conditions": conditions})
        if answer:
            need("delete_rule", RuleArn=answer["Rules"][0]["RuleArn"])
    for actions in ACTIONS_GOOD + good[2:]:
        answer = ask(create, {"Rules[0].Actions[0].Type": actions[0]["Type"]},
                     **{**usual, "Actions": actions})
        if answer:
            need("delete_rule", RuleArn=answer["Rules"][0]["RuleArn"])
    for priority in (50000, 1, 25):
        ask(create, {"Rules[0].Priority": str(priority)}, **{**usual, "Priority": priority})
    ask("describe_rules", {"Rules[].Priority": ["1", "10", "25", "50000", "default"]},
        ListenerArn=listener)
    found = [one["Priority"] for page in elbv2.get_paginator("describe_rules").paginate(
        ListenerArn=listener, PaginationConfig={"PageSize": 2}) for one in page["Rules"]]
    check("describe_rules two a page", ["1", "10", "25", "50000", "default"], found)
    ask("describe_rules", BAD)
    ask("describe_rules", "ListenerNotFound", ListenerArn=NO_LISTENER)
    ask("describe_rules", "RuleNotFound", RuleArns=[NO_RULE])
    for one in (balancer, other):
        need("delete_load_balancer", LoadBalancerArn=one)
    ask("describe_rules", "RuleNotFound", RuleArns=[made["Rules"][0]["RuleArn"]])
    for one in (group, foreign):
        ask("delete_target_group", {}, TargetGroupArn=one)


def rule_modify():
    balancer, other = new_balancer("rm-modify"), new_balancer("rm-other")
    group, foreign = new_group("rm-group"), new_group("rm-foreign")
    listener = new_listener(balancer, PORTS[0])
    new_listener(other, PORTS[1], forward(foreign))
    rules = [new_rule(listener, number) for number in (1, 2, 3)]
    modify = "modify_rule"
    ask(modify, {"Rules[0].Conditions[0].Values": ["/b"], "Rules[0].Priority": "1",
                 "Rules[0].Actions[0].Type": "fixed-response", "Rules[0].RuleArn": rules[0]},
        RuleArn=rules[0], Conditions=path("/b"))
    ask(modify, {"Rules[0].Conditions[0].Values": ["/b"],
                 "Rules[0].Actions[0].TargetGroupArn": group}, RuleArn=rules[0], Actions=forward(group))
    before = need("describe_rules", RuleArns=rules[:1])
    for conditions in CONDITIONS_BAD[1:]:
        ask(modify, BAD, RuleArn=rules[0], Conditions=conditions)
    good, bad = weights(group, foreign)
    for code, actions in ACTIONS_BAD[1:] + bad:
        ask(modify, code + "|TargetGroupAssociationLimit", RuleArn=rules[0], Actions=actions)
    ask(modify, "TargetGroupAssociationLimit", RuleArn=rules[0], Actions=forward(foreign))
    check("the rule after refusals", before, need("describe_rules", RuleArns=rules[:1]))
    for conditions in CONDITIONS_GOOD:
        ask(modify, {"Rules[0].Conditions[].Field": [one["Field"] for one in conditions]},
            RuleArn=rules[0], Conditions=conditions)
    for actions in ACTIONS_GOOD + good[2:]:
        ask(modify, {"Rules[0].Actions[0].Type": actions[0]["Type"]}, RuleArn=rules[0], Actions=actions)
    ask(modify, "RuleNotFound", RuleArn=NO_RULE, Conditions=path("/b"))
    default = need("describe_rules", ListenerArn=listener)["Rules"][-1]["RuleArn"]
    ask(modify, "OperationNotPermitted", RuleArn=default, Conditions=path("/b"))
    ask("delete_rule", "OperationNotPermitted", RuleArn=default)
    priorities = "set_rule_priorities"

    def wish(*numbers):
        return [{"RuleArn": arn, "Priority": number} for arn, number in zip(rules, numbers)]
    ask(priorities, {"sort(Rules[].Priority)": ["1", "2", "3"]}, RulePriorities=wish(3, 1, 2))
    ask("describe_rules", {"Rules[].RuleArn": [rules[1], rules[2], rules[0], default]},
        ListenerArn=listener)
    ask(priorities, {}, RulePriorities=wish(1, 2, 50000))
    ask(priorities, {}, RulePriorities=wish(1, 2))
    before = need("describe_rules", ListenerArn=listener)
    for code, wanted in (
            ("PriorityInUse", wish(2)), ("PriorityInUse", wish(50000, 3)),
            ("PriorityInUse|" + BAD, wish(7, 7)), (BAD, wish(0)), (BAD, wish(50001)), (BAD, []),
            ("RuleNotFound", wish(9) + [{"RuleArn": NO_RULE, "Priority": 8}]),
            ("OperationNotPermitted", wish(9) + [{"RuleArn": default, "Priority": 8}]),
            ("OperationNotPermitted", wish(9) + [{"RuleArn": file_object("rule"), "Priority": 8}])):
        ask(priorities, code, RulePriorities=wanted)
    check("priorities after refusals", before, need("describe_rules", ListenerArn=listener))
    ask("delete_rule", {}, RuleArn=rules[2])
    ask("delete_rule", "RuleNotFound", RuleArn=rules[2])
    for operation, more in ((modify, {"Conditions": path("/b")}), ("delete_rule", {})):
        ask(operation, "OperationNotPermitted", says=["fairlead.conf:"], RuleArn=file_object("rule"), **more)
    on_file = new_rule(file_object("listener"), 7)
    ask("create_rule", "PriorityInUse", ListenerArn=file_object("listener"), Priority=5,
        Conditions=path("/a"), Actions=fixed())
    ask(modify, {"Rules[0].Priority": "7"}, RuleArn=on_file, Conditions=path("/on-file"))
    ask("delete_rule", {}, RuleArn=on_file)
    for one in (balancer, other):
        need("delete_load_balancer", LoadBalancerArn=one)
    for one in (group, foreign):
        need("delete_target_group", TargetGroupArn=one)


def tags():
    balancer, group = new_balancer("ta-balancer"), new_group("ta-group")
    listener = new_listener(balancer, PORTS[0])
    rule = new_rule(listener, 1)
    arns = [balancer, listener, rule, group]
    ask("add_tags", {}, ResourceArns=arns, Tags=pairs(b="1", a="2", c=""))
    ask("describe_tags", {
        "TagDescriptions[].ResourceArn": arns,
        "TagDescriptions[].sort_by(Tags, &Key)": [pairs(a="2", b="1", c="")] * 4}, ResourceArns=arns)
    ask("add_tags", {}, ResourceArns=[group], Tags=pairs(a="new"))
    ask("remove_tags", {}, ResourceArns=[group], TagKeys=["b", "never"])
    ask("describe_tags", {"TagDescriptions[0].sort_by(Tags, &Key)": pairs(a="new", c="")},
        ResourceArns=[group])
    ask("add_tags", "DuplicateTagKeys", ResourceArns=[group], Tags=pairs(x="1") + pairs(x="2"))
    ask("add_tags", "TooManyTags", ResourceArns=[group], Tags=pairs(**{f"k{i}": "" for i in range(49)}))
    ask("add_tags", {}, ResourceArns=[group], Tags=pairs(**{f"k{i}": "" for i in range(48)}))
    ask("add_tags", "TooManyTags", ResourceArns=[group], Tags=pairs(more=""))
    ask("add_tags", {}, ResourceArns=[group], Tags=pairs(k1="again"))
    ask("describe_tags", {"length(TagDescriptions[0].Tags)": 50}, ResourceArns=[group])
    before = need("describe_tags", ResourceArns=arns)
    for wrong in ({"aws:x": "1"}, {"": "1"}, {"k" * 129: "1"}, {"k": "v" * 257}):
        ask("add_tags", BAD, ResourceArns=[balancer], Tags=pairs(**wrong))
    ask("add_tags", BAD, ResourceArns=[balancer], Tags=[])
    for code, arn in (("TargetGroupNotFound", NO_GROUP), ("LoadBalancerNotFound", NO_BALANCER),
                      ("ListenerNotFound", NO_LISTENER), ("RuleNotFound", NO_RULE)):
        ask("add_tags", code, ResourceArns=[balancer, arn], Tags=pairs(half="1"))
        ask("remove_tags", code, ResourceArns=[balancer, arn], TagKeys=["a"])
        ask("describe_tags", code, ResourceArns=[arn])
    check("tags after refusals", before, need("describe_tags", ResourceArns=arns))
    for kind in ("balancer", "group", "listener", "rule"):
        ask("add_tags", "OperationNotPermitted", says=["fairlead.conf:"],
            ResourceArns=[file_object(kind)], Tags=pairs(a="1"))
        ask("remove_tags", "OperationNotPermitted", ResourceArns=[file_object(kind)], TagKeys=["a"])
    special = {"Key": "a b+=._:/@-ä", "Value": "<&>\"' €\u00a0"}
    ask("add_tags", {}, ResourceArns=[balancer], Tags=[special])
    ask("describe_tags", {"TagDescriptions[0].Tags[-1]": special}, ResourceArns=[balancer])
    need("delete_load_balancer", LoadBalancerArn=balancer)
    need("delete_target_group", TargetGroupArn=group)


def settle(group, count):
    """Waits until the group has so many targets, each as it stays: nothing uses the group."""
    for _ in range(300):
        health = need("describe_target_health", TargetGroupArn=group)["TargetHealthDescriptions"]
        if [one["TargetHealth"]["State"] for one in health] == ["unused"] * count:
            return
        time.sleep(0.05)


def targets():
    arn = new_group("ta-targets")
    which = {"TargetGroupArn": arn}
    ask("describe_target_health", {"TargetHealthDescriptions": []}, **which)
    ask("register_targets", {}, Targets=[{"Id": "192.0.2.1"}, {"Id": "192.0.2.1", "Port": 8080},
                                         {"Id": "192.0.2.2", "AvailabilityZone": "all"}], **which)
    ask("register_targets", {}, Targets=[{"Id": "192.0.2.1"}], **which)
    settle(arn, 3)
    ask("describe_target_health", {
        "TargetHealthDescriptions[].[Target.Id, Target.Port] | sort_by(@, &join(':', [[0], to_string([1])]))":
            [["192.0.2.1", 80], ["192.0.2.1", 8080], ["192.0.2.2", 80]],
        "TargetHealthDescriptions[0].TargetHealth.State": "unused",
        "TargetHealthDescriptions[0].TargetHealth.Reason": "Target.NotInUse"}, **which)
    ask("describe_target_health", {
        "TargetHealthDescriptions[0].TargetHealth": lambda value: value and (
            value["State"], value["Reason"]) == ("unused", "Target.NotRegistered")},
        Targets=[{"Id": "192.0.2.9", "Port": 9}], **which)
    ask("deregister_targets", {}, Targets=[{"Id": "192.0.2.1"}], **which)
    settle(arn, 2)  # it drains before it is gone
    ask("describe_target_health", {"length(TargetHealthDescriptions)": 2}, **which)
    ask("deregister_targets", {}, Targets=[{"Id": "192.0.2.9", "Port": 9}], **which)
    for code, wrong in ((BAD, {"Targets": [{"Id": "192.0.2.1", "Port": 0}]}),
                        (BAD, {"Targets": [{"Id": "192.0.2.1", "Port": 65536}]}),
                        (BAD, {"Targets": [{"Port": 1}]}),
                        ("InvalidTarget", {"Targets": [{"Id": "nonsense"}]}),
                        ("InvalidTarget", {"Targets": [{"Id": "192.0.2.7"}, {"Id": "nonsense"}]}),
                        ("TargetGroupNotFound", {"TargetGroupArn": NO_GROUP, "Targets": [{"Id": "192.0.2.1"}]})):
        ask("register_targets", code, **{**which, **wrong})
    ask("describe_target_health", {"length(TargetHealthDescriptions)": 2}, **which)
    ask("describe_target_health", "TargetGroupNotFound", TargetGroupArn=NO_GROUP)
    ask("deregister_targets", "TargetGroupNotFound", TargetGroupArn=NO_GROUP, Targets=[{"Id": "192.0.2.1"}])
    ask("delete_target_group", {}, **which)
    ask("describe_target_health", "TargetGroupNotFound", **which)
    again = new_group("ta-targets")
    ask("describe_target_health", {"TargetHealthDescriptions": []}, TargetGroupArn=again)
    need("delete_target_group", TargetGroupArn=again)


def forms():
    """Forms that no boto3 makes, but Go's SDK or a hand do."""
    group = [("Name", "fo-group"), ("Protocol", "HTTP"), ("Port", "80")]
    arn = element(ask_raw("CreateTargetGroup", {"ProtocolVersion": "HTTP1"}, group + [
        ("ProtocolVersion", ""), ("HealthCheckPath", ""), ("VpcId", "")]), "TargetGroupArn")
    ask_raw("CreateTargetGroup", {"TargetGroupArn": arn}, group)
    many = sorted(((f"Tags.member.{number}.{part}", value) for number in range(1, 13)
                   for part, value in (("Key", f"key{number}"), ("Value", f"value{number}"))))
    ask_raw("AddTags", {}, [("ResourceArns.member.1", arn)] + many)
    ask("describe_tags", {"TagDescriptions[0].Tags": [
        {"Key": f"key{number}", "Value": f"value{number}"} for number in range(1, 13)]},
        ResourceArns=[arn])
    for wrong in ([("Name", "fo-x"), ("Protocol", "HTTP"), ("Port", "x")],
                  [("Name", "fo-x"), ("Protocol", "HTTP"), ("Port", "80x")],
                  [("Name", "fo-x"), ("Protocol", "HTTP"), ("Port", "8e1")],
                  [("Name", ""), ("Protocol", "HTTP"), ("Port", "80")],
                  [("Protocol", "HTTP"), ("Port", "80")],
                  [("Name.member.1", "fo-x"), ("Protocol", "HTTP"), ("Port", "80")],
                  group[1:] + [("Name", "fo-x"), ("HealthCheckEnabled", "perhaps")],
                  group[1:] + [("Name", "fo-x"), ("HealthCheckPath", "/\x01")]):
        ask_raw("CreateTargetGroup", BAD, wrong)
    ask_raw("DescribeTargetGroups", "TargetGroupNotFound", [("Names.member.1", "fo-x")])
    ask_raw("SetNonsense", "InvalidAction", [])
    ask_raw("ModifyCapacityReservation", "InvalidAction|OperationNotPermitted",
            [("LoadBalancerArn", NO_BALANCER)])
    need("delete_target_group", TargetGroupArn=arn)


def repeated():
    """An answer that was lost is given again: a retry of CreateRule does not meet its own rule."""
    balancer = new_balancer("re-balancer")
    listener = new_listener(balancer, PORTS[0])
    call = [("Action", "CreateRule"), ("Version", "2015-12-01"), ("ListenerArn", listener),
            ("Priority", "5"), ("Conditions.member.1.Field", "path-pattern"),
            ("Conditions.member.1.Values.member.1", "/a"), ("Actions.member.1.Type", "fixed-response"),
            ("Actions.member.1.FixedResponseConfig.StatusCode", "200")]
    arns = []
    for attempt in (1, 2):
        status, root = send(call, headers=(
            ("amz-sdk-invocation-id", "8a2f0b5e-6c3d-4f0a-9d5e-0123456789ab"),
            ("amz-sdk-request", f"attempt={attempt}; max=25")))
        if status != 200:
            differs(f"CreateRule, attempt {attempt} of one call", 200, element(root, "Code"))
        arns.append(element(root, "RuleArn"))
        time.sleep(1.1)
    check("attempts of one call have one answer", arns[0], arns[1])
    ask_raw("CreateRule", "PriorityInUse", call[2:], headers=(
        ("amz-sdk-invocation-id", "another1-6c3d-4f0a-9d5e-0123456789ab"),))
    need("delete_load_balancer", LoadBalancerArn=balancer)


def who():
    """No change by a read-only key, by nobody, or by a wrong secret."""
    arn = new_group("who-group")
    before = need("describe_target_groups")
    reader, secret = os.environ["READER"].split()
    for operation in CHANGES:
        ask_raw(operation, "AccessDenied", [("TargetGroupArn", arn), ("Name", "who"), ("LoadBalancerArn", arn)],
                key=(reader, secret))
    ask_raw("DeleteTargetGroup", "SignatureDoesNotMatch", [("TargetGroupArn", arn)], key=(reader, "wrong"))
    ask_raw("DeleteTargetGroup", "InvalidClientTokenId", [("TargetGroupArn", arn)],
            key=("AKIAIOSFODNN7EXAMPLE", secret))
    nobody = client(signature_version=botocore.UNSIGNED)
    ask("delete_target_group", "MissingAuthenticationToken", by=nobody, TargetGroupArn=arn)
    ask("create_target_group", "MissingAuthenticationToken", by=nobody, Name="who", Protocol="HTTP", Port=80)
    check("what was refused is not done", before, need("describe_target_groups"))
    need("delete_target_group", TargetGroupArn=arn)


def clean():
    """Deletes what an area that ended early has left."""
    for one in need("describe_load_balancers")["LoadBalancers"]:
        arn = one["LoadBalancerArn"]
        for listener in need("describe_listeners", LoadBalancerArn=arn)["Listeners"]:
            if listener.get("Port"):
                need("delete_listener", ListenerArn=listener["ListenerArn"])
        if one["LoadBalancerName"] != "fromfile":
            need("modify_load_balancer_attributes", LoadBalancerArn=arn,
                 Attributes=pairs(**{"deletion_protection.enabled": "false"}))
            need("delete_load_balancer", LoadBalancerArn=arn)
    for one in need("describe_target_groups")["TargetGroups"]:
        if one["TargetGroupName"] != "filegroup":
            need("delete_target_group", TargetGroupArn=one["TargetGroupArn"])


CHANGES = (
    "AddListenerCertificates", "AddTags", "CreateListener", "CreateLoadBalancer", "CreateRule",
    "CreateTargetGroup", "DeleteListener", "DeleteLoadBalancer", "DeleteRule", "DeleteTargetGroup",
    "DeregisterTargets", "ModifyListener", "ModifyListenerAttributes", "ModifyLoadBalancerAttributes",
    "ModifyRule", "ModifyTargetGroup", "ModifyTargetGroupAttributes", "RegisterTargets",
    "RemoveListenerCertificates", "RemoveTags", "SetIpAddressType", "SetRulePriorities",
    "SetSecurityGroups", "SetSubnets")

AREAS = {area.__name__: area for area in (
    balancer_create, balancer_read, balancer_attributes, balancer_sets, group_create, group_modify,
    group_attributes, group_pages, listener_create, listener_modify, rule_create, rule_modify, tags,
    targets, forms, repeated, who)}

if __name__ == "__main__":
    run(AREAS, sys.argv[1:], clean)

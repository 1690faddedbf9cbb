# SPDX-License-Identifier: Apache-2.0
"""aws_refusals.py [AREA...]: one call a line, each with the code that it is refused with and what its message must say.

Written from the service's model and user guide alone, beside aws_calls.py, whose tables follow the operations.
"""
import os
import sys

from aws_calls import (ARN, BAD, NO_BALANCER, NO_GROUP, NO_LISTENER, NO_RULE, PORTS, SUBNETS, attributes, clean, fixed,
                       forward, new_balancer, new_group, new_listener, new_rule, pairs, path)
from aws_cases import ask, ask_raw, check, known, need, run

CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/none"


def refuse_all(table, **usual):
    """Rows of (operation, code, texts of its message, arguments); None takes one of the usual out."""
    for operation, code, says, arguments in table:
        given = {**usual.get(operation, {}), **arguments}
        ask(operation, code, says=says,
            **{name: value for name, value in given.items() if value is not None})


def arns():
    """What has not the form of an ARN is refused; what has, and names nothing, is not found, or gone already."""
    kinds = (("load balancer", "LoadBalancerArn", NO_BALANCER, "LoadBalancerNotFound", (
        "describe_load_balancer_attributes", "describe_listeners", "describe_target_groups")),
             ("target group", "TargetGroupArn", NO_GROUP, "TargetGroupNotFound", (
                 "describe_target_group_attributes", "describe_target_health")),
             ("listener", "ListenerArn", NO_LISTENER, "ListenerNotFound", (
                 "describe_rules", "delete_listener", "describe_listener_certificates")),
             ("listener rule", "RuleArn", NO_RULE, "RuleNotFound", ("delete_rule",)))
    for title, member, nobody, code, operations in kinds:
        for operation in operations:
            ask(operation, code, **{member: nobody})
            for wrong in ("nonsense", nobody + "/more", nobody.replace(":elasticloadbalancing:", ":ecs:"),
                          NO_GROUP if title != "target group" else NO_BALANCER):
                ask(operation, BAD, says=[f"'{wrong}' is not a valid {title} ARN"], **{member: wrong})
    for operation, member, nobody in (("delete_load_balancer", "LoadBalancerArn", NO_BALANCER),
                                      ("delete_target_group", "TargetGroupArn", NO_GROUP)):
        ask(operation, {}, **{member: nobody})
        ask(operation, BAD, says=["'nonsense' is not a valid"], **{member: "nonsense"})
    for operation, member in (("describe_load_balancers", "LoadBalancerArns"),
                              ("describe_target_groups", "TargetGroupArns"),
                              ("describe_listeners", "ListenerArns"), ("describe_rules", "RuleArns"),
                              ("describe_tags", "ResourceArns")):
        ask(operation, BAD, says=["'nonsense' is not a valid"], **{member: ["nonsense"]})
    for operation, wrong in (
            ("describe_load_balancers", {"LoadBalancerArns": [NO_BALANCER], "Names": ["a"]}),
            ("describe_target_groups", {"TargetGroupArns": [NO_GROUP], "Names": ["a"]}),
            ("describe_target_groups", {"LoadBalancerArn": NO_BALANCER, "Names": ["a"]}),
            ("describe_target_groups", {"LoadBalancerArn": NO_BALANCER, "TargetGroupArns": [NO_GROUP]}),
            ("describe_listeners", {"LoadBalancerArn": NO_BALANCER, "ListenerArns": [NO_LISTENER]}),
            ("describe_rules", {"ListenerArn": NO_LISTENER, "RuleArns": [NO_RULE]})):
        ask(operation, BAD, **wrong)


def groups():
    usual = {"create_target_group": {"Name": "rf-group", "Protocol": "HTTP", "Port": 80}}
    create = "create_target_group"
    refuse_all((
        (create, BAD, ["'Name'"], {"Name": None}),
        (create, BAD, ["port must be specified"], {"Port": None}),
        (create, BAD, ["protocol must be specified"], {"Protocol": None}),
        (create, BAD, ["'0' at 'Port'", "greater than or equal to 1"], {"Port": 0}),
        (create, BAD, ["'65536' at 'Port'", "less than or equal to 65535"], {"Port": 65536}),
        (create, BAD, ["'nonsense' at 'Protocol'", "enum value set"], {"Protocol": "nonsense"}),
        (create, BAD, ["GENEVE"], {"Protocol": "GENEVE"}),
        (create, BAD, ["lambda"], {"TargetType": "lambda"}),
        (create, BAD, ["ipv6"], {"IpAddressType": "ipv6"}),
        (create, BAD, ["vpc-nobody"], {"VpcId": "vpc-nobody"}),
        (create, BAD, ["HealthCheckEnabled"], {"HealthCheckEnabled": False}),
        (create, BAD, ["HealthCheckEnabled"], {"HealthCheckEnabled": False, "TargetType": "ip"}),
        (create, BAD, ["'4' at 'HealthCheckIntervalSeconds'"], {"HealthCheckIntervalSeconds": 4}),
        (create, BAD, ["'301' at 'HealthCheckIntervalSeconds'"], {"HealthCheckIntervalSeconds": 301}),
        (create, BAD, ["'1' at 'HealthyThresholdCount'"], {"HealthyThresholdCount": 1}),
        (create, BAD, ["'11' at 'UnhealthyThresholdCount'"], {"UnhealthyThresholdCount": 11}),
        (create, BAD, [], {"Matcher": {"GrpcCode": "0"}}),
        (create, BAD, [], {"ProtocolVersion": "GRPC", "Matcher": {"HttpCode": "200"}}),
        (create, BAD, [], {"ProtocolVersion": "GRPC", "Matcher": {"GrpcCode": "100"}}),
        (create, BAD, [], {"Matcher": {"HttpCode": "200", "GrpcCode": "0"}}),
        (create, BAD, ["HTTP3"], {"ProtocolVersion": "HTTP3"}),
        (create, BAD, ["TCP"], {"HealthCheckProtocol": "TCP"}),
        (create, BAD, [], {"HealthCheckPort": "http"}),
        (create, BAD, [], {"HealthCheckPath": "no-slash"}),
        (create, BAD, ["tag"], {"Tags": [{"Key": "AWS:x", "Value": "1"}]}),
        (create, BAD, ["Key"], {"Tags": [{"Value": "1"}]}),
        (create, "DuplicateTagKeys", ["'a'"], {"Tags": pairs(a="1") + pairs(a="1")}),
    ), **usual)
    ask("describe_target_groups", "TargetGroupNotFound", Names=["rf-group"])
    ask_raw(create := "CreateTargetGroup", BAD, [("Name", "rf-group"), ("Protocol", "HTTP"), ("Port", "80"),
                                                 ("TargetControlPort", "9000")])
    ask_raw(create, BAD, [("Name", "rf-group"), ("Protocol", "HTTP"), ("Port", "80.0")])
    ask_raw(create, BAD, [("Name", "rf-group"), ("Protocol", "HTTP"), ("Port", "99999999999999999999")])
    ask_raw(create, BAD, [("Name", "rf-group"), ("Protocol", "HTTP"), ("Port", "80"), ("Port", "81")])
    arn = element_arn(ask_raw(create, {}, [("Name", "rf-group"), ("Protocol", "HTTP"), ("Port", "80"),
                                           ("Nonsense", "is left alone")]))
    with known("the machine is the only network there is"):
        ask("create_target_group", BAD, Name="rf-nowhere", Protocol="HTTP", Port=80)
    ask("modify_target_group", BAD, says=["HealthCheckEnabled"], TargetGroupArn=arn, HealthCheckEnabled=False)
    ask("modify_target_group", {}, TargetGroupArn=arn, HealthCheckEnabled=True)
    need("delete_target_group", TargetGroupArn=arn)


def element_arn(root):
    return next(one.text for one in root.iter() if one.tag.endswith("}TargetGroupArn"))


def same_again():
    """Who makes the same once more gets what there is, also with defaults spelled out."""
    create = "create_target_group"
    usual = {"Name": "rf-same", "Protocol": "HTTP", "Port": 80}
    arn = need(create, **usual)["TargetGroups"][0]["TargetGroupArn"]
    same = {"TargetGroups[0].TargetGroupArn": arn}
    for spelled in ({"HealthCheckPath": "/"}, {"TargetType": "instance"}, {"ProtocolVersion": "HTTP1"},
                    {"VpcId": "vpc-local"}, {"IpAddressType": "ipv4"}, {"HealthCheckEnabled": True},
                    {"HealthCheckIntervalSeconds": 30, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 5,
                     "UnhealthyThresholdCount": 2, "Matcher": {"HttpCode": "200"}, "HealthCheckProtocol": "HTTP",
                     "HealthCheckPort": "traffic-port"}):
        ask(create, same, **usual, **spelled)
    for other in ({"HealthCheckPath": "/x"}, {"Matcher": {"HttpCode": "200-299"}}, {"HealthCheckPort": "80"}):
        ask(create, "DuplicateTargetGroupName", says=["'rf-same'", "different settings"], **usual, **other)
    grpc = {**usual, "Name": "rf-grpc", "ProtocolVersion": "GRPC"}
    made = need(create, **grpc, Matcher={"GrpcCode": "12"})["TargetGroups"][0]["TargetGroupArn"]
    ask(create, {"TargetGroups[0].TargetGroupArn": made}, **grpc, HealthCheckPath="/AWS.ALB/healthcheck")
    ask(create, "DuplicateTargetGroupName", **grpc, HealthCheckPath="/")
    balancer = new_balancer("rf-same")
    ask("create_load_balancer", {"LoadBalancers[0].LoadBalancerArn": balancer}, Name="rf-same",
        SubnetMappings=[{"SubnetId": one} for one in SUBNETS[::-1]], SecurityGroups=["sg-default"])
    listener = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": PORTS[0]}
    first = need("create_listener", **listener, DefaultActions=forward(arn))["Listeners"][0]["ListenerArn"]
    for actions in (forward((arn, 1)), [{"Type": "forward", "TargetGroupArn": arn}],
                    forward(arn, TargetGroupStickinessConfig={"Enabled": False})):
        ask("create_listener", {"Listeners[0].ListenerArn": first}, **listener, DefaultActions=actions)
    for actions in (forward((arn, 2)), fixed()):
        ask("create_listener", "DuplicateListener", **listener, DefaultActions=actions)
    need("delete_load_balancer", LoadBalancerArn=balancer)
    need("delete_target_group", TargetGroupArn=arn)
    need("delete_target_group", TargetGroupArn=made)


def balancers():
    create = "create_load_balancer"
    refuse_all((
        (create, BAD, ["'Name'"], {"Name": None}),
        (create, BAD, ["internal-"], {"Name": "internal-a"}),
        (create, BAD, ["network"], {"Type": "network"}),
        (create, BAD, ["subnet"], {"Subnets": None}),
        (create, BAD, ["not both"], {"SubnetMappings": [{"SubnetId": SUBNETS[0]}]}),
        (create, "SubnetNotFound", ["subnet-nobody"], {"Subnets": ["subnet-nobody"]}),
        (create, "InvalidConfigurationRequest", ["same Availability Zone"], {"Subnets": [SUBNETS[0], SUBNETS[0]]}),
        (create, "InvalidSecurityGroup", ["sg-nobody"], {"SecurityGroups": ["sg-nobody"]}),
        (create, BAD, ["dualstack"], {"IpAddressType": "dualstack"}),
        (create, BAD, ["AllocationId"], {"Subnets": None, "SubnetMappings": [
            {"SubnetId": SUBNETS[0], "AllocationId": "eipalloc-1"}]}),
        (create, BAD, ["CustomerOwnedIpv4Pool"], {"CustomerOwnedIpv4Pool": "pool"}),
        (create, BAD, ["'everywhere' at 'Scheme'"], {"Scheme": "everywhere"}),
    ), create_load_balancer={"Name": "rf-balancer", "Subnets": SUBNETS})
    with known("there may be one zone only"):
        ask(create, BAD, Name="rf-balancer", Subnets=SUBNETS[:1])
    for operation in ("describe_load_balancers", "describe_target_groups"):
        for size, words in ((0, "greater than or equal to 1"), (401, "less than or equal to 400")):
            ask(operation, BAD, says=[f"'{size}' at 'PageSize'", words], PageSize=size)
    ask("describe_load_balancers", {}, PageSize=1)
    ask("describe_load_balancers", {}, PageSize=400)
    ask("describe_load_balancers", "LoadBalancerNotFound", says=["One or more load balancers not found"],
        Names=["rf-balancer"])


LOGS = tuple(f"{kind}.s3.{last}" for kind in ("access_logs", "connection_logs", "health_check_logs")
             for last in ("enabled", "bucket", "prefix"))
BALANCER_KEYS = LOGS + (
    "deletion_protection.enabled", "load_balancing.cross_zone.enabled", "ipv6.deny_all_igw_traffic",
    "zonal_shift.config.enabled", "idle_timeout.timeout_seconds", "client_keep_alive.seconds",
    "routing.http.desync_mitigation_mode", "routing.http.drop_invalid_header_fields.enabled",
    "routing.http.preserve_host_header.enabled", "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "routing.http.xff_client_port.enabled", "routing.http.xff_header_processing.mode", "routing.http2.enabled",
    "waf.fail_open.enabled")
GROUP_KEYS = (
    "deregistration_delay.timeout_seconds", "slow_start.duration_seconds", "load_balancing.algorithm.type",
    "load_balancing.algorithm.anomaly_mitigation", "load_balancing.cross_zone.enabled", "stickiness.enabled",
    "stickiness.type", "stickiness.lb_cookie.duration_seconds", "stickiness.app_cookie.cookie_name",
    "stickiness.app_cookie.duration_seconds") + tuple(
        f"target_group_health.{what}.minimum_healthy_targets.{last}"
        for what in ("dns_failover", "unhealthy_state_routing") for last in ("count", "percentage"))
LISTENER_KEYS = tuple(f"routing.http.request.x_amzn_{name}.header_name" for name in (
    "mtls_clientcert", "mtls_clientcert_serial_number", "mtls_clientcert_issuer", "mtls_clientcert_subject",
    "mtls_clientcert_validity", "mtls_clientcert_leaf", "tls_version", "tls_cipher_suite")) + tuple(
        f"routing.http.response.{name}.header_value" for name in (
            "strict_transport_security", "access_control_allow_origin", "access_control_allow_methods",
            "access_control_allow_headers", "access_control_allow_credentials", "access_control_expose_headers",
            "access_control_max_age", "content_security_policy", "x_content_type_options", "x_frame_options")) + (
                "routing.http.response.server.enabled",)


def listener_attributes(listener):
    root = ask_raw("DescribeListenerAttributes", {}, [("ListenerArn", listener)])
    texts = {last: [one.text or "" for one in root.iter() if one.tag.endswith("}" + last)] for last in ("Key", "Value")}
    return dict(zip(texts["Key"], texts["Value"]))


def all_attributes():
    """Each that AWS tells is told; those of a listener are set and emptied by hand, as young clients do."""
    balancer, group = new_balancer("rf-every"), new_group("rf-every")
    listener = new_listener(balancer, PORTS[0])
    has = attributes(need("describe_load_balancer_attributes", LoadBalancerArn=balancer))
    check("attributes of a load balancer that are not told", [], [key for key in BALANCER_KEYS if key not in has])
    has = attributes(need("describe_target_group_attributes", TargetGroupArn=group))
    check("attributes of a target group that are not told", [], [key for key in GROUP_KEYS if key not in has])
    before = listener_attributes(listener)
    check("attributes of a listener that are not told", [], [key for key in LISTENER_KEYS if key not in before])
    for key in LISTENER_KEYS:
        value = {"header_name": "X-" + key.split(".")[3].replace("_", "-"), "header_value": "1",
                 "enabled": "false"}[key.rsplit(".", 1)[1]]
        if "allow_credentials" in key:
            value = "true"
        for given in (value, "") if not key.endswith("enabled") else (value,):
            ask_raw("ModifyListenerAttributes", {}, [("ListenerArn", listener), ("Attributes.member.1.Key", key),
                                                     ("Attributes.member.1.Value", given)])
    check("attributes that were emptied", {**before, "routing.http.response.server.enabled": "false"},
          listener_attributes(listener))
    ask_raw("ModifyListenerAttributes", BAD, [("ListenerArn", listener), ("Attributes.member.1.Key", "no.such.key"),
                                              ("Attributes.member.1.Value", "1")])
    need("delete_load_balancer", LoadBalancerArn=balancer)
    need("delete_target_group", TargetGroupArn=group)


def balancer_attributes():
    balancer = new_balancer("rf-attributes")
    inner = new_balancer("rf-inner", Scheme="internal")
    describe, modify = "describe_load_balancer_attributes", "modify_load_balancer_attributes"
    igw = "ipv6.deny_all_igw_traffic"
    for arn, usual in ((balancer, "false"), (inner, "true")):
        check(f"{igw} of a new one", usual, attributes(need(describe, LoadBalancerArn=arn)).get(igw))
        for value in ("true", "false"):
            ask(modify, {f"Attributes[?Key=='{igw}'].Value": [value]}, LoadBalancerArn=arn,
                Attributes=pairs(**{igw: value}))
    has = attributes(need(describe, LoadBalancerArn=balancer))
    for key in ("access_logs.s3", "connection_logs.s3", "health_check_logs.s3"):
        check(f"{key} is off", ("false", "", ""),
              tuple(has.get(f"{key}.{last}") for last in ("enabled", "bucket", "prefix")))
        ask(modify, {f"Attributes[?Key=='{key}.bucket'].Value": ["logs"]}, LoadBalancerArn=balancer,
            Attributes=pairs(**{f"{key}.enabled": "false", f"{key}.bucket": "logs", f"{key}.prefix": "a/b"}))
        ask(modify, BAD, says=[f"{key}.enabled"], LoadBalancerArn=balancer,
            Attributes=pairs(**{f"{key}.enabled": "true", f"{key}.bucket": "logs"}))
    for key, value in ((igw, "maybe"), ("routing.http2.enabled", "on"), ("routing.http2.enabled", "TRUE"),
                       ("idle_timeout.timeout_seconds", "+60"), ("idle_timeout.timeout_seconds", " 60"),
                       ("client_keep_alive.seconds", "1e3"), ("waf.fail_open.enabled", "1"),
                       ("routing.http.desync_mitigation_mode", "DEFENSIVE"), ("no.such.key", "true"),
                       ("proxy_protocol_v2.enabled", "true"), ("", "true")):
        ask(modify, BAD, says=[key], LoadBalancerArn=balancer, Attributes=[{"Key": key, "Value": value}])
    ask(modify, BAD, LoadBalancerArn=balancer, Attributes=[{"Value": "true"}])
    ask(modify, BAD, LoadBalancerArn=balancer, Attributes=[{"Key": "k" * 257, "Value": "true"}])
    for arn in (balancer, inner):
        need("delete_load_balancer", LoadBalancerArn=arn)


def group_attributes():
    arn = new_group("rf-attributes")
    modify = "modify_target_group_attributes"
    health = "target_group_health"
    for key, value in ((f"{health}.unhealthy_state_routing.minimum_healthy_targets.count", "0"),
                       (f"{health}.unhealthy_state_routing.minimum_healthy_targets.count", "off"),
                       (f"{health}.unhealthy_state_routing.minimum_healthy_targets.percentage", "0"),
                       (f"{health}.unhealthy_state_routing.minimum_healthy_targets.percentage", "101"),
                       (f"{health}.dns_failover.minimum_healthy_targets.count", "0"),
                       (f"{health}.dns_failover.minimum_healthy_targets.percentage", "101"),
                       ("slow_start.duration_seconds", "off"), ("slow_start.duration_seconds", "29"),
                       ("load_balancing.algorithm.anomaly_mitigation", "true"),
                       ("stickiness.enabled", "yes"), ("stickiness.type", "source_ip"),
                       ("stickiness.lb_cookie.duration_seconds", "604801"),
                       ("stickiness.app_cookie.cookie_name", "AWSALBAPP"),
                       ("lambda.multi_value_headers.enabled", "true"),
                       ("deregistration_delay.connection_termination.enabled", "true"),
                       ("deregistration_delay.timeout_seconds", "3601")):
        ask(modify, BAD, says=[], TargetGroupArn=arn, Attributes=[{"Key": key, "Value": value}])
    for wrong in ({"load_balancing.algorithm.type": "weighted_random", "slow_start.duration_seconds": "30"},
                  {"load_balancing.algorithm.type": "least_outstanding_requests", "slow_start.duration_seconds": "30"},
                  {"load_balancing.algorithm.type": "weighted_random", "stickiness.enabled": "true"},
                  {"load_balancing.algorithm.anomaly_mitigation": "on"},
                  {"stickiness.enabled": "true", "stickiness.type": "app_cookie"},
                  {f"{health}.dns_failover.minimum_healthy_targets.count": "1",
                   f"{health}.unhealthy_state_routing.minimum_healthy_targets.count": "2"},
                  {f"{health}.dns_failover.minimum_healthy_targets.percentage": "10",
                   f"{health}.unhealthy_state_routing.minimum_healthy_targets.percentage": "20"}):
        ask(modify, BAD, TargetGroupArn=arn, Attributes=pairs(**wrong))
    for good in ({f"{health}.unhealthy_state_routing.minimum_healthy_targets.count": "2"},
                 {f"{health}.unhealthy_state_routing.minimum_healthy_targets.count": "2",
                  f"{health}.dns_failover.minimum_healthy_targets.count": "2"},
                 {f"{health}.dns_failover.minimum_healthy_targets.count": "off"},
                 {"slow_start.duration_seconds": "0"}):
        ask(modify, {}, TargetGroupArn=arn, Attributes=pairs(**good))
    need("delete_target_group", TargetGroupArn=arn)


def listeners():
    balancer, group = new_balancer("rf-listeners"), new_group("rf-listened")
    create = "create_listener"
    six = [new_group(f"rf-six-{i}") for i in range(6)]
    redirect = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}
    same = {"Protocol": "#{protocol}", "Host": "#{host}", "Port": "#{port}", "Path": "/#{path}", "Query": "#{query}"}

    def redirects(**more):
        return {"DefaultActions": [{**redirect, "RedirectConfig": {"StatusCode": "HTTP_301", **more}}]}
    refuse_all((
        (create, BAD, ["'0' at 'Port'"], {"Port": 0}),
        (create, BAD, ["'65536' at 'Port'"], {"Port": 65536}),
        (create, BAD, ["DefaultActions"], {"DefaultActions": None}),
        (create, "UnsupportedProtocol", ["UDP"], {"Protocol": "UDP"}),
        (create, "SSLPolicyNotFound", ["ELBSecurityPolicy-none"], {"SslPolicy": "ELBSecurityPolicy-none"}),
        (create, BAD, [], {"SslPolicy": "ELBSecurityPolicy-2016-08"}),
        (create, BAD, [], {"AlpnPolicy": ["HTTP2Preferred"]}),
        (create, BAD + "|CertificateNotFound", [], {"Certificates": [{"CertificateArn": CERTIFICATE}]}),
        (create, BAD, [], {"Protocol": "HTTPS"}),
        (create, "CertificateNotFound", [], {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": CERTIFICATE}]}),
        (create, "TooManyActions|TooManyUniqueTargetGroupsPerLoadBalancer", ["5"], {"DefaultActions": forward(*six)}),
        (create, BAD, ["between 0 and 999"], {"DefaultActions": forward((group, 1000))}),
        (create, BAD, ["between 0 and 999"], {"DefaultActions": forward((group, -1))}),
        (create, BAD, ["604800"], {"DefaultActions": forward(group, TargetGroupStickinessConfig={
            "Enabled": True, "DurationSeconds": 604801})}),
        (create, BAD, [], {"DefaultActions": forward(group, TargetGroupStickinessConfig={
            "Enabled": True, "DurationSeconds": 0})}),
        (create, BAD, ["is not a valid target group ARN"], {"DefaultActions": forward("nonsense")}),
        (create, "TargetGroupNotFound", [], {"DefaultActions": forward(NO_GROUP)}),
        (create, BAD, [], redirects(**same)),
        (create, BAD, [], redirects()),
        (create, BAD, [], redirects(Protocol="HTTPS", Port="65536")),
        (create, BAD, [], redirects(Protocol="FTP")),
        (create, BAD, [], redirects(Host="#{path}.example")),
        (create, BAD, [], redirects(Path="/#{query}")),
        (create, BAD, [], redirects(Path="no-slash")),
        (create, BAD, [], redirects(Query="?a=b", Path="/x")),
        (create, BAD, ["1024"], {"DefaultActions": fixed("200", "x" * 1025)}),
        (create, BAD, [], {"DefaultActions": fixed("302")}),
        (create, BAD, [], {"DefaultActions": fixed("99")}),
        (create, BAD, [], {"DefaultActions": fixed("2000")}),
        (create, BAD, [], {"DefaultActions": [{"Type": "forward", "TargetGroupArn": group,
                                               "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "/x"}}]}),
        (create, BAD, [], {"DefaultActions": [{"Type": "fixed-response", "TargetGroupArn": group,
                                               "FixedResponseConfig": {"StatusCode": "200"}}]}),
        (create, BAD, [], {"DefaultActions": [{**fixed()[0], "Order": 0}]}),
        (create, BAD, [], {"DefaultActions": [{**fixed()[0], "Order": 50001}]}),
    ), create_listener={"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": PORTS[0], "DefaultActions": fixed()})
    ask("describe_listeners", {"Listeners": []}, LoadBalancerArn=balancer)
    need("delete_load_balancer", LoadBalancerArn=balancer)
    for arn in six + [group]:
        need("delete_target_group", TargetGroupArn=arn)


def secure():
    """HTTPS listeners, and what only they have."""
    balancer = new_balancer("rf-secure")
    create, modify, add = "create_listener", "modify_listener", "add_listener_certificates"
    one, two = [{"CertificateArn": f"{os.environ['CERTIFICATES']}/{name}.pem"} for name in ("one", "two")]
    none = {"CertificateArn": f"{os.environ['CERTIFICATES']}/none.pem"}
    usual = {"LoadBalancerArn": balancer, "Protocol": "HTTPS", "Port": PORTS[0], "DefaultActions": fixed(),
             "Certificates": [one]}
    refuse_all((
        (create, BAD, ["ertificate must be specified"], {"Certificates": None}),
        (create, BAD, ["ertificate must be specified"], {"Certificates": []}),
        (create, BAD, ["one certificate"], {"Certificates": [one, two]}),
        (create, "CertificateNotFound", ["none.pem"], {"Certificates": [none]}),
        (create, "SSLPolicyNotFound", ["ELBSecurityPolicy-none"], {"SslPolicy": "ELBSecurityPolicy-none"}),
        (create, BAD + "|ALPNPolicyNotFound", ["HTTP9"], {"AlpnPolicy": ["HTTP9"]}),
        (create, BAD, ["AlpnPolicy"], {"AlpnPolicy": ["HTTP1Only", "HTTP2Only"]}),
    ), create_listener=usual)
    made = ask(create, {"Listeners[0].Protocol": "HTTPS", "Listeners[0].Certificates": [one],
                        "Listeners[0].SslPolicy": lambda value: value.startswith("ELBSecurityPolicy-")}, **usual)
    arn, policy = made["Listeners"][0]["ListenerArn"], made["Listeners"][0]["SslPolicy"]
    same = {"Listeners[0].ListenerArn": arn}
    ask(create, same, **usual, SslPolicy=policy)
    ask(create, same, **{**usual, "Certificates": [{**one, "IsDefault": True}]})
    ask(create, "DuplicateListener", **usual, SslPolicy="ELBSecurityPolicy-2016-08")
    ask(create, "DuplicateListener", **{**usual, "Certificates": [two]})
    listed = "Certificates[].[CertificateArn, IsDefault]"
    for wrong in (none, {"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a"}):
        ask(add, "CertificateNotFound", ListenerArn=arn, Certificates=[wrong])
    ask(add, BAD, ListenerArn=arn, Certificates=[])
    ask(add, {"Certificates[].CertificateArn": [two["CertificateArn"]]}, ListenerArn=arn, Certificates=[two])
    ask("describe_listener_certificates", {listed: [[one["CertificateArn"], True], [two["CertificateArn"], False]]},
        ListenerArn=arn)
    ask("describe_listener_certificates", {"Certificates[].CertificateArn": [one["CertificateArn"]],
                                           "NextMarker": lambda value: bool(value)}, ListenerArn=arn, PageSize=1)
    ask("remove_listener_certificates", "OperationNotPermitted", ListenerArn=arn, Certificates=[one])
    ask("remove_listener_certificates", {}, ListenerArn=arn, Certificates=[two])
    ask("remove_listener_certificates", {}, ListenerArn=arn, Certificates=[two])
    ask("remove_listener_certificates", BAD, ListenerArn=arn, Certificates=[])
    down = [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Protocol": "HTTP", "Port": "80"}}]
    ask("create_rule", BAD, says=["HTTPS to HTTP"], ListenerArn=arn, Priority=1, Conditions=path("/a"), Actions=down)
    ask(modify, BAD, says=["HTTPS to HTTP"], ListenerArn=arn, DefaultActions=down)
    ask(modify, BAD, ListenerArn=arn, Certificates=[one, two])
    ask(modify, {"Listeners[0].Certificates": [two], "Listeners[0].SslPolicy": policy}, ListenerArn=arn,
        Certificates=[two])
    ask(modify, BAD, ListenerArn=arn, Protocol="HTTP", SslPolicy=policy)
    ask(modify, {"Listeners[0].Protocol": "HTTP", "Listeners[0].Certificates": None}, ListenerArn=arn, Protocol="HTTP")
    ask(add, BAD + "|OperationNotPermitted|UnsupportedProtocol", ListenerArn=arn, Certificates=[two])
    ask_raw("ModifyListener", BAD, [("ListenerArn", arn), ("MutualAuthentication.Mode", "verify")])
    secured = [("ListenerArn", arn), ("Protocol", "HTTPS"), ("Certificates.member.1.CertificateArn", one["CertificateArn"])]
    for code, wrong in ((BAD, [("MutualAuthentication.Mode", "sometimes")]), (BAD, [("MutualAuthentication.Mode", "verify")]),
                        ("TrustStoreNotFound", [("MutualAuthentication.Mode", "verify"), (
                            "MutualAuthentication.TrustStoreArn", ARN + "truststore/none/0123456789abcdef")]),
                        (BAD, [("MutualAuthentication.Mode", "off"), (
                            "MutualAuthentication.AdvertiseTrustStoreCaNames", "perhaps")])):
        ask_raw("ModifyListener", code, secured + wrong)
    ask_raw("ModifyListener", {"Mode": "passthrough"}, secured + [("MutualAuthentication.Mode", "passthrough")])
    ask("describe_ssl_policies", "SSLPolicyNotFound", Names=["ELBSecurityPolicy-none"])
    ask("describe_ssl_policies", {"SslPolicies[].Name": [policy]}, Names=[policy])
    need("delete_load_balancer", LoadBalancerArn=balancer)


def words():
    """Refusals repeat what was sent, and stay readable: cut between characters, in XML that can be read."""
    for text in ("ä" * 700, "💥" * 500, "<&>\"'", "a" * 5000):
        ask("describe_load_balancers", BAD, says=["marker"], Marker=text)
        ask("describe_listeners", BAD, says=["is not a valid listener ARN"], ListenerArns=[text])
        ask("create_target_group", BAD, Name=text, Protocol="HTTP", Port=80)
        ask_raw("ä" + text[:100], "InvalidAction", [])
    ask("describe_target_groups", BAD, Names=["a"] * 101)
    ask_raw("DescribeTargetGroups", BAD, [("Names.member.0", "a")])
    ask_raw("DescribeTargetGroups", BAD, [("Names.member.x", "a")])
    ask_raw("DescribeTargetGroups", BAD, [("Names.member.1.Name", "a")])
    ask_raw("DescribeTargetGroups", BAD, [("PageSize.member.1", "1")])
    ask_raw("DescribeTargetGroups", BAD, [("PageSize", "ten")])


def rules():
    balancer = new_balancer("rf-rules")
    listener = new_listener(balancer, PORTS[0])
    rule = new_rule(listener, 10)
    default = need("describe_rules", ListenerArn=listener)["Rules"][-1]["RuleArn"]
    create, modify, order = "create_rule", "modify_rule", "set_rule_priorities"

    def one(field, member, **config):
        return {"Conditions": [{"Field": field, member: config}]}

    def hosts(*values):
        return one("host-header", "HostHeaderConfig", Values=list(values))
    refuse_all((
        (create, "PriorityInUse", ["'10' is currently in use"], {"Priority": 10}),
        (create, BAD, ["'0' at 'Priority'"], {"Priority": 0}),
        (create, BAD, ["'50001' at 'Priority'"], {"Priority": 50001}),
        (create, BAD, ["'5' condition values"], {"Conditions": path(*[f"/{i}" for i in range(6)])}),
        (create, BAD, ["'5' condition wildcards"], {"Conditions": path("/*/*/*", "/?/?/?")}),
        (create, BAD, ["'5' condition wildcards"], one("http-header", "HttpHeaderConfig", HttpHeaderName="A",
                                                       Values=["******"])),
        (create, BAD, ["'5' condition wildcards"], one("query-string", "QueryStringConfig", Values=[
            {"Key": "***", "Value": "***"}])),
        (create, BAD, ["Values"], {"Conditions": [{"Field": "path-pattern", "Values": ["/a"],
                                                   "PathPatternConfig": {"Values": ["/b"]}}]}),
        (create, BAD, [], hosts("nodot")),
        (create, BAD, [], hosts("a.b1")),
        (create, BAD, [], hosts("a.example:80")),
        (create, BAD, [], hosts("a." + "e" * 127)),
        (create, BAD, [], hosts("")),
        (create, BAD, ["path-pattern", "host-header"], {"Conditions": [{"Field": "cookie", "Values": ["a"]}]}),
        (create, BAD, [], {"Conditions": [{"Field": "f" * 65, "Values": ["a"]}]}),
        (create, BAD, [], {"Conditions": path("no-slash")}),
        (create, BAD, [], {"Conditions": path("/a#b")}),
        (create, BAD, [], {"Conditions": path("/a") + path("/b")}),
        (create, BAD, [], one("http-request-method", "HttpRequestMethodConfig", Values=["GET", "p*"])),
        (create, BAD, [], one("source-ip", "SourceIpConfig", Values=["10.0.0.1"])),
        (create, BAD, [], one("source-ip", "SourceIpConfig", Values=["10.0.0.0/8", "255.255.255.255/32"])),
        (create, BAD, [], one("query-string", "QueryStringConfig", Values=[])),
        (create, BAD, [], {"Conditions": []}),
        (create, BAD + "|InvalidLoadBalancerAction", [], {"Actions": []}),
        (create, BAD + "|InvalidLoadBalancerAction", [], {"Actions": [{"Type": "authenticate-oidc", "AuthenticateOidcConfig": {
            "Issuer": "https://a.example", "AuthorizationEndpoint": "https://a.example/a",
            "TokenEndpoint": "https://a.example/t", "UserInfoEndpoint": "https://a.example/u",
            "ClientId": "c", "ClientSecret": "s"}, "Order": 1}, {**fixed()[0], "Order": 2}]}),
        (modify, "OperationNotPermitted", ["efault rule"], {"RuleArn": default}),
        ("delete_rule", "OperationNotPermitted", ["efault rule"], {"RuleArn": default}),
        (order, "OperationNotPermitted", ["efault rule"], {"RulePriorities": [{"RuleArn": default, "Priority": 1}]}),
        (order, "RuleNotFound", ["One or more rules not found"], {"RulePriorities": [
            {"RuleArn": NO_RULE, "Priority": 1}]}),
        (order, BAD, ["listener rule ARN"], {"RulePriorities": [{"RuleArn": "nonsense", "Priority": 1}]}),
        (order, BAD, [], {"RulePriorities": [{"RuleArn": rule}]}),
        (order, BAD, [], {"RulePriorities": [{"Priority": 1}]}),
        (order, BAD, [], {"RulePriorities": [{"RuleArn": rule, "Priority": 1}, {"RuleArn": rule, "Priority": 2}]}),
        (order, BAD, ["'50001' at 'RulePriorities"], {"RulePriorities": [{"RuleArn": rule, "Priority": 50001}]}),
    ), create_rule={"ListenerArn": listener, "Priority": 20, "Conditions": path("/a"), "Actions": fixed()},
               modify_rule={"RuleArn": rule, "Conditions": path("/b")})
    for good in (hosts("*.example.com"), hosts("example.*"), hosts("a?c.example"), {"Conditions": path("/*/*/*", "/?/?")},
                 one("query-string", "QueryStringConfig", Values=[{"Value": r"\*\*\*\*\*\*"}]),
                 {"Conditions": [{"Field": "path-pattern", "Values": ["/a"], "PathPatternConfig": {"Values": ["/a"]}}]}):
        made = ask(create, {}, **{"ListenerArn": listener, "Priority": 20, "Conditions": path("/a"),
                                  "Actions": fixed(), **good})
        if made:
            need("delete_rule", RuleArn=made["Rules"][0]["RuleArn"])
    # Younger members than the client's model has.
    raw = [("ListenerArn", listener), ("Priority", "20"), ("Actions.member.1.Type", "fixed-response"),
           ("Actions.member.1.FixedResponseConfig.StatusCode", "200"), ("Conditions.member.1.Field", "path-pattern")]
    values = [("Conditions.member.1.PathPatternConfig.Values.member.1", "/a")]
    regex = [("Conditions.member.1.PathPatternConfig.RegexValues.member.1", "^/a")]
    rewrite = [("Transforms.member.1.Type", "url-rewrite"),
               ("Transforms.member.1.UrlRewriteConfig.Rewrites.member.1.Regex", "^/a"),
               ("Transforms.member.1.UrlRewriteConfig.Rewrites.member.1.Replace", "/b")]
    for wrong in (regex, values + regex, [("Conditions.member.1.RegexValues.member.1", "^/a")], values + rewrite):
        ask_raw("CreateRule", BAD, raw + wrong)
    ask_raw("ModifyRule", BAD, [("RuleArn", rule)] + rewrite)
    empty = [("Transforms", ""), ("Conditions.member.1.PathPatternConfig.RegexValues", "")]
    made = next(one.text for one in ask_raw("CreateRule", {}, raw + values + empty).iter()
                if one.tag.endswith("}RuleArn"))
    need("delete_rule", RuleArn=made)
    ask("describe_rules", {"Rules[].Priority": ["10", "default"]}, ListenerArn=listener)
    need("delete_load_balancer", LoadBalancerArn=balancer)


def limits():
    """What DescribeAccountLimits says of those that AWS raises for nobody."""
    told = {one["Name"]: one["Max"] for one in need("describe_account_limits")["Limits"]}
    for name in ("condition-values-per-alb-rule", "condition-wildcards-per-alb-rule",
                 "target-groups-per-action-on-application-load-balancer"):
        check(name, "5", told.get(name))
    for name in ("rules-per-application-load-balancer", "listeners-per-application-load-balancer", "target-groups",
                 "target-groups-per-application-load-balancer", "targets-per-application-load-balancer",
                 "application-load-balancers", "certificates-per-application-load-balancer"):
        check(f"{name} is a number", True, told.get(name, "").isdigit())


def others():
    """Trust stores and the like are no operations here: a refusal, and none that clients repeat."""
    for operation, more in (
            ("CreateTrustStore", [("Name", "a"), ("CaCertificatesBundleS3Bucket", "b"), ("CaCertificatesBundleS3Key", "k")]),
            ("DescribeTrustStores", []), ("DeleteTrustStore", [("TrustStoreArn", ARN + "truststore/a/0123456789abcdef")]),
            ("ModifyTrustStore", []), ("AddTrustStoreRevocations", []), ("RemoveTrustStoreRevocations", []),
            ("DescribeTrustStoreAssociations", []), ("DescribeTrustStoreRevocations", []),
            ("GetTrustStoreCaCertificatesBundle", []), ("GetTrustStoreRevocationContent", []),
            ("DeleteSharedTrustStoreAssociation", []), ("GetResourcePolicy", []), ("ModifyIpPools", []),
            ("ModifyCapacityReservation", [])):
        ask_raw(operation, "InvalidAction|OperationNotPermitted", more)


def targets():
    arn = new_group("rf-targets")
    register, health = "register_targets", "describe_target_health"
    refuse_all((
        (register, BAD, ["'0' at 'Targets"], {"Targets": [{"Id": "192.0.2.1", "Port": 0}]}),
        (register, BAD, ["'65536' at 'Targets"], {"Targets": [{"Id": "192.0.2.1", "Port": 65536}]}),
        (register, BAD, ["Id"], {"Targets": [{"Port": 80}]}),
        (register, BAD, ["target"], {"Targets": []}),
        (register, "InvalidTarget", ["nonsense"], {"Targets": [{"Id": "nonsense"}]}),
        (register, "InvalidTarget", ["169.254.169.254"], {"Targets": [{"Id": "169.254.169.254"}]}),
        ("deregister_targets", "InvalidTarget", ["nonsense"], {"Targets": [{"Id": "nonsense"}]}),
        ("deregister_targets", BAD, [], {"Targets": []}),
        (health, "InvalidTarget", ["nonsense"], {"Targets": [{"Id": "nonsense"}]}),
    ), **{name: {"TargetGroupArn": arn} for name in (register, "deregister_targets", health)})
    ask_raw("RegisterTargets", BAD, [("TargetGroupArn", arn), ("Targets.member.1.Id", "192.0.2.1"),
                                     ("Targets.member.1.QuicServerId", "0x1")])
    ask_raw("DescribeTargetHealth", BAD, [("TargetGroupArn", arn), ("Include.member.1", "Everything")])
    ask(health, {"TargetHealthDescriptions": []}, TargetGroupArn=arn)
    need("delete_target_group", TargetGroupArn=arn)


def tags():
    arn = new_group("rf-tags")
    refuse_all((
        ("add_tags", BAD, ["aws:"], {"Tags": pairs(**{"aws:x": "1"})}),
        ("add_tags", "DuplicateTagKeys", ["'a'"], {"Tags": pairs(a="1") + pairs(a="2")}),
        ("add_tags", "TooManyTags", ["50"], {"Tags": pairs(**{f"k{i}": "" for i in range(51)})}),
        ("add_tags", BAD, ["Tags"], {"Tags": None}),
        ("add_tags", BAD, ["Tags"], {"Tags": []}),
        ("add_tags", BAD, ["128"], {"Tags": pairs(**{"k" * 129: ""})}),
        ("add_tags", BAD, ["256"], {"Tags": pairs(k="v" * 257)}),
        ("remove_tags", BAD, ["TagKeys"], {"TagKeys": None}),
        ("describe_tags", BAD, ["20"], {"ResourceArns": [arn] * 21}),
        ("describe_tags", BAD, ["ResourceArns"], {"ResourceArns": None}),
    ), **{name: {"ResourceArns": [arn]} for name in ("add_tags", "remove_tags", "describe_tags")})
    ask("add_tags", BAD, ResourceArns=[arn], Tags=pairs(**{"ä" * 129: ""}))
    ask("add_tags", {}, ResourceArns=[arn], Tags=pairs(**{"ä" * 128: "💥" * 256}))
    ask("remove_tags", {}, ResourceArns=[arn], TagKeys=["ä" * 128])
    ask("add_tags", {}, ResourceArns=[arn], Tags=pairs(**{"k" * 128: "v" * 256}))
    ask("describe_tags", {"TagDescriptions[0].Tags": pairs(**{"k" * 128: "v" * 256})}, ResourceArns=[arn])
    need("delete_target_group", TargetGroupArn=arn)


AREAS = {area.__name__: area for area in (
    arns, groups, same_again, balancers, all_attributes, balancer_attributes, group_attributes, listeners, secure, words, rules, limits, others,
    targets, tags)}

if __name__ == "__main__":
    run(AREAS, sys.argv[1:], clean)

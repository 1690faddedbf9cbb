# SPDX-License-Identifier: Apache-2.0
"""aws_traffic.py serve|change|end PORT OTHER-PORT APP-PORT...: what listeners made by calls do.

serve: makes a listener on PORT with each kind of action and asks it. change: changes, makes and
deletes rules and listeners, over and over, while somebody else sends requests to /load of PORT. end:
deletes the listener; its port refuses.
"""
import http.client
import sys
import time

from aws_cases import ask, check, elbv2, need, run

PORT, OTHER = int(sys.argv[2]), int(sys.argv[3])
APPS = [int(port) for port in sys.argv[4:]]


def fixed(text):
    return [{"Type": "fixed-response", "FixedResponseConfig": {
        "StatusCode": "200", "ContentType": "text/plain", "MessageBody": text}}]


def forward(**weights):
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
        {"TargetGroupArn": group(name), "Weight": weight} for name, weight in weights.items()]}}]


def group(name):
    return need("describe_target_groups", Names=[name])["TargetGroups"][0]["TargetGroupArn"]


def balancer():
    return need("describe_load_balancers", Names=["traffic"])["LoadBalancers"][0]["LoadBalancerArn"]


def listener(port=PORT):
    one, = [one for one in need("describe_listeners", LoadBalancerArn=balancer())["Listeners"]
            if one["Port"] == port]
    return one["ListenerArn"]


def fetch(path, port=PORT, **headers):
    """Status, Location and body; None: nobody listens; a word: whoever did went meanwhile."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location"), answer.read().decode()
    except ConnectionRefusedError:
        return None
    except (ConnectionResetError, http.client.RemoteDisconnected):
        return "reset"
    finally:
        connection.close()


def becomes(what, wanted, path, port=PORT):
    """Each worker takes what is new by itself, some milliseconds behind the answer."""
    end = time.monotonic() + 10
    while (found := fetch(path, port)) != wanted and time.monotonic() < end:
        time.sleep(0.02)
    check(what, wanted, found)


def says(text):
    return 200, None, text


def app_of(path):
    status, _, body = fetch(path)
    return body.split()[0].removeprefix("app=") if status == 200 else status


def rule(priority, field, member, values, actions):
    return ask("create_rule", {"Rules[0].Priority": str(priority)}, ListenerArn=listener(),
               Priority=priority, Conditions=[{"Field": field, member: {"Values": values}}],
               Actions=actions)


def serve():
    need("create_load_balancer", Name="traffic", Subnets=["subnet-us-east-1a"])
    for name, port in zip(("one", "two"), APPS):
        arn = need("create_target_group", Name=name, Protocol="HTTP", Port=port, TargetType="ip",
                   HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2)["TargetGroups"][0][
                       "TargetGroupArn"]
        need("register_targets", TargetGroupArn=arn, Targets=[{"Id": "127.0.0.1"}])
    check("nobody listens before", None, fetch("/"))
    need("create_listener", LoadBalancerArn=balancer(), Protocol="HTTP", Port=PORT,
         DefaultActions=fixed("default"))
    becomes("the listener listens", says("default"), "/")
    rule(1, "path-pattern", "PathPatternConfig", ["/one/*", "/load"], forward(one=1))
    rule(2, "path-pattern", "PathPatternConfig", ["/both"], forward(one=3, two=1))
    rule(3, "path-pattern", "PathPatternConfig", ["/never"], forward(one=0, two=1))
    rule(4, "host-header", "HostHeaderConfig", ["*.example.com"], fixed("host"))
    rule(5, "path-pattern", "PathPatternConfig", ["/old"], [{"Type": "redirect", "RedirectConfig": {
        "StatusCode": "HTTP_301", "Host": "new.example", "Port": "80", "Path": "/new/#{path}",
        "Query": "a=b"}}])
    for name in ("one", "two"):
        elbv2.get_waiter("target_in_service").wait(
            TargetGroupArn=group(name), WaiterConfig={"Delay": 1, "MaxAttempts": 45})
    check("a path's rule", "one", app_of("/one/x"))
    found = [app_of("/both") for _ in range(120)]
    check("weights 3 to 1, of 120", True, 12 <= found.count("two") <= 50 and
          found.count("one") + found.count("two") == 120)
    check("a weight of 0", {"two"}, {app_of("/never") for _ in range(20)})
    check("a host's rule", "host", fetch("/", Host="a.example.com")[2])
    check("not that host", "default", fetch("/", Host="example.com")[2])
    check("a redirect", (301, "http://new.example:80/new/old?a=b"), fetch("/old")[:2])
    check("the default", "default", fetch("/one")[2])


def change():
    own, load = listener(), need("describe_rules", ListenerArn=listener())["Rules"][0]["RuleArn"]
    for number in range(15):
        made = rule(100, "path-pattern", "PathPatternConfig", ["/new"], fixed(f"new {number}"))
        becomes("a rule is there", says(f"new {number}"), "/new")
        need("modify_rule", RuleArn=load, Actions=forward(one=1, two=number))
        need("modify_rule", RuleArn=made["Rules"][0]["RuleArn"], Actions=fixed("changed"))
        becomes("a rule is changed", says("changed"), "/new")
        need("set_rule_priorities", RulePriorities=[
            {"RuleArn": load, "Priority": 200 + number}, {"RuleArn": made["Rules"][0]["RuleArn"], "Priority": 1}])
        need("modify_listener", ListenerArn=own, DefaultActions=fixed(f"default {number}"))
        becomes("a listener is changed", says(f"default {number}"), "/")
        need("create_listener", LoadBalancerArn=balancer(), Protocol="HTTP", Port=OTHER,
             DefaultActions=fixed("other"))
        becomes("another listener listens", says("other"), "/", OTHER)
        need("delete_listener", ListenerArn=listener(OTHER))
        refuses(OTHER)
        need("delete_rule", RuleArn=made["Rules"][0]["RuleArn"])
        becomes("a rule is gone", says(f"default {number}"), "/new")


def refuses(port):
    becomes(f"port {port} refuses", None, "/", port)


def end():
    need("delete_listener", ListenerArn=listener())
    refuses(PORT)
    need("delete_load_balancer", LoadBalancerArn=balancer())
    for name in ("one", "two"):
        need("delete_target_group", TargetGroupArn=group(name))


run({"serve": serve, "change": change, "end": end}, sys.argv[1:2], lambda: None)

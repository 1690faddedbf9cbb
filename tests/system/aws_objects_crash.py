# SPDX-License-Identifier: Apache-2.0
"""aws_objects_crash.py KILLS PORT... -- COMMAND...: makes, changes and deletes objects, one client a
port, while control is killed; COMMAND starts fairlead.

Each client knows how its objects were before its last call and how they are behind it. After each
start they are as behind it where it was answered, and else one of both, never something between.
SEED in the environment repeats a run's calls; when control dies between them is chance.
"""
import copy
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request

from botocore.exceptions import BotoCoreError, ClientError

from aws_cases import ENDPOINT, client, elbv2, told

ANY = "?"  # an ARN that an answer would have told


def like(got, wanted):
    """Whether they are equal, ANY being equal to everything."""
    if wanted == ANY:
        return True
    if isinstance(wanted, dict) and isinstance(got, dict):
        return got.keys() == wanted.keys() and all(like(got[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(got) == len(wanted) and all(map(like, got, wanted))
    return got == wanted


def fixed(text):
    return [{"Type": "fixed-response", "FixedResponseConfig": {
        "StatusCode": "200", "ContentType": "text/plain", "MessageBody": text}}]


def body(actions):
    return actions[0]["FixedResponseConfig"]["MessageBody"]


def pairs(values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


class Caller:
    """One client with objects of its own: groups by name, and one load balancer or None."""

    def __init__(self, name, port, seed):
        self.name, self.port, self.random = name, port, random.Random(seed)
        self.known = {"groups": {}, "balancer": None}
        self.open = None  # the state behind a call that was not answered
        self.calls = self.serial = 0
        self.faults = []

    def text(self):
        self.serial += 1
        return f"{self.name}-{self.serial}"

    def create_group(self, state):
        name, number = self.text(), self.random.randint(6, 300)
        tags = {"made": name, "by": self.name}
        group = {"arn": ANY, "path": "/" + name, "interval": number, "delay": "300",
                 "cookie": "86400", "tags": tags}
        state["groups"][name] = group
        return "create_target_group", {
            "Name": name, "Protocol": "HTTP", "Port": 80, "HealthCheckPath": "/" + name,
            "HealthCheckIntervalSeconds": number, "Tags": pairs(tags)}, lambda answer: group.update(
                arn=answer["TargetGroups"][0]["TargetGroupArn"])

    def modify_group(self, state, group):
        group["path"], group["interval"] = "/" + self.text(), self.random.randint(6, 300)
        return "modify_target_group", {
            "TargetGroupArn": group["arn"], "HealthCheckPath": group["path"],
            "HealthCheckIntervalSeconds": group["interval"]}

    def modify_group_attributes(self, state, group):
        group["delay"], group["cookie"] = (str(self.random.randint(1, 3600)) for _ in range(2))
        return "modify_target_group_attributes", {
            "TargetGroupArn": group["arn"], "Attributes": pairs({
                "deregistration_delay.timeout_seconds": group["delay"],
                "stickiness.lb_cookie.duration_seconds": group["cookie"]})}

    def add_tags(self, state, group):
        new = {"made": self.text(), f"k{self.random.randint(1, 9)}": self.text()}
        group["tags"].update(new)
        return "add_tags", {"ResourceArns": [group["arn"]], "Tags": pairs(new)}

    def remove_tags(self, state, group):
        keys = list(group["tags"])[:2] or ["none"]
        for key in keys:
            group["tags"].pop(key, None)
        return "remove_tags", {"ResourceArns": [group["arn"]], "TagKeys": keys}

    def delete_group(self, state, group):
        state["groups"] = {name: one for name, one in state["groups"].items() if one is not group}
        return "delete_target_group", {"TargetGroupArn": group["arn"]}

    def create_balancer(self, state):
        name = self.text()
        balancer = {"name": name, "arn": ANY, "idle": "60", "keep": "3600", "listener": None}
        state["balancer"] = balancer
        return "create_load_balancer", {"Name": name, "Subnets": ["subnet-us-east-1a"]}, \
            lambda answer: balancer.update(arn=answer["LoadBalancers"][0]["LoadBalancerArn"])

    def modify_balancer(self, state):
        balancer = state["balancer"]
        balancer["idle"] = str(self.random.randint(1, 4000))
        balancer["keep"] = str(self.random.randint(60, 604800))
        return "modify_load_balancer_attributes", {
            "LoadBalancerArn": balancer["arn"], "Attributes": pairs({
                "idle_timeout.timeout_seconds": balancer["idle"],
                "client_keep_alive.seconds": balancer["keep"]})}

    def delete_balancer(self, state):
        arn, state["balancer"] = state["balancer"]["arn"], None
        return "delete_load_balancer", {"LoadBalancerArn": arn}

    def create_listener(self, state):
        listener = {"arn": ANY, "body": self.text(), "rules": []}
        state["balancer"]["listener"] = listener
        return "create_listener", {
            "LoadBalancerArn": state["balancer"]["arn"], "Protocol": "HTTP", "Port": self.port,
            "DefaultActions": fixed(listener["body"])}, lambda answer: listener.update(
                arn=answer["Listeners"][0]["ListenerArn"])

    def modify_listener(self, state):
        listener = state["balancer"]["listener"]
        listener["body"] = self.text()
        return "modify_listener", {"ListenerArn": listener["arn"],
                                   "DefaultActions": fixed(listener["body"])}

    def delete_listener(self, state):
        arn, state["balancer"]["listener"] = state["balancer"]["listener"]["arn"], None
        return "delete_listener", {"ListenerArn": arn}

    def create_rule(self, state):
        listener = state["balancer"]["listener"]
        used = {one["priority"] for one in listener["rules"]}
        rule = {"arn": ANY, "body": self.text(),
                "priority": min(number for number in range(1, 99) if number not in used)}
        listener["rules"].append(rule)
        listener["rules"].sort(key=lambda one: one["priority"])
        return "create_rule", {
            "ListenerArn": listener["arn"], "Priority": rule["priority"],
            "Conditions": [{"Field": "path-pattern", "Values": ["/" + rule["body"]]}],
            "Actions": fixed(rule["body"])}, lambda answer: rule.update(
                arn=answer["Rules"][0]["RuleArn"])

    def modify_rule(self, state):
        rule = self.random.choice(state["balancer"]["listener"]["rules"])
        rule["body"] = self.text()
        return "modify_rule", {
            "RuleArn": rule["arn"], "Actions": fixed(rule["body"]),
            "Conditions": [{"Field": "path-pattern", "Values": ["/" + rule["body"]]}]}

    def turn_rules(self, state):
        rules = state["balancer"]["listener"]["rules"]
        for rule, priority in zip(rules, [one["priority"] for one in rules[::-1]]):
            rule["priority"] = priority
        rules.reverse()
        return "set_rule_priorities", {"RulePriorities": [
            {"RuleArn": one["arn"], "Priority": one["priority"]} for one in rules]}

    def delete_rule(self, state):
        rules = state["balancer"]["listener"]["rules"]
        return "delete_rule", {"RuleArn": rules.pop(self.random.randrange(len(rules)))["arn"]}

    def choose(self, state):
        """One call that can be done now."""
        choices = [self.create_group] if len(state["groups"]) < 6 else []
        if state["groups"]:
            group = self.random.choice(list(state["groups"].values()))
            choices += [lambda state, step=step: step(state, group) for step in (
                self.modify_group, self.modify_group_attributes, self.add_tags, self.remove_tags,
                self.delete_group)]
        balancer = state["balancer"]
        if balancer is None:
            choices += [self.create_balancer] * 3
        else:
            choices += [self.modify_balancer]
            choices += [self.delete_balancer] if self.random.random() < 0.3 else []
            listener = balancer["listener"]
            if listener is None:
                choices += [self.create_listener] * 3
            else:
                choices += [self.modify_listener, self.create_rule, self.create_rule]
                choices += [self.delete_listener] if self.random.random() < 0.3 else []
                choices += [self.modify_rule, self.turn_rules, self.delete_rule] if listener["rules"] else []
        return self.random.choice(choices)(state)

    @staticmethod
    def call(operation, arguments):
        """Workers whose control was killed may have a port for a while that is free by now."""
        end = time.monotonic() + 30
        while True:
            try:
                return operation(**arguments)
            except ClientError as error:
                if "already in use" not in told(error)[2] or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def work(self):
        """Calls until one is not answered."""
        own = client(connect_timeout=5, read_timeout=20)
        while True:
            state = copy.deepcopy(self.known)
            operation, arguments, *learn = self.choose(state)
            self.open = state
            try:
                answer = self.call(getattr(own, operation), arguments)
            except ClientError as error:
                if told(error)[1] < 500:
                    self.faults.append(f"{operation}({arguments}): {error}")
                return
            except BotoCoreError:
                return
            for one in learn:
                one(answer)
            self.known, self.open = state, None
            self.calls += 1

    def compare(self, found):
        """Takes over what is there, if it is one of the states that may be."""
        if like(found, self.known):
            came = "before" if self.open else "answered"
        elif self.open and like(found, self.open):
            came = "behind"
        else:
            self.faults.append(f"known:  {self.known}\n  or:     {self.open}\n  found:  {found}")
            came = "fault"
        self.known, self.open = found, None
        return came


def attributes(answer):
    return {one["Key"]: one["Value"] for one in answer["Attributes"]}


def tags_of(arn):
    description, = elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"]
    return {tag["Key"]: tag["Value"] for tag in description["Tags"]}


def observe_group(group):
    arn = group["TargetGroupArn"]
    has = attributes(elbv2.describe_target_group_attributes(TargetGroupArn=arn))
    return {"arn": arn, "path": group["HealthCheckPath"], "tags": tags_of(arn),
            "interval": group["HealthCheckIntervalSeconds"],
            "delay": has["deregistration_delay.timeout_seconds"],
            "cookie": has["stickiness.lb_cookie.duration_seconds"]}


def observe_listener(balancer):
    listeners = elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    if not listeners:
        return None
    listener, = listeners
    rules = elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"][:-1]
    for rule in rules:  # both were changed by one call
        assert rule["Conditions"][0]["Values"] == ["/" + body(rule["Actions"])], rule
    return {"arn": listener["ListenerArn"], "body": body(listener["DefaultActions"]), "rules": [
        {"arn": rule["RuleArn"], "priority": int(rule["Priority"]), "body": body(rule["Actions"])}
        for rule in rules]}


def observe_balancer(balancer):
    arn = balancer["LoadBalancerArn"]
    has = attributes(elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn))
    return {"name": balancer["LoadBalancerName"], "arn": arn, "listener": observe_listener(arn),
            "idle": has["idle_timeout.timeout_seconds"], "keep": has["client_keep_alive.seconds"]}


def observe(names):
    """The objects of each caller, by the first part of their names."""
    found = {name: {"groups": {}, "balancer": None} for name in names}
    for group in elbv2.describe_target_groups()["TargetGroups"]:
        name = group["TargetGroupName"]
        found[name.split("-")[0]]["groups"][name] = observe_group(group)
    for balancer in elbv2.describe_load_balancers()["LoadBalancers"]:
        name = balancer["LoadBalancerName"].split("-")[0]
        if name in found:
            assert found[name]["balancer"] is None, balancer
            found[name]["balancer"] = observe_balancer(balancer)
    return found


def start(command):
    daemon = subprocess.Popen(command)  # pylint: disable=consider-using-with
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert daemon.poll() is None, f"fairlead ended with {daemon.returncode}"
        try:
            # Behind a crash the first one may still meet what is ending.
            with urllib.request.urlopen(ENDPOINT + "/v1/status", timeout=5):
                elbv2.describe_load_balancers()
                return daemon
        except (OSError, BotoCoreError, ClientError):
            time.sleep(0.02)
    raise AssertionError("fairlead does not answer")


def main():
    arguments, command = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
    seed = int(os.environ.get("SEED", time.time()))
    print(f"SEED={seed}", flush=True)
    callers = [Caller(f"c{index}", int(port), seed + index) for index, port in enumerate(arguments[1:])]
    chance = random.Random(seed - 1)
    came = {"answered": 0, "before": 0, "behind": 0, "fault": 0}
    daemon = start(command)
    for kill in range(int(arguments[0])):
        threads = [threading.Thread(target=caller.work) for caller in callers]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.01, 0.8))
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        for thread in threads:
            thread.join()
        daemon = start(command)
        found = observe([caller.name for caller in callers])
        for caller in callers:
            came[caller.compare(found[caller.name])] += 1
        faults = [fault for caller in callers for fault in caller.faults]
        if faults:
            print(f"kill {kill + 1}:", *faults, sep="\n  ")
            break
    daemon.send_signal(signal.SIGTERM)
    ended = daemon.wait()
    print(f"{sum(caller.calls for caller in callers)} calls were answered; of those that were not, "
          f"{came['before']} are not done, {came['behind']} are done")
    sys.exit(1 if faults or ended else 0)


if __name__ == "__main__":
    main()

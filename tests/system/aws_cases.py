# SPDX-License-Identifier: Apache-2.0
"""What the tables of cases share: a call, what is wanted of it, and a list of those that differ.

A wish is the code of an error ("PriorityInUse", or "A|B" where ELBv2's documents leave it open), or
members of the answer as {JMESPath: value} (a function is called with the value), or {} for any.
"""
import contextlib
import os
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree as tree
from urllib.parse import quote

import boto3
import jmespath
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

ENDPOINT = os.environ["AWS_ENDPOINT"]
REGION = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
failures = []
expected = []  # what differs inside of known()
asked = 0
is_known = False


def client(service="elbv2", **more):
    """Takes what boto3 would refuse itself, and calls once."""
    return boto3.session.Session().client(service, endpoint_url=ENDPOINT, config=Config(
        retries={"max_attempts": 0}, parameter_validation=False, **more))


elbv2 = client()


@contextlib.contextmanager
def known(reason):
    """What is asked inside differs, and we know why; it is a failure when it does not any more."""
    global is_known
    before, is_known = len(expected), True
    try:
        yield
    finally:
        is_known = False
    if len(expected) == before:
        differs(f"what is known to differ ({reason})", "a difference", "none: take known() away")


def differs(call, wanted, got):
    """Notes one that is not as it should be."""
    if is_known:
        expected.append(call)
        return
    failures.append(call)
    print(f"asked:  {call}\n  wanted: {wanted}\n  got:    {got}", flush=True)


def check(what, wanted, got):
    global asked
    asked += 1
    if wanted != got:
        differs(what, wanted, got)


def short(arguments):
    text = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return text if len(text) < 300 else text[:300] + "…"


def wrong_members(answer, wanted):
    found = {}
    for path, value in wanted.items():
        got = jmespath.search(path, answer)
        if not value(got) if callable(value) else got != value:
            found[path] = got
    return found


def told(error):
    """Code and status of a refusal, and its message."""
    part = error.response["Error"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return part["Code"], status, part["Message"]


def undo(operation, answer, arguments):
    """What should have been refused does not stand in the way of what comes next."""
    kind = {"create_load_balancer": "LoadBalancer", "create_target_group": "TargetGroup",
            "create_listener": "Listener", "create_rule": "Rule"}.get(operation)
    if kind:
        arn = answer[kind + "s"][0][kind + "Arn"]
        getattr(elbv2, operation.replace("create", "delete"))(**{kind + "Arn": arn})
    elif operation == "add_tags":
        elbv2.remove_tags(ResourceArns=arguments["ResourceArns"],
                          TagKeys=[tag["Key"] for tag in arguments["Tags"]])


def ask(operation, wanted, says=(), by=None, **arguments):
    """Calls and compares; the answer, or None. A refusal's message has each text of `says`."""
    global asked
    asked += 1
    call = f"{operation}({short(arguments)})"
    try:
        answer = getattr(by or elbv2, operation)(**arguments)
    except ClientError as error:
        code, status, message = told(error)
        if not isinstance(wanted, str) or code not in wanted.split("|") or not 400 <= status < 500:
            differs(call, wanted, f"{status} {code}: {message}")
        elif not all(text in message for text in says):
            differs(call, f"a message with {says}", message)
        return None
    except BotoCoreError as error:
        differs(call, wanted, repr(error))
        return None
    answer.pop("ResponseMetadata")
    if isinstance(wanted, str):
        differs(call, wanted, f"it is done: {short(answer)}")
        undo(operation, answer, arguments)
    elif wrong := wrong_members(answer, wanted):
        differs(call, {path: wanted[path] for path in wrong if not callable(wanted[path])}, wrong)
    return answer


def need(operation, by=None, **arguments):
    """A call that others build on: its area ends where it is refused."""
    answer = getattr(by or elbv2, operation)(**arguments)
    answer.pop("ResponseMetadata")
    return answer


def send(pairs, key=None, headers=()):
    """The pairs in this order as a form, signed by botocore: status and the answer's elements."""
    body = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in pairs)
    request = AWSRequest("POST", ENDPOINT + "/", data=body, headers={
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **dict(headers)})
    identity, secret = key or (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(Credentials(identity, secret), "elasticloadbalancing", REGION).add_auth(request)
    try:
        with urllib.request.urlopen(urllib.request.Request(
                ENDPOINT + "/", body.encode(), dict(request.headers)), timeout=20) as answer:
            return answer.status, tree.fromstring(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, tree.fromstring(error.read())


def element(root, name):
    """The text of the first element of that name, whatever its namespace."""
    for one in root.iter():
        if one.tag.rsplit("}", 1)[-1] == name:
            return one.text or ""
    return None


def ask_raw(operation, wanted, pairs, **more):
    """`wanted`: the code of an error, or {element: text}."""
    global asked
    asked += 1
    pairs = [("Action", operation), ("Version", "2015-12-01")] + list(pairs)
    status, root = send(pairs, **more)
    call = "&".join(f"{name}={value}" for name, value in pairs)
    if isinstance(wanted, str):
        if status // 100 != 4 or element(root, "Code") not in wanted.split("|"):
            differs(call, wanted, f"{status} {tree.tostring(root, 'unicode')}")
    elif status != 200 or any(element(root, name) != text for name, text in wanted.items()):
        differs(call, wanted, f"{status} {tree.tostring(root, 'unicode')}")
    return root


def run(areas, names, clean):
    """Runs these areas, or all of them; ends with 1 where something differs."""
    for name in [name for name in names if name in areas] or areas:
        before = len(failures)
        try:
            areas[name]()
        except Exception as error:  # pylint: disable=broad-except
            differs(f"area {name}", "to its end", repr(error))
        clean()
        print(f"area {name}: {len(failures) - before} differ", flush=True)
    print(f"{asked} asked, {len(failures)} differ, and {len(expected)} as is known")
    sys.exit(1 if failures else 0)

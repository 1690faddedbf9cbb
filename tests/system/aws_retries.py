# SPDX-License-Identifier: Apache-2.0
"""aws_retries.py: one CreateRule, again and again, signed by botocore."""
import http.client
import os
import time
import urllib.parse

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

ENDPOINT = os.environ["AWS_ENDPOINT"]
SESSION = boto3.Session()
ELBV2 = SESSION.client("elbv2", endpoint_url=ENDPOINT)


def body(priority):
    arn = ELBV2.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    listener = [one for one in ELBV2.describe_listeners(LoadBalancerArn=arn)["Listeners"] if "Port" in one][0]
    return urllib.parse.urlencode({
        "Action": "CreateRule", "Version": "2015-12-01", "ListenerArn": listener["ListenerArn"],
        "Priority": priority, "Conditions.member.1.Field": "path-pattern",
        "Conditions.member.1.Values.member.1": "/a", "Actions.member.1.Type": "fixed-response",
        "Actions.member.1.FixedResponseConfig.StatusCode": "204"})


def sign(text):
    request = AWSRequest("POST", ENDPOINT + "/", data=text,
                         headers={"Content-Type": "application/x-www-form-urlencoded"})
    SigV4Auth(SESSION.get_credentials(), "elasticloadbalancing", SESSION.region_name).add_auth(request)
    return dict(request.headers), text


def send(call, invocation, reads=True):
    fields, text = call
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(ENDPOINT).netloc, timeout=20)
    connection.request("POST", "/", text, dict(fields, **{"amz-sdk-invocation-id": invocation}))
    if not reads:
        connection.close()
        return None
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def answered(call, invocation):
    """As send, but while the call is being made it is tried again, as SDKs do."""
    while True:
        status, text = send(call, invocation)
        if "<Code>Throttling</Code>" not in text:
            return status, text
        time.sleep(0.1)


def main():
    first = sign(body(7))
    status, text = send(first, "one")
    assert status == 200 and "<RuleArn>" in text, text
    assert answered(first, "one") == (status, text)
    while sign(first[1])[0]["X-Amz-Date"] == first[0]["X-Amz-Date"]:
        time.sleep(0.1)
    second = sign(first[1])
    assert answered(second, "one") == (status, text), "signed again"

    refused = answered(second, "two")
    assert refused[0] == 400 and "PriorityInUse" in refused[1], refused
    assert answered(second, "two") == refused

    lost = sign(body(8))
    send(lost, "three", reads=False)
    status, text = answered(lost, "three")
    assert status == 200 and "<RuleArn>" in text, text

    deadline = time.monotonic() + 30
    while True:  # within two seconds of the first sight it may be another client's equal call
        time.sleep(2.1)
        kept = send(first, "four")
        if kept[0] == 409 or time.monotonic() > deadline:
            break
    assert kept[0] == 409 and "RequestRepeated" in kept[1], kept
    rules = ELBV2.describe_rules(ListenerArn=urllib.parse.parse_qs(first[1])["ListenerArn"][0])["Rules"]
    assert [one["Priority"] for one in rules] == ["7", "8", "default"], rules


main()

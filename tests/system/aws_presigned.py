# SPDX-License-Identifier: Apache-2.0
"""Calls by GET: presigned by botocore's SigV4QueryAuth, signed in a field, and not signed. CHANGED in the environment
is what a presigned URL must not have deleted."""
import datetime
import os
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as tree
from unittest import mock

import boto3
import botocore.auth
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ENDPOINT = os.environ["AWS_ENDPOINT"]
KEY = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
STS = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
ELBV2 = {"Version": "2015-12-01"}


def fetch(url, fields=None, data=None):
    """Status, and the answer's elements or None."""
    request = urllib.request.Request(url, data, dict(fields or {}))
    if data is not None:
        request.add_unredirected_header("Content-type", "")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            status, kind, text = answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        status, kind, text = error.code, error.headers["Content-Type"], error.read()
    return status, tree.fromstring(text) if kind == "text/xml" else None


def element(root, name):
    return next((one.text for one in root.iter() if one.tag.rsplit("}", 1)[-1] == name), None)


def presign(parameters, service="sts", expires=60, ago=0, key=KEY, region="eu-central-1"):
    request = AWSRequest("GET", ENDPOINT + "/", params=parameters)
    then = datetime.datetime.utcnow() - datetime.timedelta(seconds=ago)
    with mock.patch.object(botocore.auth, "datetime", wraps=datetime) as clock:
        clock.datetime = mock.Mock(wraps=datetime.datetime, utcnow=lambda: then)
        clock.datetime.now = lambda zone=None: then.replace(tzinfo=zone)
        if hasattr(botocore.auth, "get_current_datetime"):
            with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, **__: then):
                SigV4QueryAuth(key, service, region, expires=expires).add_auth(request)
        else:
            SigV4QueryAuth(key, service, region, expires=expires).add_auth(request)
    return request.prepare().url


def told(url, wanted, **more):
    """The code of a refusal, or an element that is there, as NAME=TEXT or NAME."""
    status, root = fetch(url, **more)
    assert root is not None, f"{url}: {status}, and no XML"
    if "=" in wanted or status == 200:
        name, _, text = wanted.partition("=")
        assert status == 200 and element(root, name) is not None, f"{url}: {status} {tree.tostring(root)}"
        assert not text or element(root, name) == text, f"{name}: {element(root, name)}"
    else:
        code, wanted_status = wanted.split()
        assert (element(root, "Code"), str(status)) == (code, wanted_status), f"{url}: {status} {tree.tostring(root)}"


def presigned():
    told(presign(STS), "Arn=arn:aws:iam::000000000000:user/reader")
    told(boto3.client("sts", endpoint_url=ENDPOINT).generate_presigned_url(
        "get_caller_identity", HttpMethod="GET"), "Account=000000000000")
    elbv2 = boto3.client("elbv2", endpoint_url=ENDPOINT)
    for names, wanted in ((["web"], "TargetGroupName=web"), (["nobody"], "TargetGroupNotFound 400")):
        url = elbv2.generate_presigned_url("describe_target_groups", Params={"Names": names}, HttpMethod="GET")
        told(url, wanted)
    # Without a word on it boto3 presigns for POST.
    told(elbv2.generate_presigned_url("describe_target_groups"), "TargetGroupName", data=b"")
    told(presign({**ELBV2, "Action": "DescribeLoadBalancers"}, "elasticloadbalancing"), "LoadBalancerName")
    told(presign(STS, expires=604800, ago=600000), "Arn")


def refused():
    url = presign(STS)
    told(url[:-1] + ("0" if url[-1] != "0" else "1"), "SignatureDoesNotMatch 403")
    told(url.replace("GetCallerIdentity", "GetSessionToken"), "SignatureDoesNotMatch 403")
    told(url + "&Extra=1", "SignatureDoesNotMatch 403")
    told(presign(STS, expires=60, ago=120), "RequestExpired 403")
    told(presign(STS, ago=-1200), "RequestExpired 403")
    told(presign(STS, expires=604801), "IncompleteSignature 400")
    told(presign(STS, expires=0), "IncompleteSignature 400")
    told(presign(STS, "elasticloadbalancing"), "InvalidAction 400")
    told(presign(STS, "s3"), "SignatureDoesNotMatch 403")
    told(presign(STS, key=Credentials("AKIAIOSFODNN7EXAMPLE", "nothing")), "InvalidClientTokenId 403")
    for gone in ("X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Algorithm"):
        parts = urllib.parse.urlsplit(url)
        pairs = [pair for pair in parts.query.split("&") if not pair.startswith(gone)]
        told(parts._replace(query="&".join(pairs)).geturl(), "IncompleteSignature 400")
    told(url.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), "IncompleteSignature 400")


def changes_nothing():
    change = {**ELBV2, "Action": "DeleteTargetGroup", "TargetGroupArn": os.environ["CHANGED"]}
    writer = Credentials(*os.environ["WRITER"].split())
    told(presign(change, "elasticloadbalancing", key=writer), "AccessDenied 403")
    request = AWSRequest("GET", ENDPOINT + "/", params=change)
    SigV4Auth(writer, "elasticloadbalancing", "eu-central-1").add_auth(request)
    told(request.prepare().url, "AccessDenied 403", fields=request.headers)
    told(ENDPOINT + "/?" + urllib.parse.urlencode(change), "AccessDenied 403")


def otherwise_by_get():
    request = AWSRequest("GET", ENDPOINT + "/", params=STS)
    SigV4Auth(KEY, "sts", "eu-central-1").add_auth(request)
    told(request.prepare().url, "Arn=arn:aws:iam::000000000000:user/reader", fields=request.headers)
    told(ENDPOINT + "/?" + urllib.parse.urlencode(STS), "Arn")
    told(ENDPOINT + "/?Action=Nonsense&Version=2011-06-15", "InvalidAction 400")
    status, root = fetch(ENDPOINT + "/?nothing=1")
    assert (status, root) == (200, None), "the console's page is not there any more"


presigned()
refused()
changes_nothing()
otherwise_by_get()

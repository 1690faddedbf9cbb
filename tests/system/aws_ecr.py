# SPDX-License-Identifier: Apache-2.0
"""ECR by boto3, on the repository shop/web of aws_ecr.sh."""
import base64
import datetime
import os
import sys

from aws_cases import ask, boto3, client, failures

ecr = client("ecr")
ARN = "arn:aws:ecr:eu-central-1:000000000000:repository/shop/web"
POLICY = '{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9}, "action": {"type": "expire"}}]}'


def call(operation, wanted, **arguments):
    return ask(operation, wanted, by=ecr, **arguments)


def tokens():
    data = call("get_authorization_token", {
        "authorizationData[0].proxyEndpoint": f"http://{os.environ['REGISTRY']}",
        "authorizationData[0].expiresAt": lambda at: datetime.timedelta(hours=11, minutes=58)
        < at - datetime.datetime.now(at.tzinfo) < datetime.timedelta(hours=12, minutes=2)})
    name, password = base64.b64decode(data["authorizationData"][0]["authorizationToken"]).split(b":")
    assert name == b"AWS" and len(password) >= 32, (name, password)


def pages():
    for n in range(5):
        call("create_repository", {}, repositoryName=f"page/{n}")
    for size in (1, 2, 5, 6, 1000):
        pages = list(ecr.get_paginator("describe_repositories").paginate(
            PaginationConfig={"PageSize": size}))
        names = [one["repositoryName"] for page in pages for one in page["repositories"]]
        assert names == [f"page/{n}" for n in range(5)] + ["shop/web"], names
        assert all(len(page["repositories"]) <= size for page in pages), pages
        tags = [one["imageTag"] for page in ecr.get_paginator("list_images").paginate(
            repositoryName="shop/web", PaginationConfig={"PageSize": size}) for one in page["imageIds"]]
        assert tags == ["one", "same", "two"], tags
        details = [one["imageTags"] for page in ecr.get_paginator("describe_images").paginate(
            repositoryName="shop/web", PaginationConfig={"PageSize": size}) for one in page["imageDetails"]]
        assert details == [["one", "same"], ["two"]], details
    call("describe_repositories", "InvalidParameterException", maxResults=1001)
    call("describe_repositories", {"length(repositories)": 2}, repositoryNames=["page/0", "page/4"])
    call("describe_repositories", "RepositoryNotFoundException", registryId="111111111111", repositoryNames=["page/0"])
    for n in range(5):
        call("delete_repository", {"repository.repositoryName": f"page/{n}"}, repositoryName=f"page/{n}")


def tags():
    call("tag_resource", {}, resourceArn=ARN, tags=[{"Key": "stage", "Value": "test"}])
    call("list_tags_for_resource", {"sort(tags[].Key)": ["stage", "team"]}, resourceArn=ARN)
    call("tag_resource", "InvalidTagParameterException", resourceArn=ARN, tags=[{"Key": "aws:x", "Value": ""}])
    call("tag_resource", "TooManyTagsException", resourceArn=ARN,
         tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])
    call("untag_resource", {}, resourceArn=ARN, tagKeys=["stage", "none"])
    call("list_tags_for_resource", {"tags[].Key": ["team"]}, resourceArn=ARN)
    call("list_tags_for_resource", "RepositoryNotFoundException", resourceArn=ARN + "x")
    call("list_tags_for_resource", "InvalidParameterException", resourceArn="arn:aws:ecs:x:y:cluster/z")


def policies():
    name = {"repositoryName": "shop/web"}
    call("get_lifecycle_policy", "LifecyclePolicyNotFoundException", **name)
    call("put_lifecycle_policy", "InvalidParameterException", lifecyclePolicyText="{" * 100, **name)
    call("put_lifecycle_policy", {"lifecyclePolicyText": POLICY}, lifecyclePolicyText=POLICY, **name)
    call("get_lifecycle_policy", {"lifecyclePolicyText": POLICY, "repositoryName": "shop/web"}, **name)
    call("delete_lifecycle_policy", {"lifecyclePolicyText": POLICY}, **name)
    call("delete_lifecycle_policy", "LifecyclePolicyNotFoundException", **name)
    call("get_lifecycle_policy", "RepositoryNotFoundException", repositoryName="none")


def refusals():
    call("create_repository", "InvalidParameterException")
    call("create_repository", "InvalidParameterException", repositoryName="x")
    call("create_repository", "InvalidParameterException", repositoryName="n" * 257)
    call("create_repository", "InvalidParameterException", repositoryName="kms",
         encryptionConfiguration={"encryptionType": "KMS"})
    call("create_repository", "InvalidTagParameterException", repositoryName="tags",
         tags=[{"Key": "aws:x", "Value": ""}])
    call("batch_delete_image", "RepositoryNotFoundException", repositoryName="none", imageIds=[{"imageTag": "a"}])
    call("batch_delete_image", {"failures[0].failureCode": "MissingDigestAndTag"},
         repositoryName="shop/web", imageIds=[{}])
    call("set_repository_policy", "InvalidParameterException", repositoryName="shop/web", policyText="{}")
    call("describe_registry", "UnknownOperationException")
    key, secret = os.environ["READER"].split()
    reader = boto3.client("ecr", endpoint_url=os.environ["AWS_ENDPOINT"], aws_access_key_id=key,
                          aws_secret_access_key=secret)
    ask("describe_images", {"length(imageDetails)": 2}, by=reader, repositoryName="shop/web")
    ask("batch_delete_image", "AccessDeniedException", by=reader, repositoryName="shop/web",
        imageIds=[{"imageTag": "two"}])
    ask("delete_repository", "AccessDeniedException", by=reader, repositoryName="shop/web", force=True)
    ask("describe_images", {"length(imageDetails)": 2}, by=reader, repositoryName="shop/web")


for part in (tokens, pages, tags, policies, refusals):
    part()
sys.exit(1 if failures else 0)

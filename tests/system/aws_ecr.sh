#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ECR's calls in front of a real registry: docker logs in with get-login-password, pushes and pulls,
# and what aws and boto3 are told is what the registry has; repositories are there after a crash;
# what is wrong, not possible or out of reach is refused in ECR's words.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/docker.sh"
. "$(dirname "$0")/../support/registry.sh"
. "$(dirname "$0")/../support/aws.sh"
system_begin "$@"
command -v docker-registry >/dev/null || skip "there is no docker-registry"
command -v aws >/dev/null || skip "there is no aws (package awscli)"
/usr/bin/python3 -c 'import boto3' 2>/dev/null || skip "there is no boto3 (package python3-boto3)"

port=$(free_port) registry=127.0.0.1:$(free_port)
aws_endpoint "$port" eu-central-1
export DOCKER_CONFIG=$work/docker-config REGISTRY=$registry
docker_begin
registry_start "${registry#*:}"
api() { # MORE SETTINGS
    cat >"$work/fairlead.conf" <<CONF
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
api = { address = "127.0.0.1"; port = $port; $1 };
listeners = ( { name = "http"; unix = "$work/http.sock";
    default_actions = ( { type = "fixed-response"; status_code = 404; } ); } );
CONF
}
api "registry = \"$registry\";"
fairlead_start
wait_for 10 aws_answers
aws_use_key reader --read-only
reader=$AWS_ACCESS_KEY_ID reader_secret=$AWS_SECRET_ACCESS_KEY
aws_use_key anna

ecr() {
    aws --endpoint-url "$AWS_ENDPOINT" ecr "$@"
}
# refuses CODE ARGUMENT...: at once, unless it is a fault of ours.
refuses() {
    local code=$1
    shift
    AWS_MAX_ATTEMPTS=1 ecr "$@" >"$work/out" 2>&1 && fail "$* is not refused"
    grep -F "($code)" "$work/out" >/dev/null || fail "$*: $(cat "$work/out"), not $code"
}
says() {
    grep -F "$1" "$work/out" >/dev/null || fail "$(cat "$work/out") does not say $1"
}
# has JQ-EXPRESSION ARGUMENT...
has() {
    local expression=$1
    shift
    ecr "$@" >"$work/out" || fail "$* is refused"
    jq -e "$expression" "$work/out" >/dev/null || fail "$*: $(cat "$work/out"), not $expression"
}

step "a repository is made, and told"
has '.repository | .repositoryArn == "arn:aws:ecr:eu-central-1:000000000000:repository/shop/web" and
    .registryId == "000000000000" and .repositoryName == "shop/web" and .repositoryUri == "'"$registry"'/shop/web" and
    .imageTagMutability == "MUTABLE" and .createdAt != null' create-repository --repository-name shop/web --tags Key=team,Value=shop
has '.repositories | length == 1 and .[0].repositoryName == "shop/web"' describe-repositories
has '.repositories[0].repositoryName == "shop/web"' describe-repositories --repository-names shop/web
has '.tags == [{"Key": "team", "Value": "shop"}]' list-tags-for-resource --resource-arn arn:aws:ecr:eu-central-1:000000000000:repository/shop/web
refuses RepositoryAlreadyExistsException create-repository --repository-name shop/web
refuses RepositoryNotFoundException describe-repositories --repository-names none
for name in Shop -shop shop/ 'shop//web' shop.-web shop___web; do
    refuses InvalidParameterException create-repository "--repository-name=$name"
done
refuses InvalidParameterException create-repository --repository-name other --image-tag-mutability IMMUTABLE
refuses InvalidParameterException create-repository --repository-name other --image-scanning-configuration scanOnPush=true
has '.imageIds == []' list-images --repository-name shop/web

step "docker logs in, pushes, and pulls"
ecr get-login-password >"$work/password" || fail "there is no password"
docker login --username AWS --password-stdin "$registry" <"$work/password" >"$work/out" 2>&1 || fail "$(cat "$work/out")"
says "Login Succeeded"
uri=$(ecr describe-repositories --repository-names shop/web --query 'repositories[0].repositoryUri' --output text)
docker tag app "$uri:one"
docker push -q "$uri:one" >/dev/null || fail "no push"
docker tag app "$uri:same"
docker push -q "$uri:same" >/dev/null || fail "no push"
docker create --name made app >/dev/null
docker commit -c 'LABEL more=1' made "$uri:two" >/dev/null
docker push -q "$uri:two" >/dev/null || fail "no push"
digest() { # TAG
    curl -sfI -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' "http://$registry/v2/shop/web/manifests/$1" |
        sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: \(.*\)\r$/\1/p'
}
one=$(digest one) two=$(digest two)
[ "$one" != "$two" ] || fail "both images are $one"
docker rmi "$uri:one" "$uri:two" >/dev/null
docker pull -q "$uri:one" >/dev/null || fail "no pull"

step "images are those of the registry"
has '[.imageIds[] | [.imageTag, .imageDigest]] == [["one", "'"$one"'"], ["same", "'"$one"'"], ["two", "'"$two"'"]]' \
    list-images --repository-name shop/web
has '.imageIds | length == 3' list-images --repository-name shop/web --page-size 1
has '.imageDetails | length == 2 and ([.[].imageTags] == [["one", "same"], ["two"]]) and
    all(.imageSizeInBytes > 1000 and .repositoryName == "shop/web" and .imageManifestMediaType != null)' describe-images --repository-name shop/web
has '.imageDetails | length == 1 and .[0].imageDigest == "'"$two"'"' describe-images --repository-name shop/web --image-ids imageTag=two
has '.imageDetails[0].imageTags == ["one", "same"]' describe-images --repository-name shop/web --image-ids imageDigest="$one"
refuses ImageNotFoundException describe-images --repository-name shop/web --image-ids imageTag=three
refuses ImageNotFoundException describe-images --repository-name shop/web --image-ids imageTag=two imageDigest=sha256:x
refuses RepositoryNotFoundException list-images --repository-name none

step "boto3: pages, tags, lifecycle policies, errors"
READER="$reader $reader_secret" /usr/bin/python3 "$(dirname "$0")/aws_ecr.py" || fail "boto3 is told something else"

step "an image goes by its digest, or by all of its tags"
has '.imageIds == [] and .failures[0].failureCode == "InvalidImageTag"' batch-delete-image --repository-name shop/web --image-ids imageTag=one
has '.failures | map(.failureCode) == ["ImageNotFound", "InvalidImageDigest"]' \
    batch-delete-image --repository-name shop/web --image-ids imageTag=three imageDigest=sha256:x
[ "$(digest one)" = "$one" ] || fail "it has been deleted"
has '.failures == [] and (.imageIds | length == 2)' batch-delete-image --repository-name shop/web --image-ids imageTag=one imageTag=same
has '.imageIds | map(.imageTag) == ["two"]' list-images --repository-name shop/web

step "what is answered is there after a crash"
kill -KILL "$fairlead_pid"
wait "$fairlead_pid" || true
fairlead_start
wait_for 10 aws_answers
has '.repositories[0].repositoryName == "shop/web"' describe-repositories

step "a registry that is away"
registry_stop
refuses ServerException list-images --repository-name shop/web
says "The registry $registry gives no answer: "
refuses ServerException delete-repository --repository-name shop/web --force
has '.repositories[0].repositoryName == "shop/web"' describe-repositories

step "a registry that says nothing, and control stops meanwhile"
python3 - "${registry#*:}" "$work/asked" <<'END' &
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client, _ = server.accept()
client.recv(1)
open(sys.argv[2], "w").close()
client.recv(100000)
client.recv(1)
END
silent_pid=$!
system_at_end kill -KILL $silent_pid
wait_for 5 sh -c "ss -ltn | grep -F '$registry' >/dev/null"
AWS_MAX_ATTEMPTS=1 ecr list-images --repository-name shop/web >"$work/out" 2>&1 &
asking_pid=$!
wait_for 20 test -e "$work/asked"
fairlead_stop
wait "$asking_pid" && fail "it was answered: $(cat "$work/out")"
grep -E "fairlead is stopping|Connection was closed" "$work/out" >/dev/null || fail "$(cat "$work/out")"
wait "$silent_pid" || fail "the registry's connection was not closed"
fairlead_start
wait_for 10 aws_answers
registry_start "${registry#*:}"
has '.imageIds | length == 1' list-images --repository-name shop/web

step "a repository goes when it is empty, or with force"
refuses RepositoryNotEmptyException delete-repository --repository-name shop/web
has '.repository.repositoryName == "shop/web"' delete-repository --repository-name shop/web --force
has '.repositories == []' describe-repositories
[ -z "$(digest two)" ] || fail "the image is still there"
refuses RepositoryNotFoundException delete-repository --repository-name shop/web
ecr create-repository --repository-name empty >/dev/null
has '.repository.repositoryName == "empty"' delete-repository --repository-name empty

step "without a registry the calls are refused, and say which setting is missing"
api ""
ctl reload >/dev/null
for call in get-authorization-token describe-repositories "create-repository --repository-name web"; do
    # shellcheck disable=SC2086
    refuses InvalidParameterException $call
    says api.registry
done
for wrong in registry 127.0.0.1: 127.0.0.1:99999 http://127.0.0.1:5000 127.0.0.1:5000/v2; do
    api "registry = \"$wrong\";"
    "$fairlead" -c -f "$work/fairlead.conf" >"$work/out" 2>&1 && fail "$wrong is taken"
    says "HOST:PORT"
done
fairlead_stop

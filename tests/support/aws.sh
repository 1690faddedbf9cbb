# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests of the AWS APIs: where their clients find fairlead, and whose key they have.

# aws_endpoint PORT REGION: for all clients that are started from now on, and nobody's own settings.
aws_endpoint() {
    export AWS_ENDPOINT=http://127.0.0.1:$1 AWS_DEFAULT_REGION=$2 AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
    export AWS_CONFIG_FILE=$work/aws-config AWS_SHARED_CREDENTIALS_FILE=$work/aws-credentials
}

aws_answers() {
    curl -sf -m 5 "$AWS_ENDPOINT/v1/status" -o /dev/null
}

# aws_use_key ARGUMENTS OF key create ...: a new key, for all clients that are started from now on.
aws_use_key() {
    eval "$(ctl key create "$@")"
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
}

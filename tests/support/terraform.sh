# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests with Terraform: a folder of its own, the provider, and what it is asked.

# terraform_begin PORT SERVICE...: the services of AWS that are asked here; skips without Terraform.
terraform_begin() {
    local port=$1 service
    shift
    command -v terraform >/dev/null || skip "there is no terraform"
    mkdir "$work/tf"
    {
        cat <<'END'
terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
  endpoints {
END
        for service in "$@"; do echo "    $service = \"http://127.0.0.1:$port\""; done
        printf '  }\n}\n'
    } >"$work/tf/provider.tf"
    export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1 AWS_EC2_METADATA_DISABLED=true
    export AWS_CONFIG_FILE=$work/aws-config AWS_SHARED_CREDENTIALS_FILE=$work/aws-credentials
    tf 60 init -input=false ||
        skip "terraform finds no AWS provider (a mirror in its configuration would do): $(tail -3 "$work/tf.out")"
}

# tf LIMIT COMMAND...
tf() {
    timeout "$1" terraform -chdir="$work/tf" "${@:2}" -no-color >"$work/tf.out" 2>&1
}
apply() {
    tf 240 apply -auto-approve -input=false || fail "apply: $(tail -40 "$work/tf.out")"
}
# plans_nothing WHEN
plans_nothing() {
    tf 120 plan -detailed-exitcode -input=false || fail "$1, the plan is not empty: $(cat "$work/tf.out")"
}
destroy() {
    tf 240 destroy -auto-approve -input=false || fail "destroy: $(tail -40 "$work/tf.out")"
}

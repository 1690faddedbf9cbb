/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecr/ecr.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "net/digest.h"

#define ID_START "repository/"
#define TOKEN_SECONDS (12 * 3600)
#define US_PER_SECOND 1000000
/* There is nothing that it opens: the registry asks for none. */
#define PASSWORD_BYTES 24

const char *
ecr_registry(struct aws_call *call)
{
    const struct config *config = call->parts->config;

    if (config->api_registry == NULL)
        aws_fail(call, "InvalidParameterException",
                 "There is no registry: set api.registry in %s", config->path);
    return config->api_registry;
}

char *
ecr_id(const char *name)
{
    return memory_print(ID_START "%s", name);
}

const char *
ecr_name(const struct object *object)
{
    return object->id + strlen(ID_START);
}

const struct object *
ecr_find(const struct aws_call *call, const char *name)
{
    char *id = ecr_id(name);
    const struct object *object = aws_edit_find(call, id);

    free(id);
    return object;
}

const struct object *
ecr_find_or_fail(struct aws_call *call, const char *name)
{
    const char *registry_id = aws_text(call, "registryId");
    const struct object *object = NULL;

    if (registry_id == NULL || strcmp(registry_id, AWS_ACCOUNT) == 0)
        object = ecr_find(call, name);
    if (object == NULL)
        aws_fail(call, "RepositoryNotFoundException",
                 "The repository with name '%s' does not exist in the registry with id '%s'",
                 name, registry_id == NULL ? AWS_ACCOUNT : registry_id);
    return object;
}

const struct object *
ecr_find_named(struct aws_call *call)
{
    if (ecr_registry(call) == NULL)
        return NULL;
    return ecr_find_or_fail(call, aws_text(call, "repositoryName"));
}

json_t *
ecr_reference(const struct object *object)
{
    return json_pack("{s:s, s:s}", "registryId", AWS_ACCOUNT, "repositoryName",
                     ecr_name(object));
}

json_t *
ecr_repository_to_json(struct aws_call *call, const struct object *object)
{
    const char *name = ecr_name(object);
    char *arn =
        memory_print("arn:aws:ecr:%s:" AWS_ACCOUNT ":repository/%s", call->region, name);
    char *uri = memory_print("%s/%s", call->parts->config->api_registry, name);
    char created[CLOCK_ISO_SIZE];
    json_t *json = ecr_reference(object);

    clock_format_iso(created, object->created_us);
    json_t *more = json_pack("{s:s, s:s, s:s, s:s, s:{s:b}, s:{s:s}}", "repositoryArn", arn,
                             "repositoryUri", uri, "createdAt", created, "imageTagMutability",
                             "MUTABLE", "imageScanningConfiguration", "scanOnPush", 0,
                             "encryptionConfiguration", "encryptionType", "AES256");
    json_object_update(json, more);
    json_decref(more);
    free(uri);
    free(arn);
    return json;
}

static size_t
first_behind(const json_t *array, const char *token, ecr_key *key)
{
    size_t first = 0;

    while (token != NULL && first < json_array_size(array) &&
           strcmp(key(json_array_get(array, first)), token) <= 0)
        first++;
    return first;
}

json_t *
ecr_page(struct aws_call *call, const char *member, json_t *array, ecr_key *key)
{
    const json_t *wanted = json_object_get(call->input, "maxResults");
    size_t most = wanted == NULL ? ECR_PAGE : (size_t)json_integer_value(wanted);
    size_t first = first_behind(array, aws_text(call, "nextToken"), key);
    json_t *page = json_array(), *output = json_pack("{s:o}", member, page);

    for (size_t i = first; i < json_array_size(array) && i - first < most; i++)
        json_array_append(page, json_array_get(array, i));
    if (first + most < json_array_size(array))
        json_object_set_new(output, "nextToken",
                            json_string(key(json_array_get(array, first + most - 1))));
    json_decref(array);
    return output;
}

/* "AWS:" and a password, as docker login wants them. */
static char *
make_token(void)
{
    uint8_t secret[PASSWORD_BYTES];

    random_fill(secret, sizeof(secret));
    char *password = digest_base64(slice_make((const char *)secret, sizeof(secret)));
    char *plain = memory_print("AWS:%s", password);
    char *token = digest_base64(slice_of(plain));
    free(plain);
    free(password);
    return token;
}

json_t *
ecr_authorization_token(struct aws_call *call)
{
    const char *registry = ecr_registry(call);
    char expires[CLOCK_ISO_SIZE];

    if (registry == NULL)
        return NULL;
    char *token = make_token();
    char *endpoint = memory_print("http://%s", registry);
    clock_format_iso(expires, clock_wall_us() + (uint64_t)TOKEN_SECONDS * US_PER_SECOND);
    json_t *output =
        json_pack("{s:[{s:s, s:s, s:s}]}", "authorizationData", "authorizationToken", token,
                  "expiresAt", expires, "proxyEndpoint", endpoint);
    free(endpoint);
    free(token);
    return output;
}

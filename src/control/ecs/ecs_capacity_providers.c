/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_capacity_providers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_listing.h"
#include "control/ecs/ecs_tag_list.h"

#define FAULT "ClientException"
#define INVALID "InvalidParameterException"
#define NAME_MOST 255
#define PROVIDERS_MOST 20 /* of a cluster */
#define DESCRIBED_MOST 100
#define GROUP "autoScalingGroupProvider"
#define PROVIDERS "capacityProviders"
#define STRATEGY "defaultCapacityProviderStrategy"

/* By its name or ARN. */
static const struct object *
find(const struct aws_call *call, const char *given)
{
    const char *name = ecs_arn_path(given, ECS_CAPACITY_PROVIDER);
    char *id = memory_print(ECS_CAPACITY_PROVIDER "/%s", name == NULL ? "" : name);
    const struct object *object = aws_edit_find(call, id);

    free(id);
    return object;
}

static const char *
name_of(const struct object *object)
{
    return strchr(object->id, '/') + 1;
}

static json_t *
provider_to_json(const struct aws_call *call, const struct object *object, const char *status,
                 const char *update)
{
    char *arn = memory_print("arn:aws:ecs:%s:" AWS_ACCOUNT ":%s", call->region, object->id);
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:O, s:o}", "capacityProviderArn", arn,
                             "name", name_of(object), "status", status, "type",
                             "EC2_AUTOSCALING", GROUP, json_object_get(object->document, GROUP),
                             "tags", ecs_tag_list_of(object->document));

    if (update != NULL)
        json_object_set_new(json, "updateStatus", json_string(update));
    free(arn);
    return json;
}

static json_t *
answer_with(const struct aws_call *call, const char *id, const char *status, const char *update)
{
    return json_pack("{s:o}", "capacityProvider",
                     provider_to_json(call, aws_edit_find(call, id), status, update));
}

static bool
is_name(const char *name)
{
    static const char *const reserved[] = {"aws", "ecs", "fargate"};
    size_t length = strlen(name);

    for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
        if (strncasecmp(name, reserved[i], strlen(reserved[i])) == 0)
            return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && strchr("-_", name[i]) == NULL)
            return false;
    return length >= 1 && length <= NAME_MOST;
}

/* Kinds that nothing is built for. */
static bool
is_of_group(struct aws_call *call)
{
    if (json_object_get(call->input, "managedInstancesProvider") != NULL ||
        json_object_get(call->input, "cluster") != NULL)
        aws_fail(call, "UnsupportedFeatureException",
                 "Managed instances are not supported here: a capacity provider has an "
                 "autoScalingGroupProvider");
    else if (json_object_get(call->input, GROUP) == NULL)
        aws_fail(call, INVALID, "A capacity provider must have an autoScalingGroupProvider");
    return call->error_code == NULL;
}

json_t *
ecs_create_capacity_provider(struct aws_call *call)
{
    const char *name = aws_text(call, "name");

    if (!is_of_group(call))
        return NULL;
    if (!is_name(name))
        return aws_fail(call, INVALID,
                        "The specified capacity provider name is invalid. Up to %d letters, "
                        "digits, underscores and hyphens are allowed. The name cannot be "
                        "prefixed with \"aws\", \"ecs\", or \"fargate\".",
                        NAME_MOST);
    if (find(call, name) != NULL)
        return aws_fail(call, FAULT, "A capacity provider with the name '%s' already exists",
                        name);
    json_t *tags = ecs_tag_list_read(call);
    if (tags == NULL)
        return NULL;
    char *id = memory_print(ECS_CAPACITY_PROVIDER "/%s", name);
    object_edit_create(call->edit, OBJECT_CAPACITY_PROVIDER, id, call->caller_name,
                       json_pack("{s:{}, s:O, s:o}", "settings", GROUP,
                                 json_object_get(call->input, GROUP), "tags", tags));
    json_t *output = answer_with(call, id, "ACTIVE", NULL);
    free(id);
    return output;
}

/* The one that a call is about; NULL: it has failed. */
static const struct object *
find_own(struct aws_call *call, const char *member)
{
    const struct object *object = find(call, aws_text(call, member));

    if (object == NULL)
        aws_fail(call, FAULT, "The specified capacity provider does not exist.");
    return object;
}

json_t *
ecs_update_capacity_provider(struct aws_call *call)
{
    const struct object *object = is_of_group(call) ? find_own(call, "name") : NULL;

    if (object == NULL)
        return NULL;
    json_t *document = aws_edit_document(object);
    json_object_update(json_object_get(document, GROUP), json_object_get(call->input, GROUP));
    char *id = memory_copy_text(object->id);
    object_edit_change(call->edit, id, document);
    json_t *output = answer_with(call, id, "ACTIVE", "UPDATE_COMPLETE");
    free(id);
    return output;
}

static bool
has_text(const json_t *list, const char *text)
{
    const json_t *one;
    size_t index;

    json_array_foreach (list, index, one)
        if (strcmp(json_string_value(one), text) == 0)
            return true;
    return false;
}

static const struct object *
find_user(const struct aws_call *call, const char *name)
{
    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        const char *status = json_string_value(json_object_get(object->document, "status"));
        if (object->kind == OBJECT_CLUSTER && status != NULL && strcmp(status, "ACTIVE") == 0 &&
            has_text(json_object_get(object->document, PROVIDERS), name))
            return object;
    }
    return NULL;
}

json_t *
ecs_delete_capacity_provider(struct aws_call *call)
{
    const struct object *object = find_own(call, "capacityProvider");

    if (object == NULL)
        return NULL;
    const struct object *user = find_user(call, name_of(object));
    if (user != NULL)
        return aws_fail(call, FAULT,
                        "The specified capacity provider is in use by %s and cannot "
                        "be removed.",
                        user->id);
    json_t *output = answer_with(call, object->id, "INACTIVE", "DELETE_COMPLETE");
    object_edit_delete(call->edit, object->id);
    return output;
}

static json_t *
describe_named(struct aws_call *call, const json_t *names)
{
    json_t *found = json_array(), *failures = json_array();
    const json_t *name;
    size_t index;

    json_array_foreach (names, index, name) {
        const char *given = json_string_value(name);
        const struct object *object = find(call, given);
        if (object != NULL)
            json_array_append_new(found, provider_to_json(call, object, "ACTIVE", NULL));
        else
            json_array_append_new(failures,
                                  json_pack("{s:s, s:s}", "arn", given, "reason", "MISSING"));
    }
    return json_pack("{s:o, s:o}", PROVIDERS, found, "failures", failures);
}

/* All of them, page by page. */
static json_t *
describe_all(struct aws_call *call)
{
    struct ecs_listing listing = {.is_of_names = true};

    for (size_t i = 0; i < aws_edit_count(call); i++)
        if (aws_edit_at(call, i)->kind == OBJECT_CAPACITY_PROVIDER)
            ecs_listing_add(&listing, memory_copy_text(name_of(aws_edit_at(call, i))));
    json_t *page = ecs_listing_end(&listing, call, PROVIDERS, ECS_LISTING_PAGE);
    if (page == NULL)
        return NULL;
    json_t *output = describe_named(call, json_object_get(page, PROVIDERS));
    if (json_object_get(page, "nextToken") != NULL)
        json_object_set(output, "nextToken", json_object_get(page, "nextToken"));
    json_decref(page);
    return output;
}

/* Tags are told where they are asked for. */
json_t *
ecs_describe_capacity_providers(struct aws_call *call)
{
    const json_t *names = json_object_get(call->input, PROVIDERS);
    json_t *one;
    size_t index;

    if (json_array_size(names) > DESCRIBED_MOST)
        return aws_fail(call, INVALID, "'capacityProviders' cannot have more than %d",
                        DESCRIBED_MOST);
    json_t *output =
        json_array_size(names) > 0 ? describe_named(call, names) : describe_all(call);
    json_array_foreach (json_object_get(output, PROVIDERS), index, one)
        if (!aws_includes(call, "TAGS"))
            json_object_set_new(one, "tags", json_array());
    return output;
}

static bool
are_there(struct aws_call *call, const json_t *names)
{
    const json_t *name;
    size_t index;

    if (json_array_size(names) > PROVIDERS_MOST)
        aws_fail(call, INVALID, "A cluster may have %d capacity providers at most",
                 PROVIDERS_MOST);
    json_array_foreach (names, index, name)
        if (find(call, json_string_value(name)) == NULL)
            aws_fail(call, INVALID,
                     "The specified capacity provider '%.255s' was not found. Specify a valid "
                     "name or ARN and try again.",
                     json_string_value(name));
    return call->error_code == NULL;
}

/* Names for ARNs. */
static json_t *
names_of(const struct aws_call *call, const json_t *given)
{
    json_t *names = json_array();
    const json_t *one;
    size_t index;

    json_array_foreach (given, index, one)
        json_array_append_new(names, json_string(name_of(find(call, json_string_value(one)))));
    return names;
}

/* The item with what AWS adds; NULL: the call has failed. */
static json_t *
item_of(struct aws_call *call, const json_t *item, const json_t *names)
{
    const char *given = json_string_value(json_object_get(item, "capacityProvider"));
    const struct object *object = find(call, given);

    if (object == NULL || !has_text(names, name_of(object)))
        return aws_fail(call, INVALID,
                        "The capacity provider '%.255s' of the strategy is not associated with "
                        "the cluster",
                        given);
    return json_pack("{s:s, s:I, s:I}", "capacityProvider", name_of(object), "weight",
                     json_integer_value(json_object_get(item, "weight")), "base",
                     json_integer_value(json_object_get(item, "base")));
}

static json_t *
strategy_of(struct aws_call *call, const json_t *given, const json_t *names)
{
    json_t *strategy = json_array();
    json_int_t weights = 0;
    size_t index, bases = 0;
    const json_t *item;

    json_array_foreach (given, index, item) {
        json_t *own = item_of(call, item, names);
        if (own == NULL)
            break;
        weights += json_integer_value(json_object_get(own, "weight"));
        bases += json_integer_value(json_object_get(own, "base")) > 0;
        json_array_append_new(strategy, own);
    }
    if (json_array_size(given) > PROVIDERS_MOST)
        aws_fail(call, INVALID, "A strategy may have %d items at most", PROVIDERS_MOST);
    else if (bases > 1)
        aws_fail(call, INVALID, "Only one capacity provider of a strategy can have a base");
    else if (json_array_size(given) > 0 && weights == 0)
        aws_fail(call, INVALID,
                 "At least one capacity provider of a strategy must have a "
                 "weight greater than zero");
    return strategy;
}

bool
ecs_capacity_providers_put(struct aws_call *call, json_t *document)
{
    const json_t *names = json_object_get(call->input, PROVIDERS);

    if (names != NULL && are_there(call, names))
        json_object_set_new(document, PROVIDERS, names_of(call, names));
    if (call->error_code == NULL && json_object_get(call->input, STRATEGY) != NULL)
        json_object_set_new(document, STRATEGY,
                            strategy_of(call, json_object_get(call->input, STRATEGY),
                                        json_object_get(document, PROVIDERS)));
    return call->error_code == NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Task definitions are told. */
#include "control/ecs/ecs_task_definitions.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_listing.h"
#include "control/ecs/ecs_tag_list.h"
#include "model/task_definition.h"

#define PREFIX ECS_TASK_DEFINITION "/"
#define ARN_PART ":" PREFIX

/* "family" or "family:revision". */
static const char *
name_in(const char *given)
{
    const char *part = strncmp(given, "arn:", 4) == 0 ? strstr(given, ARN_PART) : NULL;

    return part == NULL ? given : part + strlen(ARN_PART);
}

bool
ecs_task_definition_is_exact(const char *given)
{
    return strchr(name_in(given), ':') != NULL;
}

static const struct object *
find_exact(const struct aws_call *call, const char *family, json_int_t revision)
{
    char *id = memory_print(PREFIX "%s:%lld", family, (long long)revision);
    const struct object *object = aws_edit_find(call, id);

    free(id);
    return object;
}

static const struct object *
find_newest(const struct aws_call *call, const char *family)
{
    char *id = memory_print("task-family/%s", family);
    const struct object *known = aws_edit_find(call, id), *found = NULL;
    json_int_t revision =
        known == NULL ? 0 : json_integer_value(json_object_get(known->document, "last"));

    free(id);
    for (; revision > 0; revision--) {
        found = find_exact(call, family, revision);
        if (found != NULL && strcmp(ecs_task_definition_status(found), ECS_ACTIVE) == 0)
            return found;
    }
    return NULL;
}

const struct object *
ecs_task_definition_find(const struct aws_call *call, const char *given)
{
    const char *name = name_in(given), *colon = strchr(name, ':');

    if (colon == NULL)
        return find_newest(call, name);
    char *id = memory_print(PREFIX "%s", name);
    const struct object *object = aws_edit_find(call, id);
    free(id);
    return object;
}

const char *
ecs_task_definition_status(const struct object *object)
{
    return json_string_value(json_object_get(object->document, "status"));
}

static char *
arn_of(const struct aws_call *call, const struct object *object)
{
    return memory_print("arn:aws:ecs:%s:" AWS_ACCOUNT ":%s", call->region, object->id);
}

json_t *
ecs_task_definition_to_json(const struct aws_call *call, const struct object *object)
{
    static const char *const members[] = {"status", "registeredBy", "deregisteredAt",
                                          "deleteRequestedAt"};
    const json_t *definition = json_object_get(object->document, "definition");
    json_t *json = json_copy((json_t *)(uintptr_t)definition);
    char *arn = arn_of(call, object);
    char since[CLOCK_ISO_SIZE];

    clock_format_iso(since, object->created_us);
    json_object_set_new(json, "taskDefinitionArn", json_string(arn));
    json_object_set_new(json, "registeredAt", json_string(since));
    json_object_set_new(json, "compatibilities", json_pack("[s]", "EC2"));
    json_object_set_new(json, "requiresAttributes", task_definition_attributes(definition));
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        json_t *value = json_object_get(object->document, members[i]);
        if (value != NULL)
            json_object_set(json, members[i], value);
    }
    free(arn);
    return json;
}

json_t *
ecs_describe_task_definition(struct aws_call *call)
{
    const struct object *object =
        ecs_task_definition_find(call, aws_text(call, "taskDefinition"));

    if (object == NULL)
        return aws_fail(call, "ClientException", "Unable to describe task definition.");
    json_t *output =
        json_pack("{s:o}", "taskDefinition", ecs_task_definition_to_json(call, object));
    if (aws_includes(call, "TAGS"))
        json_object_set_new(output, "tags", ecs_tag_list_of(object->document));
    return output;
}

static const char *
family_of(const struct object *object)
{
    return json_string_value(
        json_object_get(json_object_get(object->document, "definition"), "family"));
}

json_t *
ecs_list_task_definitions(struct aws_call *call)
{
    const char *family = aws_text(call, "familyPrefix"), *status = aws_text(call, "status");
    const char *sort = aws_text(call, "sort");
    struct ecs_listing listing = {.is_descending = sort != NULL && strcmp(sort, "DESC") == 0};

    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        if (object->kind == OBJECT_TASK_DEFINITION &&
            strcmp(ecs_task_definition_status(object), status == NULL ? ECS_ACTIVE : status) ==
                0 &&
            (family == NULL || strcmp(family_of(object), family) == 0))
            ecs_listing_add(&listing, arn_of(call, object));
    }
    return ecs_listing_end(&listing, call, "taskDefinitionArns", ECS_LISTING_PAGE);
}

/* Of the family's revisions, which stand side by side. */
struct family {
    const char *name; /* NULL: none yet */
    bool is_active;
};

static void
list_family(const struct aws_call *call, struct ecs_listing *listing,
            const struct family *family)
{
    const char *prefix = aws_text(call, "familyPrefix"), *status = aws_text(call, "status");
    const char *own = family->is_active ? ECS_ACTIVE : ECS_INACTIVE;

    if (family->name == NULL ||
        (status != NULL && strcmp(status, "ALL") != 0 && strcmp(status, own) != 0) ||
        (prefix != NULL && strncmp(family->name, prefix, strlen(prefix)) != 0))
        return;
    ecs_listing_add(listing, memory_copy_text(family->name));
}

json_t *
ecs_list_task_definition_families(struct aws_call *call)
{
    struct ecs_listing listing = {.is_of_names = true};
    struct family family = {NULL, false};

    for (size_t i = 0; i < aws_edit_count(call); i++) {
        const struct object *object = aws_edit_at(call, i);
        if (object->kind != OBJECT_TASK_DEFINITION)
            continue;
        if (family.name == NULL || strcmp(family.name, family_of(object)) != 0) {
            list_family(call, &listing, &family);
            family = (struct family){family_of(object), false};
        }
        family.is_active =
            family.is_active || strcmp(ecs_task_definition_status(object), ECS_ACTIVE) == 0;
    }
    list_family(call, &listing, &family);
    return ecs_listing_end(&listing, call, "families", ECS_LISTING_PAGE);
}

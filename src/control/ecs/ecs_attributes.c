/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes of container instances: told, put and taken away. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/ecs/ecs_instance.h"
#include "control/ecs/ecs_listing.h"

#define INVALID "InvalidParameterException"
#define TEXT_MOST 128
#define CHANGED_MOST 10
#define PUT_MOST 10 /* of an instance */
#define BUILT_IN "ecs."

/* A name and its instance in a listing's key: neither may have it. */
#define BETWEEN "|"

static json_t *
attribute_to_json(const struct aws_call *call, const struct ecs_instance *instance,
                  const char *name, json_t *value)
{
    char *arn = ecs_arn(call, ECS_INSTANCE, instance->cluster, instance->id.text);
    json_t *json = json_pack("{s:s, s:s}", "name", name, "targetId", arn);

    if (value != NULL && *json_string_value(value) != '\0')
        json_object_set(json, "value", value);
    free(arn);
    return json;
}

static bool
is_asked(const struct aws_call *call, const char *name, const json_t *value)
{
    const char *own = json_string_value(value);
    const char *wanted = aws_text(call, "attributeName");
    const char *wanted_value = aws_text(call, "attributeValue");

    return (wanted == NULL || strcmp(wanted, name) == 0) &&
           (wanted_value == NULL || (own != NULL && strcmp(wanted_value, own) == 0));
}

static void
list_one(const struct aws_call *call, struct ecs_listing *listing,
         const struct ecs_instance *instance)
{
    json_t *attributes = ecs_instance_attributes(call, instance), *value;
    const char *name;

    json_object_foreach (attributes, name, value)
        if (is_asked(call, name, value))
            ecs_listing_add(listing, memory_print("%s" BETWEEN "%s", name, instance->id.text));
    json_decref(attributes);
}

/* An attribute for its key. */
static json_t *
told(const struct aws_call *call, const struct ecs_instance_list *list, const char *key)
{
    const char *between = strrchr(key, *BETWEEN);
    const struct ecs_instance *instance = ecs_instance_find(list, between + 1);
    char *name = memory_copy_bytes(key, (size_t)(between - key));
    json_t *attributes = ecs_instance_attributes(call, instance);
    json_t *json = attribute_to_json(call, instance, name, json_object_get(attributes, name));

    json_decref(attributes);
    free(name);
    return json;
}

static json_t *
list_all(struct aws_call *call, const struct ecs_instance_list *list)
{
    struct ecs_listing listing = {.is_of_names = true};
    json_t *attributes = json_array(), *key;
    size_t index;

    for (size_t i = 0; i < list->count; i++)
        list_one(call, &listing, &list->all[i]);
    json_t *output = ecs_listing_end(&listing, call, "attributes", ECS_LISTING_PAGE);
    json_array_foreach (json_object_get(output, "attributes"), index, key)
        json_array_append_new(attributes, told(call, list, json_string_value(key)));
    if (output != NULL)
        json_object_set(output, "attributes", attributes);
    json_decref(attributes);
    return output;
}

/* Calls with the instances of the cluster that the call names. */
static json_t *
with_instances(struct aws_call *call,
               json_t *(*run)(struct aws_call *call, const struct ecs_instance_list *list))
{
    struct ecs_instance_list list;
    struct ecs_view view;
    json_t *output = NULL;

    ecs_view_make(&view, call);
    const char *cluster = ecs_view_cluster(&view, call);
    if (cluster != NULL) {
        ecs_instance_list_make(&list, &view, cluster);
        output = run(call, &list);
        ecs_instance_list_clear(&list);
    }
    ecs_view_clear(&view);
    return output;
}

json_t *
ecs_list_attributes(struct aws_call *call)
{
    return with_instances(call, list_all);
}

static bool
is_word(const char *text, const char *others)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && strchr(others, text[i]) == NULL)
            return false;
    return length >= 1 && length <= TEXT_MOST;
}

/* The configured instance that an attribute is of; NULL: the call has failed. */
static const struct ecs_instance *
target_of(struct aws_call *call, const struct ecs_instance_list *list, const json_t *attribute)
{
    const char *given = json_string_value(json_object_get(attribute, "targetId"));
    const char *name = json_string_value(json_object_get(attribute, "name"));
    const struct ecs_instance *instance = given == NULL ? NULL : ecs_instance_find(list, given);

    if (!is_word(name, "-_./\\"))
        aws_fail(call, INVALID,
                 "The attribute name '%.128s' must have up to %d letters, digits, and -_./\\",
                 name, TEXT_MOST);
    else if (strncmp(name, BUILT_IN, strlen(BUILT_IN)) == 0)
        aws_fail(call, INVALID,
                 "The attribute '%s' is what the instance is, and cannot be "
                 "changed",
                 name);
    else if (instance == NULL || instance->configured == NULL)
        aws_fail(call, "TargetNotFoundException",
                 "The specified target was not found: a container instance of the "
                 "configuration");
    return call->error_code == NULL ? instance : NULL;
}

static bool
is_value(struct aws_call *call, const char *value)
{
    size_t length = value == NULL ? 0 : strlen(value);

    if (value == NULL ||
        (is_word(value, "-_./\\:@ ") && *value != ' ' && value[length - 1] != ' '))
        return true;
    aws_fail(call, INVALID,
             "The attribute value '%.128s' must have up to %d letters, digits, and -_./\\:@ "
             "with blanks between",
             value, TEXT_MOST);
    return false;
}

static void
put_one(struct aws_call *call, const struct ecs_instance *instance, const json_t *attribute)
{
    const char *name = json_string_value(json_object_get(attribute, "name"));
    json_t *value = json_object_get(attribute, "value");

    if (!is_value(call, json_string_value(value)))
        return;
    json_t *document = ecs_instance_document(call, instance);
    json_t *own = json_object_get(document, "attributes");
    if (own == NULL) {
        own = json_object();
        json_object_set_new(document, "attributes", own);
    }
    json_object_set_new(own, name, value == NULL ? json_string("") : json_incref(value));
    if (json_object_size(own) > PUT_MOST)
        aws_fail(call, "AttributeLimitExceededException",
                 "A container instance may be given %d attributes at most", PUT_MOST);
    ecs_instance_put(call, instance, document);
}

static void
delete_one(struct aws_call *call, const struct ecs_instance *instance, const json_t *attribute)
{
    const char *name = json_string_value(json_object_get(attribute, "name"));
    json_t *document = ecs_instance_document(call, instance);
    const struct setting_places *places = ecs_instance_attribute_place(instance, name);

    if (json_object_del(json_object_get(document, "attributes"), name) == 0) {
        ecs_instance_put(call, instance, document);
        return;
    }
    json_decref(document);
    if (places == NULL)
        return;
    char *place = config_place_text(call->parts->config, &places->own);
    aws_fail(call, INVALID,
             "The attribute '%s' is defined in %s: change it there, then reload (fairleadctl "
             "reload)",
             name, place);
    free(place);
}

typedef void change_one(struct aws_call *call, const struct ecs_instance *instance,
                        const json_t *attribute);

static json_t *
change_each(struct aws_call *call, const struct ecs_instance_list *list, change_one *change)
{
    const json_t *attributes = json_object_get(call->input, "attributes"), *attribute;
    json_t *changed = json_array();
    size_t index;

    if (json_array_size(attributes) > CHANGED_MOST)
        aws_fail(call, INVALID, "A call may have %d attributes at most", CHANGED_MOST);
    json_array_foreach (attributes, index, attribute) {
        const struct ecs_instance *instance =
            call->error_code != NULL ? NULL : target_of(call, list, attribute);
        if (instance == NULL)
            break;
        change(call, instance, attribute);
        json_array_append_new(
            changed, attribute_to_json(call, instance,
                                       json_string_value(json_object_get(attribute, "name")),
                                       json_object_get(attribute, "value")));
    }
    return json_pack("{s:o}", "attributes", changed);
}

static json_t *
put_all(struct aws_call *call, const struct ecs_instance_list *list)
{
    return change_each(call, list, put_one);
}

static json_t *
delete_all(struct aws_call *call, const struct ecs_instance_list *list)
{
    return change_each(call, list, delete_one);
}

json_t *
ecs_put_attributes(struct aws_call *call)
{
    return with_instances(call, put_all);
}

json_t *
ecs_delete_attributes(struct aws_call *call)
{
    return with_instances(call, delete_all);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/elbv2_attributes.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/aws/aws_input.h"

#define ATTRIBUTES "attributes."
#define ATTRIBUTES_MAX 100

#define NO "|false|"
#define YES_OR_NO "|true|false|"

/* Its key, the words that it may be, each between bars (1..100: any number from 1 to 100), and
 * what it is unless set. */
struct extra {
    const char *key, *words, *standard;
};

struct elbv2_attributes {
    enum setting_scope scope;
    const struct extra *extras; /* up to one without key */
    enum wire_operation_id read;
    const char *arn; /* the member of its input that names the object */
};

static const struct extra group_extras[] = {
    {"load_balancing.cross_zone.enabled", "|use_load_balancer_configuration|true|false|",
     "use_load_balancer_configuration"},
    {"target_group_health.dns_failover.minimum_healthy_targets.count", "|off|1..1000|", "1"},
    {"target_group_health.dns_failover.minimum_healthy_targets.percentage", "|off|1..100|",
     "off"},
    {NULL, NULL, NULL},
};

/* Logs are the file's: access_log and connection_log. */
static const struct extra balancer_extras[] = {
    {"access_logs.s3.enabled", NO, "false"},
    {"access_logs.s3.bucket", "||", ""},
    {"access_logs.s3.prefix", "||", ""},
    {"connection_logs.s3.enabled", NO, "false"},
    {"connection_logs.s3.bucket", "||", ""},
    {"connection_logs.s3.prefix", "||", ""},
    {"health_check_logs.s3.enabled", NO, "false"},
    {"health_check_logs.s3.bucket", "||", ""},
    {"health_check_logs.s3.prefix", "||", ""},
    {ELBV2_DELETION_PROTECTION, YES_OR_NO, "false"},
    {"load_balancing.cross_zone.enabled", "|true|", "true"},
    {"waf.fail_open.enabled", YES_OR_NO, "false"},
    {"zonal_shift.config.enabled", YES_OR_NO, "false"},
    {NULL, NULL, NULL},
};

static const struct extra listener_extras[] = {
    {NULL, NULL, NULL},
};

const struct elbv2_attributes elbv2_attributes_of_group = {
    SCOPE_TARGET_GROUP, group_extras, OPERATION_ELBV2_DescribeTargetGroupAttributes,
    "TargetGroupArn"};
const struct elbv2_attributes elbv2_attributes_of_balancer = {
    SCOPE_LOAD_BALANCER, balancer_extras, OPERATION_ELBV2_DescribeLoadBalancerAttributes,
    "LoadBalancerArn"};
const struct elbv2_attributes elbv2_attributes_of_listener = {
    SCOPE_LISTENER, listener_extras, OPERATION_ELBV2_DescribeListenerAttributes, "ListenerArn"};

static const struct setting *
find_attribute(enum setting_scope scope, const char *key)
{
    for (const struct setting *const *row = setting_rows(scope); *row != NULL; row++) {
        if ((*row)->attribute != NULL && strcmp((*row)->attribute, key) == 0 &&
            strncmp((*row)->path, ATTRIBUTES, sizeof(ATTRIBUTES) - 1) == 0)
            return *row;
    }
    return NULL;
}

static const struct extra *
find_extra(const struct extra *known, const char *key)
{
    while (known->key != NULL && strcmp(known->key, key) != 0)
        known++;
    return known->key == NULL ? NULL : known;
}

static bool
is_word(const char *words, const char *text)
{
    char *between = memory_print("|%s|", text);
    bool is_one = strstr(words, between) != NULL;

    free(between);
    return is_one;
}

static bool
is_number(const char *words, const char *text)
{
    static const char from_one[] = "|1..";
    const char *range = strstr(words, from_one);
    size_t digits = strspn(text, "0123456789");

    return range != NULL && digits > 0 && digits < 10 && text[digits] == '\0' && *text != '0' &&
           strtoul(text, NULL, 10) <= strtoul(range + strlen(from_one), NULL, 10);
}

static bool
put_extra(struct aws_call *call, const struct extra *extra, const char *key, const char *value,
          json_t *extras)
{
    if (extra == NULL)
        aws_fail(call, "ValidationError", "Attribute key '%.128s' is not recognized", key);
    else if (!is_word(extra->words, value) && !is_number(extra->words, value))
        aws_fail(call, "ValidationError",
                 "Attribute '%s' cannot be '%.64s' here, but one of %s", key, value,
                 extra->words);
    else
        json_object_set_new(extras, key, json_string(value));
    return call->error_code == NULL;
}

static bool
put_attribute(struct aws_call *call, const struct elbv2_attributes *of, const json_t *attribute,
              json_t *document)
{
    const char *key = json_string_value(json_object_get(attribute, "Key"));
    const char *value = json_string_value(json_object_get(attribute, "Value"));
    const struct setting *row = key == NULL ? NULL : find_attribute(of->scope, key);

    if (key == NULL)
        return true;
    value = value == NULL ? "" : value;
    if (row == NULL)
        return put_extra(call, find_extra(of->extras, key), key, value,
                         aws_edit_part(document, "extras"));
    aws_input_put(aws_edit_settings(document), row->path, aws_input_typed(row, value));
    return true;
}

static bool
put_attributes(struct aws_call *call, const struct elbv2_attributes *of, json_t *document)
{
    const json_t *attributes = json_object_get(call->input, "Attributes");
    size_t count = json_array_size(attributes);
    bool is_sound = count <= ATTRIBUTES_MAX;

    if (!is_sound)
        aws_fail(call, "ValidationError", "There are more than %d attributes", ATTRIBUTES_MAX);
    for (size_t i = 0; i < count && is_sound; i++)
        is_sound = put_attribute(call, of, json_array_get(attributes, i), document);
    return is_sound;
}

json_t *
elbv2_modify_attributes(struct aws_call *call, const struct elbv2_attributes *of,
                        const struct object *object)
{
    if (object == NULL)
        return NULL;
    json_t *document = aws_edit_document(object);
    if (!put_attributes(call, of, document)) {
        json_decref(document);
        return NULL;
    }
    object_edit_change(call->edit, object->id, document);
    return aws_edit_answer(call, of->read,
                           json_pack("{s:s}", of->arn, aws_text(call, of->arn)));
}

void
elbv2_add_extras(json_t *attributes, const struct elbv2_attributes *of,
                 const struct object *object)
{
    const json_t *extras = object == NULL ? NULL : json_object_get(object->document, "extras");

    for (const struct extra *known = of->extras; known->key != NULL; known++) {
        const char *set = json_string_value(json_object_get(extras, known->key));
        json_array_append_new(attributes, json_pack("{s:s, s:s}", "Key", known->key, "Value",
                                                    set == NULL ? known->standard : set));
    }
}

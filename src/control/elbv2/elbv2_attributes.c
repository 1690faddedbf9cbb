/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_attributes.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_input.h"
#include "model/setting_value.h"

#define ATTRIBUTES "attributes."
#define ATTRIBUTES_MAX 100

#define ROUTING "target_group_health.unhealthy_state_routing.minimum_healthy_targets."
#define FAILOVER "target_group_health.dns_failover.minimum_healthy_targets."

#define NO "|false|"
#define YES_OR_NO "|true|false|"
#define ANY NULL

/* Its key, the words that it may be, each between bars (1..100: any number from 1 to 100), and
 * what it is unless set; of internal load balancers where they differ. */
struct extra {
    const char *key, *words, *standard, *internal_standard;
};

struct elbv2_attributes {
    enum setting_scope scope;
    const struct extra *extras; /* up to one without key */
    enum wire_operation_id read;
    const char *arn; /* the member of its input that names the object */
};

static const struct extra group_extras[] = {
    {"load_balancing.cross_zone.enabled", "|use_load_balancer_configuration|true|false|",
     "use_load_balancer_configuration", NULL},
    {FAILOVER "count", "|off|1..1000|", "1", NULL},
    {FAILOVER "percentage", "|off|1..100|", "off", NULL},
    {NULL, NULL, NULL, NULL},
};

/* Logs are the file's: access_log and connection_log. */
static const struct extra balancer_extras[] = {
    {"access_logs.s3.enabled", NO, "false", NULL},
    {"access_logs.s3.bucket", ANY, "", NULL},
    {"access_logs.s3.prefix", ANY, "", NULL},
    {"connection_logs.s3.enabled", NO, "false", NULL},
    {"connection_logs.s3.bucket", ANY, "", NULL},
    {"connection_logs.s3.prefix", ANY, "", NULL},
    {"health_check_logs.s3.enabled", NO, "false", NULL},
    {"health_check_logs.s3.bucket", ANY, "", NULL},
    {"health_check_logs.s3.prefix", ANY, "", NULL},
    {ELBV2_DELETION_PROTECTION, YES_OR_NO, "false", NULL},
    {"ipv6.deny_all_igw_traffic", YES_OR_NO, "false", "true"},
    {"load_balancing.cross_zone.enabled", "|true|", "true", NULL},
    {"waf.fail_open.enabled", YES_OR_NO, "false", NULL},
    {"zonal_shift.config.enabled", YES_OR_NO, "false", NULL},
    {NULL, NULL, NULL, NULL},
};

static const struct extra listener_extras[] = {
    {NULL, NULL, NULL, NULL},
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
    bool is_one = strchr(text, '|') == NULL && strstr(words, between) != NULL;

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

/* "|a|b|" as "a, b". */
static void
fail_of_value(struct aws_call *call, const char *key, const char *value, const char *words)
{
    char *list = memory_copy_text("");
    struct slice rest = slice_of(words), word;

    while (slice_next(&rest, '|', &word)) {
        if (word.length == 0)
            continue;
        char *longer =
            memory_print("%s%s%.*s", list, *list == '\0' ? "" : ", ", SLICE_PRINT(word));
        free(list);
        list = longer;
    }
    aws_fail(call, "ValidationError", "Attribute '%s' cannot be '%.64s' here, but %s", key,
             value, list);
    free(list);
}

static bool
put_extra(struct aws_call *call, const struct extra *extra, const char *key, const char *value,
          json_t *extras)
{
    if (extra == NULL)
        aws_fail(call, "ValidationError", "Attribute key '%.128s' is not recognized", key);
    else if (extra->words != ANY && !is_word(extra->words, value) &&
             !is_number(extra->words, value))
        fail_of_value(call, key, value, extra->words);
    else
        json_object_set_new(extras, key, json_string(value));
    return call->error_code == NULL;
}

/* The words that ELBv2 has for a setting where the file has more of them; NULL: any, which the
 * reader judges. Off stands for nothing that has a number as its default. */
static const char *
words_of(const struct setting *row)
{
    bool is_off_there = row->standard != NULL && strcmp(row->standard, "off") == 0;

    switch (row->kind) {
    case SETTING_BOOL:
        return is_off_there ? "|on|off|" : YES_OR_NO;
    case SETTING_NUMBER_OR_OFF:
        return is_off_there ? "|off|a number from 1|" : "|a number from 1|";
    case SETTING_NUMBER:
    case SETTING_SECONDS:
    case SETTING_SECONDS_OR_OFF:
        return "|a number|";
    default:
        return NULL;
    }
}

/* The bounds are the reader's. */
static bool
is_sound(const struct setting *row, const char *words, const char *value)
{
    bool is_digits = *value != '\0' && value[strspn(value, "0123456789")] == '\0';

    if (words == NULL || is_word(words, value))
        return true;
    return is_digits && row->kind != SETTING_BOOL &&
           (row->kind != SETTING_NUMBER_OR_OFF || *value != '0');
}

static bool
put_setting(struct aws_call *call, const struct setting *row, const char *value, json_t *into)
{
    const char *words = words_of(row);
    bool is_text = setting_kind_owns_text(row->kind) && row->kind != SETTING_CHOICE_TEXT;

    if (is_text && *value == '\0') /* as it is without a word on it */
        elbv2_input_drop(into, row->path);
    else if (is_sound(row, words, value))
        elbv2_input_put(into, row->path, elbv2_input_typed(row, value));
    else
        fail_of_value(call, row->attribute, value, words);
    return call->error_code == NULL;
}

static bool
put_attribute(struct aws_call *call, const struct elbv2_attributes *of, const json_t *attribute,
              json_t *document)
{
    const char *key = json_string_value(json_object_get(attribute, "Key"));
    const char *value = json_string_value(json_object_get(attribute, "Value"));
    const struct setting *row = key == NULL ? NULL : find_attribute(of->scope, key);

    value = value == NULL ? "" : value;
    if (key == NULL)
        return aws_fail(call, "ValidationError", "An attribute must have a key") != NULL;
    if (row != NULL)
        return put_setting(call, row, value, aws_edit_settings(document));
    return put_extra(call, find_extra(of->extras, key), key, value,
                     aws_edit_part(document, "extras"));
}

/* A zone is given up in DNS no later than its targets are all tried, where both are told. */
static bool
is_in_order(struct aws_call *call, json_t *document, const char *failover, const char *routing)
{
    const json_t *extras = json_object_get(document, "extras");
    const char *given = json_string_value(json_object_get(extras, failover));
    char *way = memory_print(ATTRIBUTES "%s", routing);
    json_int_t least = json_integer_value(elbv2_input_find(aws_edit_settings(document), way));

    free(way);
    if (given != NULL && is_number("|1..1000|", given) && strtol(given, NULL, 10) < least)
        aws_fail(call, "ValidationError", "Attribute '%s' cannot be less than '%s'", failover,
                 routing);
    return call->error_code == NULL;
}

static bool
put_attributes(struct aws_call *call, const struct elbv2_attributes *of, json_t *document)
{
    const json_t *attributes = json_object_get(call->input, "Attributes");
    size_t count = json_array_size(attributes);

    if (count > ATTRIBUTES_MAX)
        aws_fail(call, "ValidationError", "There are more than %d attributes", ATTRIBUTES_MAX);
    for (size_t i = 0; i < count && call->error_code == NULL; i++)
        put_attribute(call, of, json_array_get(attributes, i), document);
    return call->error_code == NULL &&
           is_in_order(call, document, FAILOVER "count", ROUTING "count") &&
           is_in_order(call, document, FAILOVER "percentage", ROUTING "percentage");
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
    const json_t *document = object == NULL ? NULL : object->document;
    const json_t *extras = json_object_get(document, "extras");
    const char *scheme = json_string_value(json_object_get(document, "scheme"));
    bool is_internal = scheme != NULL && strcmp(scheme, "internal") == 0;

    for (const struct extra *known = of->extras; known->key != NULL; known++) {
        const char *set = json_string_value(json_object_get(extras, known->key));
        if (set == NULL)
            set = is_internal && known->internal_standard != NULL ? known->internal_standard
                                                                  : known->standard;
        json_array_append_new(attributes,
                              json_pack("{s:s, s:s}", "Key", known->key, "Value", set));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "control/object_commands/object_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_input.h"
#include "control/elbv2/elbv2_certificates.h"

enum moment { WHEN_MADE = 1, WHEN_CHANGED = 2, ALWAYS = 3 };

/* What an object is known by, and what are objects of their own. */
static const struct {
    enum object_kind kind;
    enum moment moment;
    const char *path, *reason;
} fixed[] = {
    {OBJECT_LOAD_BALANCER, ALWAYS, "name", "it is named when it is made"},
    {OBJECT_TARGET_GROUP, ALWAYS, "name", "it is named when it is made"},
    {OBJECT_LISTENER, ALWAYS, "name", "it is named when it is made"},
    {OBJECT_LISTENER, ALWAYS, "rules", "a rule is made by itself (fairleadctl create rule)"},
    {OBJECT_LISTENER, WHEN_CHANGED, "load_balancer", "a listener stays with its load balancer"},
    {OBJECT_RULE, WHEN_MADE, "priority", "it is given by the rule's name, LISTENER/PRIORITY"},
};

bool
object_settings_are_texts(const json_t *list)
{
    const json_t *one;
    size_t index;

    if (list != NULL && (!json_is_array(list) || json_array_size(list) > OBJECT_SETTINGS_MOST))
        return false;
    json_array_foreach (list, index, one)
        if (!json_is_string(one))
            return false;
    return true;
}

/* Whether a setting may be given; else the call has failed. */
static bool
may_be_given(struct aws_call *call, const struct object_kind_row *kind, const char *path,
             bool is_new)
{
    size_t length = strcspn(path, ".");

    for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
        if (fixed[i].kind == kind->kind &&
            (fixed[i].moment & (is_new ? WHEN_MADE : WHEN_CHANGED)) != 0 &&
            strncmp(fixed[i].path, path, length) == 0 && fixed[i].path[length] == '\0')
            aws_fail(call, "ValidationError", "%s cannot be given: %s", fixed[i].path,
                     fixed[i].reason);
    return call->error_code == NULL;
}

/* As the row wants it: a text stays one; what the file would write as a list or a group is
 * JSON. */
static json_t *
value_of(const struct object_kind_row *kind, const char *path, const char *text)
{
    const struct setting *row = setting_find(kind->scope, path);

    if (row != NULL && row->elements == SCOPE_COUNT && row->kind != SETTING_LIST)
        return elbv2_input_typed(row, text);
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    return value != NULL ? value : json_string(text);
}

static void
put_one(struct aws_call *call, const struct object_kind_row *kind, json_t *own,
        const char *path, const char *text)
{
    if (*text == '\0') {
        elbv2_input_drop(own, path);
        return;
    }
    json_t *value = value_of(kind, path, text);
    elbv2_input_put(own, path, json_incref(value));
    if (elbv2_input_find(own, path) != value)
        aws_fail(call, "ValidationError", "%.200s: what stands above it is no group", path);
    json_decref(value);
}

static void
put_text(struct aws_call *call, const struct object_kind_row *kind, json_t *own,
         const char *text, bool is_new)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL || equals == text) {
        aws_fail(call, "ValidationError", "'%.200s' is not SETTING=VALUE", text);
        return;
    }
    char *path = memory_copy_bytes(text, (size_t)(equals - text));
    if (may_be_given(call, kind, path, is_new))
        put_one(call, kind, own, path, equals + 1);
    free(path);
}

/* The file of its key is the certificate's own where it is left out. */
static bool
is_same_key(const json_t *one, const json_t *other)
{
    const json_t *keys[] = {json_object_get(one, "private_key"),
                            json_object_get(other, "private_key")};
    const json_t *own = json_object_get(one, "certificate");

    return json_equal(keys[0] == NULL ? own : keys[0], keys[1] == NULL ? own : keys[1]);
}

static bool
is_known_certificate(const struct aws_call *call, const json_t *element)
{
    const char *path = json_string_value(json_object_get(element, "certificate"));
    size_t members = json_object_get(element, "private_key") == NULL ? 1 : 2;
    json_t *known = path == NULL ? NULL : elbv2_find_certificate(call->parts->config, path);
    bool is_known =
        known != NULL && json_object_size(element) == members && is_same_key(known, element);

    json_decref(known);
    return is_known;
}

/* Whether a value of a row names no file of the machine, or only certificates that calls may
 * name, too. */
static bool
is_free_of_files(const struct aws_call *call, const struct setting *row, const json_t *value)
{
    const json_t *element;
    size_t index;

    if (row->kind == SETTING_PATH || row->kind == SETTING_SOCKET)
        return false;
    if (row->elements != SCOPE_CERTIFICATE)
        return true;
    json_array_foreach (value, index, element)
        if (!is_known_certificate(call, element))
            return false;
    return json_is_array(value);
}

/* Each setting below a group by its whole path, however that is spread over names: a member may
 * be "target_tls" with a "ca", or "target_tls.ca". */
struct walk {
    struct aws_call *call;
    enum setting_scope scope;
    const json_t *former;
};

/* The value at the path, spread over names in any way. */
static const json_t *
find_former(const json_t *group, const char *path)
{
    const json_t *value, *found = NULL;
    const char *name;

    json_object_foreach ((json_t *)(uintptr_t)group, name, value) {
        size_t length = strlen(name);
        if (found != NULL || strncmp(path, name, length) != 0)
            continue;
        if (path[length] == '\0')
            found = value;
        else if (path[length] == '.')
            found = find_former(value, path + length + 1);
    }
    return found;
}

static void
check_setting(const struct walk *walk, const char *path, const json_t *value)
{
    const struct setting *row = setting_find(walk->scope, path);

    if (row == NULL || is_free_of_files(walk->call, row, value) ||
        json_equal(value, find_former(walk->former, path)))
        return;
    aws_fail(
        walk->call, "OperationNotPermitted",
        "%s: names a file of the machine: fairleadctl gives it there, or the configuration "
        "file",
        path);
}

/* What was there before stays. */
static void
check_files(const struct walk *walk, const char *above, const json_t *group)
{
    const json_t *value;
    const char *name;

    json_object_foreach ((json_t *)(uintptr_t)group, name, value) {
        char *path = memory_print("%s%s%s", above, *above == '\0' ? "" : ".", name);
        check_setting(walk, path, value);
        if (json_is_object(value))
            check_files(walk, path, value);
        free(path);
    }
}

bool
object_settings_put(struct aws_call *call, const struct object_kind_row *kind, json_t *own,
                    const json_t *former, bool is_local)
{
    const json_t *list = json_object_get(call->input, "Set"), *one;
    size_t index;

    json_array_foreach (list, index, one)
        put_text(call, kind, own, json_string_value(one), former == NULL);
    if (!is_local)
        check_files(&(struct walk){call, kind->scope, former}, "", own);
    return call->error_code == NULL;
}

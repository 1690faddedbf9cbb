/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of calls. A member of another type than it should have would count as left out, and
 * so would one of null as 0: a container be killed at once for "TimeoutSeconds": "1m". Hence
 * the types of all members are looked at before a call is acted on. The names are the same in
 * each call that has them.
 */
#include <string.h>

#include "base/slice.h"
#include "control/admin/admin_call.h"

enum form { FORM_TEXT, FORM_BOOL, FORM_LIST };

static const struct {
    const char *member;
    enum form form;
} members[] = {
    {"AvailabilityZone", FORM_TEXT},
    {"Container", FORM_TEXT},
    {"Force", FORM_BOOL},
    {"Id", FORM_TEXT},
    {"Image", FORM_TEXT},
    {"Kind", FORM_TEXT},
    {"Name", FORM_TEXT},
    {"Path", FORM_TEXT},
    {"ReadOnly", FORM_BOOL},
    {"Service", FORM_TEXT},
    {"Set", FORM_LIST},
    {"Targets", FORM_LIST},
    {"TargetGroupName", FORM_TEXT},
    {"Wait", FORM_BOOL},
};

static const char *
form_fault(const json_t *value, enum form form)
{
    switch (form) {
    case FORM_TEXT:
        return json_is_string(value) ? NULL : "must be a text";
    case FORM_BOOL:
        return json_is_boolean(value) ? NULL : "must be true or false";
    case FORM_LIST:
        return json_is_array(value) ? NULL : "must be an array";
    }
    return NULL;
}

/* null is as good as nothing. */
static void
drop_nulls(json_t *object)
{
    const char *name;
    json_t *value;
    void *next;

    json_object_foreach_safe (object, next, name, value) {
        if (json_is_null(value))
            json_object_del(object, name);
    }
}

bool
admin_check_members(struct admin_call *call, json_t *object)
{
    drop_nulls(object);
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        const json_t *value = json_object_get(object, members[i].member);
        const char *fault = value == NULL ? NULL : form_fault(value, members[i].form);
        if (fault == NULL)
            continue;
        admin_refuse(call->request, 400, "ValidationError", "%s %s", members[i].member, fault);
        return false;
    }
    return true;
}

json_t *
admin_read_body(struct admin_call *call)
{
    struct slice body = admin_request_body(call->request);
    json_error_t error;
    json_t *object =
        body.length == 0 ? json_object() : json_loadb(body.at, body.length, 0, &error);

    if (object == NULL || !json_is_object(object))
        admin_refuse(call->request, 400, "ValidationError", "the body is not a JSON object%s%s",
                     object == NULL ? ": " : "", object == NULL ? error.text : "");
    else if (admin_check_members(call, object))
        return object;
    json_decref(object);
    return NULL;
}

bool
admin_read_number(const json_t *body, const char *member, struct admin_range range,
                  unsigned *number)
{
    const json_t *value = json_object_get(body, member);
    const char *text = json_string_value(value);
    uint64_t read = (uint64_t)json_integer_value(value);

    if (value == NULL)
        return true;
    if (text != NULL ? !slice_to_number(slice_of(text), range.most, &read)
                     : !json_is_integer(value))
        return false;
    if (read < range.least || read > range.most)
        return false;
    *number = (unsigned)read;
    return true;
}

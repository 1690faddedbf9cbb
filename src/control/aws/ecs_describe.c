/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/ecs_describe.h"

#include "control/aws/ecs_arn.h"

static json_t *
describe_all(const struct ecs_view *view, const json_t *names, const char *cluster,
             const char *kind, ecs_describe_one *one, json_t *failures)
{
    json_t *found = json_array(), *name;
    size_t index;

    json_array_foreach (names, index, name) {
        const char *given = json_string_value(name);
        json_t *object = one(view, cluster, given);
        if (object != NULL)
            json_array_append_new(found, object);
        else
            json_array_append_new(failures, ecs_failure(view->call, kind, cluster, given));
    }
    return found;
}

json_t *
ecs_describe(struct aws_call *call, const json_t *names, const char *kind, const char *member,
             ecs_describe_one *one)
{
    struct ecs_view view;
    json_t *output = NULL;

    ecs_view_make(&view, call);
    const char *cluster = ecs_view_cluster(&view, call);
    if (cluster != NULL) {
        json_t *failures = json_array();
        json_t *found = describe_all(&view, names, cluster, kind, one, failures);
        output = json_pack("{s:o, s:o}", member, found, "failures", failures);
    }
    ecs_view_clear(&view);
    return output;
}

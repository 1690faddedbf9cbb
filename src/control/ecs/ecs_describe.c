/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_describe.h"

#include "control/ecs/ecs_arn.h"

/* What is described, and what becomes of it. */
struct description {
    const char *cluster, *kind;
    ecs_describe_one *one;
    json_t *found, *failures;
};

static void
describe_all(const struct ecs_view *view, const json_t *names,
             const struct description *description)
{
    const json_t *name;
    size_t index;

    json_array_foreach (names, index, name) {
        const char *given = json_string_value(name);
        json_t *object = description->one(view, description->cluster, given);
        if (object != NULL)
            json_array_append_new(description->found, object);
        else
            json_array_append_new(
                description->failures,
                ecs_failure(view->call, description->kind, description->cluster, given));
    }
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
        const struct description description = {cluster, kind, one, json_array(), json_array()};
        describe_all(&view, names, &description);
        output = json_pack("{s:o, s:o}", member, description.found, "failures",
                           description.failures);
    }
    ecs_view_clear(&view);
    return output;
}

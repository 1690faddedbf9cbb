/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/ec2_unenforced.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SOURCE "security groups"

static bool
is_text(const json_t *object, const char *member, const char *wanted)
{
    const char *text = json_string_value(json_object_get(object, member));

    return text != NULL && strcmp(text, wanted) == 0;
}

/* Whether it lets everybody of IPv4 in at that port. */
static bool
is_open(const json_t *permission, json_int_t port)
{
    const json_t *ranges = json_object_get(permission, "IpRanges"), *range;
    size_t index;

    if (!is_text(permission, "IpProtocol", "-1") &&
        (!is_text(permission, "IpProtocol", "tcp") ||
         json_integer_value(json_object_get(permission, "FromPort")) > port ||
         json_integer_value(json_object_get(permission, "ToPort")) < port))
        return false;
    json_array_foreach (ranges, index, range)
        if (is_text(range, "CidrIp", "0.0.0.0/0"))
            return true;
    return false;
}

/* Whether there is one besides the default group, which means nothing. */
static bool
has_own(const struct objects *objects, const json_t *groups)
{
    const json_t *name;
    size_t index;

    json_array_foreach (groups, index, name)
        if (objects_find(objects, json_string_value(name)) != NULL)
            return true;
    return false;
}

static bool
is_kept_out(const struct objects *objects, const json_t *groups, json_int_t port)
{
    const json_t *name;
    json_t *permission;
    const char *key;
    size_t index;

    json_array_foreach (groups, index, name) {
        const struct object *group = objects_find(objects, json_string_value(name));
        if (group == NULL)
            continue;
        json_object_foreach (json_object_get(group->document, "ingress"), key, permission)
            if (is_open(permission, port))
                return false;
    }
    return true;
}

/* A port of the balancer's listeners at which somebody would be kept out; 0: none. */
static json_int_t
find_port(const struct objects *objects, const struct object *balancer)
{
    const json_t *groups = json_object_get(balancer->document, "security_groups");
    const char *name = json_string_value(
        json_object_get(json_object_get(balancer->document, "settings"), "name"));

    if (name == NULL || !has_own(objects, groups))
        return 0;
    for (size_t i = 0; i < objects_count(objects); i++) {
        const struct object *listener = objects_at(objects, i);
        const json_t *settings = json_object_get(listener->document, "settings");
        json_int_t port = json_integer_value(json_object_get(settings, "port"));
        if (listener->kind == OBJECT_LISTENER && is_text(settings, "load_balancer", name) &&
            is_kept_out(objects, groups, port))
            return port;
    }
    return 0;
}

/* What was told of a balancer that is there no more. */
struct search {
    const struct objects *objects;
    char *gone; /* NULL: none found yet */
};

static void
find_gone(void *argument, const struct problem *problem)
{
    struct search *search = argument;

    if (search->gone == NULL && strcmp(problem->source, SOURCE) == 0 &&
        objects_find(search->objects, problem->object) == NULL)
        search->gone = memory_copy_text(problem->object);
}

static void
end_gone(const struct objects *objects, const struct problems *problems,
         struct providers *providers)
{
    for (;;) {
        struct search search = {.objects = objects};
        problems_each(problems, find_gone, &search);
        if (search.gone == NULL)
            return;
        providers_report_problem(providers, SOURCE, search.gone, NULL);
        free(search.gone);
    }
}

void
ec2_tell_unenforced(const struct objects *objects, const struct problems *problems,
                    struct providers *providers)
{
    end_gone(objects, problems, providers);
    for (size_t i = 0; i < objects_count(objects); i++) {
        const struct object *balancer = objects_at(objects, i);
        if (balancer->kind != OBJECT_LOAD_BALANCER)
            continue;
        json_int_t port = find_port(objects, balancer);
        char *reason = memory_print(
            "its security groups do not let everybody in at port %lld, but are not "
            "enforced: use the machine's firewall, or rules with source-ip",
            (long long)port);
        providers_report_problem(providers, SOURCE, balancer->id, port == 0 ? NULL : reason);
        free(reason);
    }
}

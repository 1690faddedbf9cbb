/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ec2/ec2_unenforced.h"

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

/* Whether it is about TCP at that port. */
static bool
has_port(const json_t *permission, json_int_t port)
{
    json_int_t first = json_integer_value(json_object_get(permission, "FromPort"));
    json_int_t last = json_integer_value(json_object_get(permission, "ToPort"));

    return is_text(permission, "IpProtocol", "-1") ||
           (is_text(permission, "IpProtocol", "tcp") &&
            ((first <= port && port <= last) || (first == -1 && last == -1)));
}

/* Whether it lets somebody in at that port, 0: at any, whom no address tells. */
static bool
names_others(const json_t *group, json_int_t port)
{
    json_t *permission;
    const char *key;

    json_object_foreach (json_object_get(group, "ingress"), key, permission)
        if ((port == 0 || has_port(permission, port)) &&
            (json_array_size(json_object_get(permission, "UserIdGroupPairs")) > 0 ||
             json_array_size(json_object_get(permission, "PrefixListIds")) > 0))
            return true;
    return false;
}

/* Whether it lets everything of IPv4 out. */
static bool
is_open(const json_t *group)
{
    const json_t *egress = json_object_get(group, "egress");
    const json_t *ranges = json_object_get(json_object_get(egress, "-1"), "IpRanges"), *range;
    size_t index;

    json_array_foreach (ranges, index, range)
        if (is_text(range, "CidrIp", "0.0.0.0/0"))
            return true;
    return false;
}

/* The name that its listeners give; NULL: it has none. */
static const char *
name_of(const struct object *balancer)
{
    return json_string_value(
        json_object_get(json_object_get(balancer->document, "settings"), "name"));
}

/* A port of the balancer's listeners at which the group lets in others than address blocks; 0:
 * none. */
static json_int_t
find_port(const struct objects *objects, const char *balancer, const struct object *group)
{
    for (size_t i = 0; i < objects_count(objects); i++) {
        const struct object *listener = objects_at(objects, i);
        const json_t *settings = json_object_get(listener->document, "settings");
        json_int_t port = json_integer_value(json_object_get(settings, "port"));
        if (listener->kind == OBJECT_LISTENER && is_text(settings, "load_balancer", balancer) &&
            names_others(group->document, port))
            return port;
    }
    return 0;
}

/* What a balancer's groups come to; the default group means nothing. */
struct finding {
    bool has_groups, is_open;
    const struct object *group; /* that lets others in at the port; NULL: none does */
    json_int_t port;
};

static struct finding
look_at(const struct objects *objects, const struct object *balancer)
{
    const json_t *groups = json_object_get(balancer->document, "security_groups"), *id;
    const char *name = name_of(balancer);
    struct finding finding = {.group = NULL};
    size_t index;

    json_array_foreach (groups, index, id) {
        const struct object *group = objects_find(objects, json_string_value(id));
        if (group == NULL)
            continue;
        finding.has_groups = true;
        finding.is_open = finding.is_open || is_open(group->document);
        bool is_told = name == NULL || finding.group != NULL;
        json_int_t port =
            is_told || !names_others(group->document, 0) ? 0 : find_port(objects, name, group);
        if (port != 0) {
            finding.group = group;
            finding.port = port;
        }
    }
    return finding;
}

/* NULL: all that they say is done. Give back with free(). */
static char *
reason_of(const struct finding *finding)
{
    bool limits_egress = finding->has_groups && !finding->is_open;
    const char *egress = "its security groups limit what goes out (egress), which is not "
                         "enforced: let all of it out, and use the machine's firewall";

    if (finding->group == NULL)
        return limits_egress ? memory_copy_text(egress) : NULL;
    return memory_print("%s lets other security groups or prefix lists in at port %lld, and "
                        "who they are is not known here, so they stay out: name address "
                        "blocks%s%s",
                        finding->group->id, (long long)finding->port, limits_egress ? "; " : "",
                        limits_egress ? egress : "");
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
        const struct finding finding = look_at(objects, balancer);
        char *reason = reason_of(&finding);
        providers_report_problem(providers, SOURCE, balancer->id, reason);
        free(reason);
    }
}

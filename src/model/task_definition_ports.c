/* SPDX-License-Identifier: Apache-2.0 */
/* Port mappings: of each container, and of all together, as they share a host. */
#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "model/task_definition_check.h"

#define PORT_MOST 65535
#define MAPPINGS_MOST 100 /* of a container */
#define NAME_MOST 64

/* "8000-8010". */
static bool
is_range(const char *text)
{
    size_t dash = strcspn(text, "-");
    uint64_t first, last;

    return text[dash] == '-' && slice_to_number(slice_make(text, dash), PORT_MOST, &first) &&
           slice_to_number(slice_of(text + dash + 1), PORT_MOST, &last) && first >= 1 &&
           first <= last && last - first < MAPPINGS_MOST;
}

static bool
has_container_port(struct definition_check *check, const json_t *mapping)
{
    const json_t *port = json_object_get(mapping, "containerPort");
    const char *range = definition_text(mapping, "containerPortRange");
    json_int_t number = json_integer_value(port);

    if (range != NULL && (port != NULL || json_object_get(mapping, "hostPort") != NULL))
        return definition_fail(check, "A port mapping with a containerPortRange has neither "
                                      "containerPort nor hostPort.");
    if (range != NULL && !is_range(range))
        return definition_fail(check,
                               "The containerPortRange '%.32s' is not FIRST-LAST, of %d "
                               "ports from 1 to %d at most.",
                               range, MAPPINGS_MOST, PORT_MOST);
    if (range == NULL && port == NULL)
        return definition_fail(check, "Container port is required in a port mapping.");
    if (range == NULL && (number < 1 || number > PORT_MOST))
        return definition_fail(check, "The containerPort must be from 1 to %d, and is %lld.",
                               PORT_MOST, (long long)number);
    return true;
}

static bool
has_host_port(struct definition_check *check, const json_t *mapping)
{
    json_int_t host = json_integer_value(json_object_get(mapping, "hostPort"));
    json_int_t own = json_integer_value(json_object_get(mapping, "containerPort"));

    if (host < 0 || host > PORT_MOST)
        return definition_fail(check, "The hostPort must be from 0 to %d, and is %lld.",
                               PORT_MOST, (long long)host);
    if (strcmp(definition_network(check), "host") != 0)
        return true;
    if (json_object_get(mapping, "containerPortRange") != NULL)
        return definition_fail(check, "A containerPortRange is not possible with networkMode "
                                      "host.");
    if (host != 0 && host != own)
        return definition_fail(check,
                               "With networkMode host the hostPort must be the "
                               "containerPort: %lld is not %lld.",
                               (long long)host, (long long)own);
    return true;
}

static bool
is_named_well(struct definition_check *check, const json_t *mapping)
{
    const char *name = definition_text(mapping, "name");

    if (name != NULL && !definition_is_word(name, NAME_MOST, "-_"))
        return definition_fail(check,
                               "The name of a port mapping has invalid characters or is "
                               "too long: '%.64s'.",
                               name);
    if (name == NULL && json_object_get(mapping, "appProtocol") != NULL)
        return definition_fail(check, "A port mapping with an appProtocol must have a name.");
    return true;
}

/* What two mappings may not have both; false: this one may be there twice. */
static bool
identity_of(const struct definition_check *check, const json_t *mapping, char text[32])
{
    const char *protocol = definition_text(mapping, "protocol");
    bool is_host = strcmp(definition_network(check), "host") == 0;
    json_int_t port =
        json_integer_value(json_object_get(mapping, is_host ? "containerPort" : "hostPort"));

    snprintf(text, 32, "%lld/%.8s", (long long)port, protocol == NULL ? "tcp" : protocol);
    return port != 0;
}

/* Whether none has a host's port or a name that one before has. */
static bool
is_alone(struct definition_check *check, const json_t *mapping)
{
    const char *name = definition_text(mapping, "name");
    char port[32];

    if (identity_of(check, mapping, port)) {
        if (json_object_get(check->seen, port) != NULL)
            return definition_fail(check, "The host port %s is mapped twice.", port);
        json_object_set_new(check->seen, port, json_true());
    }
    if (name != NULL) {
        if (json_object_get(check->seen, name) != NULL)
            return definition_fail(check, "Two port mappings have the name '%s'.", name);
        json_object_set_new(check->seen, name, json_true());
    }
    return true;
}

static bool
check_mappings(struct definition_check *check)
{
    const json_t *list = json_object_get(check->container, "portMappings"), *mapping;
    size_t index;

    if (json_array_size(list) > 0 && strcmp(definition_network(check), "none") == 0)
        return definition_fail(check, "Port mappings are not possible with networkMode none.");
    if (json_array_size(list) > MAPPINGS_MOST)
        return definition_fail(check, "A container may have %d port mappings at most.",
                               MAPPINGS_MOST);
    json_array_foreach (list, index, mapping)
        if (!has_container_port(check, mapping) || !has_host_port(check, mapping) ||
            !is_named_well(check, mapping) || !is_alone(check, mapping))
            return false;
    return true;
}

bool
definition_check_ports(struct definition_check *check)
{
    bool is_sound;

    check->seen = json_object();
    is_sound = definition_check_containers(check, check_mappings);
    json_decref(check->seen);
    return is_sound;
}

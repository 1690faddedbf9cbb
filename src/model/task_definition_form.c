/* SPDX-License-Identifier: Apache-2.0 */
/* What AWS adds to a task definition: no more, since Terraform compares what comes back. */
#include "model/task_definition.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/task_definition_check.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))
#define SIZE_TEXT 24

static void
set_default(json_t *object, const char *member, json_t *value)
{
    if (json_object_get(object, member) == NULL)
        json_object_set_new(object, member, value);
    else
        json_decref(value);
}

static void
complete_port(json_t *mapping, bool is_host_network)
{
    json_t *port = json_object_get(mapping, "containerPort");

    if (port != NULL && is_host_network)
        json_object_set(mapping, "hostPort", port);
    else if (port != NULL)
        set_default(mapping, "hostPort", json_integer(0));
    set_default(mapping, "protocol", json_string("tcp"));
}

static void
complete_container(json_t *container, bool is_host_network)
{
    static const char *const lists[] = {"portMappings", "environment", "mountPoints",
                                        "volumesFrom", "systemControls"};
    json_t *mapping;
    size_t index;

    set_default(container, "cpu", json_integer(0));
    set_default(container, "essential", json_true());
    for (size_t i = 0; i < COUNT(lists); i++)
        set_default(container, lists[i], json_array());
    json_array_foreach (json_object_get(container, "portMappings"), index, mapping)
        complete_port(mapping, is_host_network);
}

/* "1 vCPU" comes back as "1024". */
static void
make_plain(json_t *definition, const char *member, uint64_t (*read)(const char *))
{
    const char *given = definition_text(definition, member);
    char text[SIZE_TEXT];

    if (given == NULL)
        return;
    snprintf(text, sizeof(text), "%" PRIu64, read(given));
    json_object_set_new(definition, member, json_string(text));
}

json_t *
task_definition_complete(const json_t *definition)
{
    json_t *own = json_deep_copy(definition), *container;
    const char *network = definition_text(own, "networkMode");
    size_t index;

    json_array_foreach (json_object_get(own, "containerDefinitions"), index, container)
        complete_container(container, network != NULL && strcmp(network, "host") == 0);
    set_default(own, "volumes", json_array());
    set_default(own, "placementConstraints", json_array());
    make_plain(own, "cpu", task_definition_cpu);
    make_plain(own, "memory", task_definition_memory);
    return own;
}

/* A container's member that asks for something, and the attribute's name. */
static const struct {
    const char *way, *attribute;
} attributes[] = {
    {"healthCheck", "com.amazonaws.ecs.capability.container-health-check"},
    {"dependsOn", "com.amazonaws.ecs.capability.container-ordering"},
    {"secrets", "com.amazonaws.ecs.capability.secrets"},
    {"privileged", "com.amazonaws.ecs.capability.privileged-container"},
};

/* Neither false nor empty. */
static bool
is_asked(const json_t *value)
{
    return json_is_true(value) || json_object_size(value) > 0 || json_array_size(value) > 0;
}

static void
add_attributes(json_t *names, const json_t *container)
{
    const char *driver = definition_text(container, "logConfiguration.logDriver");
    char text[96];

    for (size_t i = 0; i < COUNT(attributes); i++)
        if (is_asked(definition_at(container, attributes[i].way)))
            json_object_set_new(names, attributes[i].attribute, json_true());
    if (driver == NULL)
        return;
    snprintf(text, sizeof(text), "com.amazonaws.ecs.capability.logging-driver.%.32s", driver);
    json_object_set_new(names, text, json_true());
}

json_t *
task_definition_attributes(const json_t *definition)
{
    json_t *names = json_object(), *list = json_array(), *container, *value;
    const char *name;
    size_t index;

    json_array_foreach (json_object_get(definition, "containerDefinitions"), index, container)
        add_attributes(names, container);
    json_object_foreach (names, name, value)
        json_array_append_new(list, json_pack("{s:s}", "name", name));
    json_decref(names);
    return list;
}

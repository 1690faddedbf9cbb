/* SPDX-License-Identifier: Apache-2.0 */
/* Ports that the engine chooses are asked for as "0", and read by inspect after the start. */
#include "control/docker/docker_template_ports.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "control/docker/docker_template_values.h"

#define PORT_MOST 65535

struct port {
    unsigned container, host; /* host 0: the engine's choice */
    const char *protocol;
};

typedef void port_visitor(json_t *ports, const struct docker_template *what,
                          const struct port *port);

static void
expose(json_t *ports, const struct docker_template *what, const struct port *port)
{
    char key[24];

    (void)what;
    snprintf(key, sizeof(key), "%u/%s", port->container, port->protocol);
    json_object_set_new(ports, key, json_object());
}

/* One container port may have several of the host. */
static void
bind(json_t *ports, const struct docker_template *what, const struct port *port)
{
    char key[24], number[12];

    snprintf(key, sizeof(key), "%u/%s", port->container, port->protocol);
    snprintf(number, sizeof(number), "%u", port->host);
    if (json_object_get(ports, key) == NULL)
        json_object_set_new(ports, key, json_array());
    json_array_append_new(json_object_get(ports, key),
                          json_pack("{s:s, s:s}", "HostIp",
                                    what->bind_address == NULL ? "" : what->bind_address,
                                    "HostPort", number));
}

/* "8000-8010"; as it was where it is none. */
static void
read_range(struct slice text, unsigned *first, unsigned *last)
{
    size_t hyphen = slice_find(text, '-');
    uint64_t from, to;

    if (hyphen == text.length ||
        !slice_to_number(slice_make(text.at, hyphen), PORT_MOST, &from) ||
        !slice_to_number(slice_make(text.at + hyphen + 1, text.length - hyphen - 1), PORT_MOST,
                         &to))
        return;
    *first = (unsigned)from;
    *last = (unsigned)to;
}

/* A mapping has one port, or a range of them, whose host ports the engine chooses. */
static void
visit(const json_t *mapping, const struct docker_template *what, json_t *ports,
      port_visitor *visit_port)
{
    const char *range = json_string_value(json_object_get(mapping, "containerPortRange"));
    const char *protocol = json_string_value(json_object_get(mapping, "protocol"));
    unsigned first = (unsigned)json_integer_value(json_object_get(mapping, "containerPort"));
    unsigned last = first;
    struct port port = {
        .host = (unsigned)json_integer_value(json_object_get(mapping, "hostPort")),
        .protocol = protocol != NULL && strcmp(protocol, "udp") == 0 ? "udp" : "tcp"};

    if (range != NULL)
        read_range(slice_of(range), &first, &last);
    for (port.container = first; first != 0 && port.container <= last; port.container++)
        visit_port(ports, what, &port);
}

static json_t *
visit_all(const struct docker_template *what, port_visitor *visit_port)
{
    json_t *ports = json_object();
    const json_t *mapping;
    size_t index;

    json_array_foreach (json_object_get(what->container, "portMappings"), index, mapping)
        visit(mapping, what, ports, visit_port);
    return docker_template_unless_empty(ports);
}

json_t *
docker_template_exposed_ports(const struct docker_template *what)
{
    return visit_all(what, expose);
}

/* On the host's network, or without one, there is nothing to publish. */
json_t *
docker_template_port_bindings(const struct docker_template *what)
{
    const char *mode = json_string_value(json_object_get(what->definition, "networkMode"));

    if (mode != NULL && strcmp(mode, "bridge") != 0)
        return NULL;
    return visit_all(what, bind);
}

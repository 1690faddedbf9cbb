/* SPDX-License-Identifier: Apache-2.0 */
/* Member by member what model/task_json.c reads. */
#include "model/task_text.h"

static void
set_text(json_t *object, const char *member, const char *text)
{
    if (text != NULL)
        json_object_set_new(object, member, json_string(text));
}

static json_t *
bindings_to_json(const struct task *task)
{
    json_t *array = json_array();

    for (size_t i = 0; i < task->binding_count; i++) {
        const struct task_binding *binding = &task->bindings[i];
        json_array_append_new(array,
                              json_pack("{s:i, s:s, s:i, s:s}", "container_port",
                                        (int)binding->container_port, "host_ip",
                                        binding->host_ip, "host_port", (int)binding->host_port,
                                        "protocol", binding->is_tcp ? "tcp" : "udp"));
    }
    return array;
}

json_t *
task_to_json(const struct task *task)
{
    json_t *object = json_object();

    set_text(object, "id", task->id);
    json_object_set_new(object, "generation", json_integer((json_int_t)task->generation));
    json_object_set_new(object, "version", json_integer((json_int_t)task->version));
    set_text(object, "started_at", task->started_at);
    set_text(object, "name", task->name);
    set_text(object, "service", task->service);
    set_text(object, "project", task->project);
    set_text(object, "container_name", task->container_name);
    set_text(object, "zone", task->zone);
    set_text(object, "host", task->host);
    set_text(object, "host_ipv6", task->host_ipv6);
    set_text(object, "container_address", task->container_address);
    set_text(object, "no_address", task->no_address);
    set_text(object, "dial", task_dial_text(task->dial));
    json_object_set_new(object, "host_network", json_boolean(task->is_on_host_network));
    set_text(object, "image", task->image);
    set_text(object, "last_status", task_status_text(task->last_status));
    set_text(object, "desired_status", task_status_text(task->desired_status));
    set_text(object, "health_status", task_health_text(task->health_status));
    json_object_set_new(object, "bindings", bindings_to_json(task));
    return object;
}

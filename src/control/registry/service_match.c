/* SPDX-License-Identifier: Apache-2.0 */
/* docs/labels.md: equal service name, equal container name where both sides have one,
 * and the container port bound to an address that can be dialled. */
#include "control/registry/service_match.h"

#include <stddef.h>
#include <string.h>

static const struct task_binding *
find_binding(const struct task *task, unsigned container_port)
{
    for (size_t i = 0; i < task->binding_count; i++) {
        const struct task_binding *binding = &task->bindings[i];
        if (binding->is_tcp && binding->container_port == container_port &&
            binding->host_port != 0)
            return binding;
    }
    return NULL;
}

enum service_match
service_match(const struct config_service *service, const struct task *task,
              struct address *address)
{
    if (task->service == NULL || strcmp(task->service, service->name) != 0)
        return SERVICE_NAME_DIFFERS;
    if (service->container_name != NULL && task->container_name != NULL &&
        strcmp(service->container_name, task->container_name) != 0)
        return SERVICE_CONTAINER_DIFFERS;
    const struct task_binding *binding = find_binding(task, service->container_port);
    if (binding == NULL)
        return SERVICE_PORT_NOT_BOUND;
    const char *host = task_binding_is_on_any(binding) ? task->host : binding->host_ip;
    memset(address, 0, sizeof(*address));
    if (host == NULL || !address_parse(address, host, (uint16_t)binding->host_port))
        return SERVICE_ADDRESS_UNUSABLE;
    return SERVICE_MATCHES;
}

const char *
service_match_text(enum service_match match)
{
    switch (match) {
    case SERVICE_MATCHES:
        return "takes the task's port";
    case SERVICE_NAME_DIFFERS:
        return "the task names another service";
    case SERVICE_CONTAINER_DIFFERS:
        return "the task has another container name";
    case SERVICE_PORT_NOT_BOUND:
        return "the container port is not bound to a host port over TCP";
    case SERVICE_ADDRESS_UNUSABLE:
        return "the task's host is not an IP address";
    }
    return "";
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_target_id.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/scheduler/scheduler.h"
#include "model/config_engines.h"

#define LOOPBACK "127.0.0.1"

/* Where ports of its tasks are published; NULL: there is no such. */
static char *
host_of(const struct aws_call *call, const char *name)
{
    const struct config *config = call->parts->config;

    for (size_t i = 0; i < config->container_instance_count; i++) {
        const struct config_container_instance *instance = &config->container_instances[i];
        if (strcmp(instance->name, name) != 0)
            continue;
        const char *host = strstr(instance->endpoint, "://");
        if (config_endpoint_is_unix(instance->endpoint) ||
            config_endpoint_is_local(instance->endpoint) || host == NULL)
            return memory_copy_text(LOOPBACK);
        host += 3;
        return *host == '[' ? memory_copy_bytes(host + 1, strcspn(host + 1, "]"))
                            : memory_copy_bytes(host, strcspn(host, ":"));
    }
    return NULL;
}

bool
elbv2_target_address(const struct aws_call *call, const struct config_target_group *group,
                     const char *id, unsigned port, struct address *address)
{
    *address = (struct address){.family = ADDRESS_NONE};
    if (address_parse(address, id, (uint16_t)port))
        return true;
    char *host = group->target_type == TARGET_TYPE_INSTANCE ? host_of(call, id) : NULL;
    bool is_known = host != NULL && address_parse(address, host, (uint16_t)port);
    free(host);
    return is_known;
}

char *
elbv2_target_id(const struct aws_call *call, const struct config_target_group *group,
                const struct registered_target *target)
{
    char text[ADDRESS_TEXT_SIZE];
    const struct scheduled_task *task =
        target->source == NULL || group->target_type != TARGET_TYPE_INSTANCE
            ? NULL
            : scheduler_task_of(call->parts->scheduler, target->source, target->task_id);

    if (task != NULL)
        return memory_copy_text(task->instance->name);
    address_format(&target->place.address, text);
    return memory_copy_text(text);
}

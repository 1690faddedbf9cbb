/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks: making, comparing and judging them; their JSON forms are read by task_json.c. */
#include "model/task.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/text.h"

struct task *
task_new(const char *source, const char *id, uint64_t generation)
{
    struct task *task = memory_take(1, sizeof(*task));

    task->source = memory_copy_text(source);
    task->id = memory_copy_text(id);
    task->generation = generation;
    return task;
}

void
task_free(struct task **task)
{
    struct task *old = *task;

    *task = NULL;
    if (old == NULL)
        return;
    free(old->source);
    free(old->id);
    free(old->started_at);
    free(old->name);
    free(old->service);
    free(old->project);
    free(old->host_ipv6);
    free(old->container_name);
    free(old->zone);
    free(old->host);
    free(old->container_address);
    free(old->no_address);
    free(old->image);
    free(old->bindings);
    free(old);
}

struct task *
task_copy(const struct task *task)
{
    struct task *copy = memory_take(1, sizeof(*copy));

    *copy = *task;
    copy->source = memory_copy_text(task->source);
    copy->id = memory_copy_text(task->id);
    copy->started_at = memory_copy_text(task->started_at);
    copy->name = memory_copy_text(task->name);
    copy->service = memory_copy_text(task->service);
    copy->project = memory_copy_text(task->project);
    copy->host_ipv6 = memory_copy_text(task->host_ipv6);
    copy->container_name = memory_copy_text(task->container_name);
    copy->zone = memory_copy_text(task->zone);
    copy->host = memory_copy_text(task->host);
    copy->container_address = memory_copy_text(task->container_address);
    copy->no_address = memory_copy_text(task->no_address);
    copy->image = memory_copy_text(task->image);
    copy->bindings = memory_resize(NULL, task->binding_count, sizeof(*copy->bindings));
    for (size_t i = 0; i < task->binding_count; i++)
        copy->bindings[i] = task->bindings[i];
    return copy;
}

/* How well an address suits for dialling: all IPv4 addresses best, one IPv6 address least. */
static int
rank_host_ip(const char *host_ip)
{
    if (*host_ip == '\0' || strcmp(host_ip, "0.0.0.0") == 0)
        return 3;
    if (strchr(host_ip, ':') == NULL)
        return 2;
    return strcmp(host_ip, "::") == 0 ? 1 : 0;
}

bool
task_binding_is_on_any(const struct task_binding *binding)
{
    const char *host_ip = binding->host_ip;

    return *host_ip == '\0' || strcmp(host_ip, "0.0.0.0") == 0 || strcmp(host_ip, "::") == 0;
}

/* Below 0: one stands before the other. The order must not depend on the engine's. */
static int
compare_bindings(const struct task_binding *one, const struct task_binding *other)
{
    if (one->container_port != other->container_port)
        return one->container_port < other->container_port ? -1 : 1;
    if (one->is_tcp != other->is_tcp)
        return one->is_tcp ? -1 : 1;
    int by_rank = rank_host_ip(other->host_ip) - rank_host_ip(one->host_ip);
    if (by_rank != 0)
        return by_rank;
    int by_host_ip = strcmp(one->host_ip, other->host_ip);
    if (by_host_ip != 0 || one->host_port == other->host_port)
        return by_host_ip;
    return one->host_port < other->host_port ? -1 : 1;
}

void
task_add_binding(struct task *task, const struct task_binding *binding)
{
    size_t at = 0;
    int order = -1;

    while (at < task->binding_count &&
           (order = compare_bindings(binding, &task->bindings[at])) > 0)
        at++;
    if (at < task->binding_count && order == 0)
        return;
    task->bindings = memory_resize(task->bindings, task->binding_count + 1, sizeof(*binding));
    memmove(&task->bindings[at + 1], &task->bindings[at],
            (task->binding_count - at) * sizeof(*binding));
    task->bindings[at] = *binding;
    task->binding_count++;
}

static bool
bindings_differ(const struct task *one, const struct task *other)
{
    if (one->binding_count != other->binding_count)
        return true;
    for (size_t i = 0; i < one->binding_count; i++) {
        const struct task_binding *left = &one->bindings[i];
        const struct task_binding *right = &other->bindings[i];
        if (left->container_port != right->container_port ||
            left->host_port != right->host_port || left->is_tcp != right->is_tcp ||
            strcmp(left->host_ip, right->host_ip) != 0)
            return true;
    }
    return false;
}

bool
task_differs(const struct task *one, const struct task *other)
{
    return one->last_status != other->last_status ||
           one->desired_status != other->desired_status ||
           one->health_status != other->health_status ||
           !text_is_same(one->started_at, other->started_at) ||
           !text_is_same(one->name, other->name) ||
           !text_is_same(one->service, other->service) ||
           !text_is_same(one->project, other->project) ||
           !text_is_same(one->host_ipv6, other->host_ipv6) ||
           !text_is_same(one->container_name, other->container_name) ||
           !text_is_same(one->zone, other->zone) || !text_is_same(one->host, other->host) ||
           one->dial != other->dial || one->is_on_host_network != other->is_on_host_network ||
           !text_is_same(one->no_address, other->no_address) ||
           !text_is_same(one->container_address, other->container_address) ||
           !text_is_same(one->image, other->image) || bindings_differ(one, other);
}

bool
task_is_stopping(const struct task *task)
{
    return task->last_status == TASK_RUNNING && task->desired_status == TASK_STOPPED;
}

bool
task_is_eligible(const struct task *task)
{
    return task->last_status == TASK_RUNNING && task->desired_status == TASK_RUNNING;
}

const char *
task_status_text(enum task_status status)
{
    static const char *const texts[] = {
        [TASK_PENDING] = "PENDING",   [TASK_RUNNING] = "RUNNING", [TASK_PAUSED] = "PAUSED",
        [TASK_STOPPING] = "STOPPING", [TASK_STOPPED] = "STOPPED",
    };

    CHECK(status < sizeof(texts) / sizeof(*texts));
    return texts[status];
}

const char *
task_dial_text(enum task_dial dial)
{
    static const char *const texts[] = {
        [TASK_DIAL_HOST_PORT] = "host-port",
        [TASK_DIAL_AUTO] = "auto",
        [TASK_DIAL_CONTAINER] = "container",
    };

    CHECK(dial < sizeof(texts) / sizeof(*texts));
    return texts[dial];
}

const char *
task_health_text(enum task_health health)
{
    static const char *const texts[] = {
        [TASK_HEALTH_NONE] = "UNKNOWN",
        [TASK_HEALTH_STARTING] = "STARTING",
        [TASK_HEALTH_HEALTHY] = "HEALTHY",
        [TASK_HEALTH_UNHEALTHY] = "UNHEALTHY",
    };

    CHECK(health < sizeof(texts) / sizeof(*texts));
    return texts[health];
}

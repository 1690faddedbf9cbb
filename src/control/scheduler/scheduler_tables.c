/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/scheduler_tables.h"

#include <string.h>

/* NOLINTBEGIN(readability-function-size, clang-analyzer-*): uthash's macros are long, and the
 * analyzer does not follow them. */
struct scheduled_task *
task_table_find(struct scheduled_task *all, const char *id)
{
    struct scheduled_task *found;

    HASH_FIND_STR(all, id, found);
    return found;
}

void
task_table_add(struct scheduled_task **all, struct scheduled_task *task)
{
    HASH_ADD_STR(*all, id, task);
}

void
task_table_remove(struct scheduled_task **all, struct scheduled_task *task)
{
    HASH_DEL(*all, task);
}

struct service *
service_table_find(struct service *all, const char *id)
{
    struct service *found;

    HASH_FIND_STR(all, id, found);
    return found;
}

void
service_table_add(struct service **all, struct service *service)
{
    HASH_ADD_KEYPTR(hh, *all, service->id, strlen(service->id), service);
}

void
service_table_remove(struct service **all, struct service *service)
{
    HASH_DEL(*all, service);
}

struct past_service *
past_table_find(struct past_service *all, const char *id)
{
    struct past_service *found;

    HASH_FIND_STR(all, id, found);
    return found;
}

void
past_table_add(struct past_service **all, struct past_service *past)
{
    HASH_ADD_KEYPTR(hh, *all, past->id, strlen(past->id), past);
}

void
past_table_remove(struct past_service **all, struct past_service *past)
{
    HASH_DEL(*all, past);
}

/* NOLINTEND(readability-function-size, clang-analyzer-*) */

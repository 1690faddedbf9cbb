/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/exchange/target_manner.h"

#include "ipc/target_security.h"
#include "worker/shared/context.h"

/* As people know it, which need not be where it is dialled. */
static const struct address *
address_of(const struct exchange *exchange)
{
    const struct view *view = exchange->choice_view;
    uint32_t row = snapshot_find_target(
        view->snapshot, (uint32_t)(exchange->group - view->groups), exchange->target->id);

    return row == SNAPSHOT_NO_INDEX ? NULL : &snapshot_target(view->snapshot, row)->address;
}

bool
target_manner_by_tls(const struct exchange *exchange, struct target_manner *manner)
{
    const struct snapshot_group *group = exchange->group->group;

    if (!target_security_of(exchange->worker->tls.targets, exchange->choice_view->snapshot,
                            group, &manner->tls))
        return false;
    manner->key = manner->tls.key;
    if ((group->flags & GROUP_VERIFIES) == 0 || manner->tls.server_name.length > 0)
        return true;
    manner->tls.address = address_of(exchange);
    return manner->tls.address != NULL;
}

struct stream_session *
target_manner_tls(struct target_manner *manner, struct target_state *target, int fd)
{
    if (manner->key == 0)
        return NULL;
    manner->tls.peer = &target->tls;
    return tls_connect(&manner->tls, fd);
}

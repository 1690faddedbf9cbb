/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links that belong to one client: its target has logged in, or begun to, whoever sent the
 * requests on that connection (http/login.h), or was told by a PROXY header whose it is.
 * Between exchanges they hang on the client's carrier; nobody else gets them, and they end with
 * it.
 */
#ifndef FAIRLEAD_WORKER_PIN_H
#define FAIRLEAD_WORKER_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include "http/login.h"
#include "worker/exchange/exchange.h"

/* The exchange's link is its client's from now on, if the head of its request or answer says.
 */
static inline void
pin_after(struct exchange *exchange, const struct http_head *head)
{
    if (!login_is_of_connection(head))
        return;
    exchange->link->pinned_to = exchange->carrier;
    exchange->link->is_login = true;
}

/* The target of a group, as an index in the view, that the client has logged in to by one of
 * its links, while the target may be chosen; SNAPSHOT_NO_INDEX: none. */
uint32_t pin_find_target(const struct carrier *carrier, const struct view *view,
                         const struct view_group *group);

/* The same of a forward action's groups: the row of the first that has such a target. */
uint32_t pin_find_group(const struct carrier *carrier, const struct view *view,
                        const struct snapshot_action *action);

/* The client's link to the exchange's target, in use again; NULL: there is none, or it is dead.
 */
struct target_link *pin_take(struct exchange *exchange);

#endif

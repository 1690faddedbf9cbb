/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listening socket of this worker: accepts clients. The socket itself belongs to control,
 * which keeps it open over this worker's death; we hold a descriptor of it.
 */
#ifndef FAIRLEAD_WORKER_LISTENER_H
#define FAIRLEAD_WORKER_LISTENER_H

#include <stdint.h>

#include "worker/listeners/newcomer.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

/* Gets an accepted connection and takes its descriptor over. */
typedef void listener_accept(struct worker *worker, struct listener *listener,
                             const struct newcomer *newcomer);

/* Starts to accept from a socket, which is taken over; one whose id is open already is not
 * needed. */
void listener_open(struct worker *worker, uint32_t id, int fd, listener_accept *accept);

/* Stops accepting; clients that came by it go on. Unknown ids are ignored. */
void listener_close(struct worker *worker, uint32_t id);
void listener_close_all(struct worker *worker);

/* Others accept on their sockets from now on; who has come and is not a client yet becomes one.
 */
void listener_retire_all(struct worker *worker);

/* Accepting pauses where a limit is reached; for who gives something back. */
void listener_resume_all(struct worker *worker);

/* After another view or other certificates: see security.h. */
void listener_secure_all(struct worker *worker);

/* The row in a view's listeners, or SNAPSHOT_NO_INDEX when it is not configured any more. */
uint32_t listener_index(const struct listener *listener, const struct view *view);

/* The row of its load balancer where there are several; of one that is not configured any more
 * the first. */
const struct snapshot_balancer *listener_find_balancer(const struct listener *listener,
                                                       const struct view *view);

/* The same in a view, as long as that lives. */
static inline const struct snapshot_balancer *
listener_balancer(const struct listener *listener, const struct view *view)
{
    if (__builtin_expect(snapshot_balancer_count(view->snapshot) != 1, 0))
        return listener_find_balancer(listener, view);
    return snapshot_balancer(view->snapshot, 0);
}

uint16_t listener_port(const struct listener *listener);
const struct address *listener_address(const struct listener *listener);

/* A client holds on to the listener that it came by. */
void listener_pin(struct listener *listener);
void listener_unpin(struct worker *worker, struct listener **unpinned);

#endif

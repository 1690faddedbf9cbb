/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The snapshot that a child goes by, and the base of those to come, as control's messages bring
 * them. One that cannot be read is refused, and the last one stays in use.
 */
#ifndef FAIRLEAD_IPC_SNAPSHOT_HOLDER_H
#define FAIRLEAD_IPC_SNAPSHOT_HOLDER_H

#include "ipc/channel.h"
#include "ipc/snapshot_open.h"

/* Part of the role, zero but for the channel; snapshot is NULL until the first one has come. */
struct snapshot_holder {
    struct channel *channel;
    struct snapshot_base *base;
    struct snapshot *snapshot;
};

/* The messages of these types; their descriptors are closed here. */
void snapshot_holder_take_base(struct snapshot_holder *holder, const struct message *message);

/* use(owner, snapshot) is called while the one before is still open; control is answered. */
void snapshot_holder_take(struct snapshot_holder *holder, const struct message *message,
                          void (*use)(void *owner, const struct snapshot *snapshot),
                          void *owner);

/*
 * A message came without its descriptor: it is asked for again. Without the new base no
 * snapshot is used until it comes, as the one before must not be taken for it.
 */
void snapshot_holder_note_shortage(struct snapshot_holder *holder, enum message_type type);

void snapshot_holder_close(struct snapshot_holder *holder);

#endif

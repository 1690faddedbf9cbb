/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/snapshot_holder.h"

#include <unistd.h>

#include "base/log.h"

void
snapshot_holder_take_base(struct snapshot_holder *holder, const struct message *message)
{
    const char *error = NULL;
    struct snapshot_base *base = snapshot_base_open(message->fd, &error);

    close(message->fd);
    if (base == NULL) {
        log_error("the base of new snapshots is refused (%s)", error);
        return;
    }
    snapshot_base_close(&holder->base);
    holder->base = base;
}

/* Which one is in use now. */
static void
answer(struct snapshot_holder *holder)
{
    const struct message_applied applied = {
        .generation = holder->snapshot == NULL ? 0 : snapshot_generation(holder->snapshot)};

    channel_send(holder->channel, MESSAGE_applied, &applied, -1);
}

void
snapshot_holder_take(struct snapshot_holder *holder, const struct message *message,
                     void (*use)(void *owner, const struct snapshot *snapshot), void *owner)
{
    const char *error = NULL;
    struct snapshot *old = holder->snapshot;

    if (holder->base == NULL) {
        close(message->fd);
        snapshot_holder_note_shortage(holder, MESSAGE_snapshot);
        return;
    }
    struct snapshot *snapshot = snapshot_open(message->fd, holder->base, &error);
    close(message->fd);
    if (snapshot == NULL) {
        log_error("snapshot %llu is refused (%s), the last one stays in use",
                  (unsigned long long)message->as.snapshot.generation, error);
        answer(holder);
        return;
    }
    holder->snapshot = snapshot;
    use(owner, snapshot);
    snapshot_close(&old);
    answer(holder);
}

void
snapshot_holder_note_shortage(struct snapshot_holder *holder, enum message_type type)
{
    if (type == MESSAGE_snapshot_base)
        snapshot_base_close(&holder->base);
    channel_ask_again(holder->channel, type);
}

void
snapshot_holder_close(struct snapshot_holder *holder)
{
    snapshot_close(&holder->snapshot);
    snapshot_base_close(&holder->base);
}

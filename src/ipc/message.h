/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages between processes and their form on the wire: a type and the type's own struct,
 * exactly. messages.def lists them; channel.h carries them.
 */
#ifndef FAIRLEAD_IPC_MESSAGE_H
#define FAIRLEAD_IPC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum message_manner { MESSAGE_EACH, MESSAGE_NEWEST, MESSAGE_ANSWERED };

enum message_type {

#define MESSAGE(id, members, descriptors, manner) MESSAGE_##id,
#include "ipc/messages.def"
#undef MESSAGE
    MESSAGE_COUNT
};

#define MESSAGE(id, members, descriptors, manner)                                              \
    struct message_##id {                                                                      \
        members                                                                                \
    };
#include "ipc/messages.def"
#undef MESSAGE

/* A received message; fd is -1 where none rides along, else the receiver's to close or keep. */
struct message {
    enum message_type type;
    int fd;

    union {
#define MESSAGE(id, members, descriptors, manner) struct message_##id id;
#include "ipc/messages.def"
#undef MESSAGE
    } as;
};

/* One packet: its first length bytes travel. */
struct message_packet {
    uint64_t type;
    char payload[sizeof(((struct message *)NULL)->as)];
};

/* Puts a message into a packet and returns the packet's length. */
size_t message_encode(struct message_packet *packet, enum message_type type,
                      const void *payload);

/*
 * Reads a packet that came with fd_count descriptors; false when type, length or count is not
 * what messages.def says. Leaves message->fd at -1.
 */
bool message_decode(struct message *message, struct slice packet, unsigned fd_count);

/* Descriptors that ride along: 0 or 1. */
unsigned message_fd_count(enum message_type type);
enum message_manner message_manner(enum message_type type);

const char *message_text(enum message_type type);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel between control and one child: typed, bounded messages with descriptors over a
 * SOCK_SEQPACKET pair. The child's end is descriptor CHANNEL_FD. Each message is one packet
 * whose size and descriptor count must be exactly what messages.def says; anything else ends
 * the channel.
 */
#ifndef FAIRLEAD_IPC_CHANNEL_H
#define FAIRLEAD_IPC_CHANNEL_H

#include <stdbool.h>
#include "ipc/message.h"
#include "net/loop.h"

#define CHANNEL_FD 3

struct channel;

struct channel_callbacks {
    void (*on_message)(void *owner, const struct message *message);
    /*
     * The other side is gone or spoke nonsense (reason is static text): nothing is sent or
     * received any more, channel_close is still the owner's to call. Never from channel_send.
     */
    void (*on_end)(void *owner, const char *reason);
    /*
     * A message of this type came without its descriptor, because this process or the sender
     * had none left: it is lost, and is to be sent again. NULL: nobody cares.
     */
    void (*on_shortage)(void *owner, enum message_type type);
};

/* A connected pair of descriptors: [0] control's, [1] the child's. -1 with errno. */
int channel_pair(int fds[2]);

/*
 * Takes over a descriptor; nothing is received before channel_start. The channel belongs to the
 * caller until channel_close, which may be called in a callback.
 */
struct channel *channel_open(int fd, const struct channel_callbacks *callbacks, void *owner);
void channel_start(struct channel *channel, struct loop *loop);
void channel_close(struct channel **channel);

/* The descriptor, which stays the channel's. */
int channel_fd(const struct channel *channel);

/*
 * Sends one message with a payload of the type's own struct and a descriptor where messages.def
 * asks for one (the caller keeps its own; -1: none). Queued in order when the socket is full.
 * channel_send(channel, MESSAGE_applied, &(struct message_applied){...}, -1)
 */
void channel_send(struct channel *channel, enum message_type type, const void *payload, int fd);

/* How many messages the other side has not taken yet, beyond what the system keeps for it. */
unsigned channel_backlog(const struct channel *channel);

/*
 * The receiver has answered the last message of manner ANSWERED, or it is lost: what waits
 * behind it goes on. So a receiver that stands still holds one snapshot and one more waits for
 * it.
 */
void channel_go_on(struct channel *channel);

/*
 * Keeps a few descriptors aside, which are given up for the moment in which a message is
 * received. Call it from time to time: what could not be had is taken as soon as it can be.
 */
void channel_reserve(struct channel *channel);

/* A child's answer to on_shortage: asks control for it, and logs that once a minute. */
void channel_ask_again(struct channel *channel, enum message_type type);

/* Closes a descriptor that came from the other side, and never waits for that: a socket may be
 * set to linger. */
void channel_drop_fd(int fd);

/* Waits for and receives one message; for a child's start, before it has a loop. False at the
 * end. */
bool channel_receive_now(struct channel *channel, struct message *message);

#endif

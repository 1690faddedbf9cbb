/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making sockets: listening ones for control (one SO_REUSEPORT socket a worker), accepted and
 * connecting ones for workers and the observer. All non-blocking and close-on-exec.
 */
#ifndef FAIRLEAD_NET_SOCKET_H
#define FAIRLEAD_NET_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

/*
 * A bound, listening socket with TCP_NODELAY (inherited by what it accepts). -1 with errno set
 * when the address cannot be bound. Port 0 takes a free one: ask socket_local_address.
 */
int socket_listen(const struct address *address, bool reuse_port, int backlog);

/* Likewise at a path, with the given mode; a stale socket file is replaced, a live one is not.
 */
int socket_listen_unix(const char *path, unsigned mode, int backlog);

/*
 * Undoes what somebody else who has the same socket may have done to it (blocking, signals,
 * lingering). False: it listens no more (shut down, disconnected), which cannot be undone.
 */
bool socket_mend_listening(int fd);

/* Likewise for an end of a socket pair, of which both ends are open. False: it was shut down.
 */
bool socket_mend_pair_end(int fd);

/* The next connection, or -1 with errno (EAGAIN: none waiting). */
int socket_accept(int listening_fd, struct address *peer);

/* Starts to connect; -1 with errno when that fails at once. TCP_NODELAY is set. */
int socket_connect(const struct address *address);

/* The peer is told that nobody is there (RST), without what was sent to it before. */
void socket_close_abruptly(int fd);

bool socket_local_address(int fd, struct address *address);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket on which systemd (or who speaks as it does) hears from a service of Type=notify:
 * sd_notify(3). By libsystemd, or by a few lines of our own where it was built without.
 */
#ifndef FAIRLEAD_NET_NOTIFY_SOCKET_H
#define FAIRLEAD_NET_NOTIFY_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/* "READY=1\nSTATUS=serving". False: nobody listens, or it could not be sent. */
bool notify_socket_send(const char *text);

/* Has the service manager keep descriptors under a name until the service is stopped for good:
 * a start behind a restart or a crash gets them again. Those that it has already are not kept
 * twice.
 */
void notify_socket_store(const char *name, const int *fds, unsigned count);
void notify_socket_drop(const char *name);

/* What it has kept, once: the number of descriptors from NOTIFY_SOCKET_FIRST_FD on, and the
 * name of each, the caller's, between colons (NULL: there are none). */
#define NOTIFY_SOCKET_FIRST_FD 3
unsigned notify_socket_take_stored(char **names);

/* How long this process may be silent before it is ended; 0: for ever. */
uint64_t notify_socket_watchdog_us(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening ports that do not close while the service manager starts fairlead again: it keeps
 * the sockets of TCP listeners (net/notify_socket.h), and connections wait in their queues.
 * Where there is none, nothing is kept.
 */
#ifndef FAIRLEAD_CONTROL_SOCKET_STORE_H
#define FAIRLEAD_CONTROL_SOCKET_STORE_H

#include "control/processes/listener_sockets.h"

struct socket_store;

/* Hands what was kept to the sockets, before they are prepared. */
struct socket_store *socket_store_new(struct listener_sockets *sockets);
void socket_store_free(struct socket_store **store);

/* Another configuration is in force: what is kept are its sockets, and no others. */
void socket_store_update(struct socket_store *store);

#endif

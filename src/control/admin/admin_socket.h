/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door for people and scripts on the machine: HTTP/1.1 on a unix socket, where whoever may
 * open it may do everything; but for our own children. Private to admin*.c.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_SOCKET_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_SOCKET_H

#include "control/admin/admin_request.h"
#include "control/processes/children.h"
#include "control/processes/finishing.h"
#include "net/loop.h"

struct admin_socket;

/* What the door may reach; outlives it. */
struct admin_socket_parts {
    struct loop *loop;
    struct children *children;
    const struct finishing *finishing;
    int adopted_fd; /* listens already, in another program's name before; 0: none */
    admin_request_handler *on_request;
    void *argument;
};

/* NULL, with a line logged, when the socket cannot be made. */
struct admin_socket *admin_socket_open(const char *path,
                                       const struct admin_socket_parts *parts);

/* The listening one, which stays the socket's. */
int admin_socket_fd(const struct admin_socket *socket);

/* Gives the socket up: nobody else comes; calls that are open go on. */
void admin_socket_stop(struct admin_socket *socket);

/* Ends every stream with these last bytes; their on_gone is called. */
void admin_socket_end_streams(struct admin_socket *socket, struct slice last);
void admin_socket_free(struct admin_socket **socket);

#endif

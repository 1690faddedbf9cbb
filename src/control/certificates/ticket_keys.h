/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of TLS session tickets: drawn, replaced by newer ones, and kept in the state
 * directory, so that sessions are resumed by every worker, behind a reload and behind a
 * restart. Or those of a file that several instances share.
 */
#ifndef FAIRLEAD_CONTROL_TICKET_KEYS_H
#define FAIRLEAD_CONTROL_TICKET_KEYS_H

#include <stdbool.h>

#include "model/config.h"
#include "net/loop.h"

struct ticket_keys;

/* on_change: there is another memory file for the workers. */
struct ticket_keys *ticket_keys_new(struct loop *loop, void (*on_change)(void *argument),
                                    void *argument);
void ticket_keys_free(struct ticket_keys **freed);

/*
 * Reads or draws them when there is a first HTTPS listener; may call on_change. A file that
 * cannot be read or kept costs sessions, not connections: a warning is logged.
 */
void ticket_keys_set_config(struct ticket_keys *keys, const struct config *config);

/* A sealed one with struct tls_ticket_keys; -1: there are none. */
int ticket_keys_fd(const struct ticket_keys *keys);

#endif

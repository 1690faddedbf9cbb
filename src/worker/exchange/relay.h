/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving the bodies of an exchange, both ways at once, with back pressure: nothing more is read
 * from one side while the other has not taken what came before. Bytes are framed anew; large
 * counted bodies go through the kernel (splice.h).
 */
#ifndef FAIRLEAD_WORKER_RELAY_H
#define FAIRLEAD_WORKER_RELAY_H

#include <stdbool.h>

#include "base/text.h"
#include "http/head.h"

struct exchange;

/* Reading the client is pointless while its target does not take what it sent. */
bool request_is_blocked(const struct exchange *exchange);

/* Appends payload as the framing wants it: as is, or as a chunk. */
void relay_add_piece(struct text *out, enum http_framing framing, struct slice payload);

/* Whether the request's body has grown over limits.body_bytes (0: no limit). */
bool relay_body_is_too_large(const struct exchange *exchange);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The response's half of the relay, and the pieces that both halves use. */
#ifndef FAIRLEAD_WORKER_RELAY_RESPONSE_H
#define FAIRLEAD_WORKER_RELAY_RESPONSE_H

#include "worker/exchange/exchange.h"

/* Reads and passes on what the target has; STEP_RELAY: wait for more. */
enum exchange_step relay_response(struct exchange *exchange);

/* Whether bytes of the answer wait because the client does not take them. */
bool response_is_blocked(const struct exchange *exchange);

/*
 * Takes the payload out of bytes that carry a body and moves it together at their start. *used
 * tells where the body ends when the result is DONE.
 */
enum http1_body_result relay_gather(struct http1_body *body, char *bytes, size_t length,
                                    size_t *payload, size_t *used);

/*
 * Frames payload in place for sending; *bytes moves into the room before it. is_last adds the
 * end. Needs HTTP1_CHUNK_HEAD_MAX bytes before and SCRATCH_TAILROOM behind. Returns the length.
 */
size_t relay_frame(char **bytes, size_t payload, enum http_framing framing, bool is_last);

#endif

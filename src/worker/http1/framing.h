/* SPDX-License-Identifier: Apache-2.0 */
/* Payload out of the bytes that carry it and into others, both in place: what either side of an
 * HTTP/1 exchange does with bodies. */
#ifndef FAIRLEAD_WORKER_FRAMING_H
#define FAIRLEAD_WORKER_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include "http/http1_body.h"

/*
 * Takes the payload out of bytes that carry a body and moves it together at their start. *used
 * tells where the body ends when the result is DONE.
 */
enum http1_body_result framing_gather(struct http1_body *body, char *bytes, size_t length,
                                      size_t *payload, size_t *used);

/*
 * Frames payload in place for sending; *bytes moves into the room before it. is_last adds the
 * end. Needs HTTP1_CHUNK_HEAD_MAX bytes before and SCRATCH_TAILROOM behind. Returns the length.
 */
size_t framing_frame(char **bytes, size_t payload, enum http_framing framing, bool is_last);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/failed-requests: the last requests that fairlead answered itself because something
 * went wrong, as the workers tell of them. A ring of fixed size.
 */
#ifndef FAIRLEAD_API_FAILURES_H
#define FAIRLEAD_API_FAILURES_H

#include <stdint.h>

#include "api/json_writer.h"
#include "net/loop.h"

#define FAILURES_KEPT 500

struct failures;

struct failures *failures_new(struct loop *loop);
void failures_free(struct failures **failures);

/* Takes over the reading end of a worker's channel. */
void failures_add_channel(struct failures *failures, uint32_t slot, int fd);

/* Takes records in their wire form. */
void failures_take(struct failures *failures, struct slice batch);

/* A JSON object, the newest first. */
void failures_write(const struct failures *failures, struct json_writer *out);

#endif

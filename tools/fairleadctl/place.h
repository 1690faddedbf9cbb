/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a target stands: "ADDRESS:PORT", or "[ADDRESS]:PORT" of IPv6, as people write it, and
 * ELBv2's members Id and Port.
 */
#ifndef FAIRLEADCTL_PLACE_H
#define FAIRLEADCTL_PLACE_H

#include <stdbool.h>

#include <jansson.h>

/* Of a row of targets. Give back with free(). */
char *place_text(const json_t *target);

/* The members, a new reference; NULL: the text is none. Whether the address is one is the
 * daemon's to say. */
json_t *place_read(const char *text);

/* Whether a row of targets stands there, however its address is written. */
bool place_is_of(const char *text, const json_t *target);

#endif

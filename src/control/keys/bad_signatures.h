/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many bad signatures came from a client for a key of late. Whoever sends too many is not
 * looked at for the rest of the minute; others, and his other keys, are.
 */
#ifndef FAIRLEAD_CONTROL_KEYS_BAD_SIGNATURES_H
#define FAIRLEAD_CONTROL_KEYS_BAD_SIGNATURES_H

#include <stdbool.h>

#include "base/slice.h"

#define BAD_SIGNATURES_MAX 10 /* within BAD_SIGNATURES_MS */
#define BAD_SIGNATURES_MS 60000
/* Clients and keys that are told apart; beyond, those are forgotten that were quiet longest. */
#define BAD_SIGNATURES_CLIENTS 1024

struct bad_signatures;

struct bad_signatures *bad_signatures_new(void);
void bad_signatures_free(struct bad_signatures **bad);

/* Whether nothing that this client signs with this key (none: with one that is not known) is
 * looked at now. */
bool bad_signatures_are_too_many(struct bad_signatures *bad, struct slice client,
                                 struct slice key_id);

/* Counts one; true when somebody should hear of it: of the first and the last that is looked
 * at, and of a few a minute in all. */
bool bad_signatures_note(struct bad_signatures *bad, struct slice client, struct slice key_id);

#endif

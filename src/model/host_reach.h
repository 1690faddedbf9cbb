/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the host containers may reach: entries of api.allow ("privileged",
 * "host_mounts:/srv"), and what they permit. Nothing is permitted without one.
 */
#ifndef FAIRLEAD_MODEL_HOST_REACH_H
#define FAIRLEAD_MODEL_HOST_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "model/config.h"

enum host_reach {

#define HOST_REACH(id, ...) HOST_REACH_##id,
#include "model/host_reach.def"
#undef HOST_REACH
    HOST_REACH_COUNT
};

/* The entry that would permit it, a new text to free(); value NULL: its kind has none. */
char *host_reach_entry(enum host_reach reach, const char *value);

/* Whether one of the entries permits it. A path that is not absolute, or that goes up, is never
 * permitted. */
bool host_reach_allows(const struct config_value *entries, size_t count, enum host_reach reach,
                       const char *value);

/* What is wrong with an entry, a new text to free(); NULL: nothing. */
char *host_reach_entry_fault(const char *entry);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What kinds of events there are: rows of event_kinds.def. */
#ifndef FAIRLEAD_CONTROL_REGISTRY_EVENT_KINDS_H
#define FAIRLEAD_CONTROL_REGISTRY_EVENT_KINDS_H

#include <stdbool.h>

enum event_kind {

#define EVENT_KIND(id, word, level, audience, plural) EVENT_##id,
#include "control/registry/event_kinds.def"
#undef EVENT_KIND
    EVENT_KIND_COUNT
};

/* No enum log_level: its own part logs it. */
#define EVENT_LEVEL_NONE (-1)

struct event_kind_row {
    const char *id;     /* as files keep it: "TARGET_HEALTHY" */
    const char *word;   /* Kind in the admin API */
    int level;          /* enum log_level, or EVENT_LEVEL_NONE */
    bool is_verbose;    /* of no interest to who runs fairlead */
    const char *plural; /* "180 more " and this */
};

const struct event_kind_row *event_kind_row(enum event_kind kind);

/* By the row's id; false: there is none. */
bool event_kind_parse(const char *id, enum event_kind *kind);

#endif

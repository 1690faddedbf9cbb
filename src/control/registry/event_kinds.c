/* SPDX-License-Identifier: Apache-2.0 */
#include "control/registry/event_kinds.h"

#include <string.h>

#include "base/check.h"
#include "base/log.h"

#define LEVEL_DEBUG LOG_LEVEL_DEBUG
#define LEVEL_NOTICE LOG_LEVEL_NOTICE
#define LEVEL_WARNING LOG_LEVEL_WARNING
#define LEVEL_NOT_LOGGED EVENT_LEVEL_NONE
#define AUDIENCE_SHOWN false
#define AUDIENCE_VERBOSE true

static const struct event_kind_row rows[] = {

#define EVENT_KIND(id, word, level, audience, plural)                                          \
    {#id, (word), LEVEL_##level, AUDIENCE_##audience, (plural)},
#include "control/registry/event_kinds.def"
#undef EVENT_KIND
};

const struct event_kind_row *
event_kind_row(enum event_kind kind)
{
    CHECK(kind < EVENT_KIND_COUNT);
    return &rows[kind];
}

bool
event_kind_parse(const char *id, enum event_kind *kind)
{
    for (unsigned i = 0; i < EVENT_KIND_COUNT; i++) {
        if (strcmp(rows[i].id, id) != 0)
            continue;
        *kind = (enum event_kind)i;
        return true;
    }
    return false;
}

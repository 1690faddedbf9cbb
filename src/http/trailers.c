/* SPDX-License-Identifier: Apache-2.0 */
#include "http/trailers.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "http/bytes.h"
#include "http/framing.h"

/* What fields.def does not know and RFC 9110 6.5.1 means: control, conditions, content. */
static const struct slice others[] = {
    {"age", 3},
    {"cache-control", 13},
    {"content-encoding", 16},
    {"content-location", 16},
    {"content-range", 13},
    {"expires", 7},
    {"location", 8},
    {"max-forwards", 12},
    {"pragma", 6},
    {"range", 5},
    {"retry-after", 11},
    {"vary", 4},
};

/* Of those that pass through a head as they are. */
#define NOT_SO_LATE                                                                            \
    (1U << HTTP_FIELD_COOKIE | 1U << HTTP_FIELD_SET_COOKIE | 1U << HTTP_FIELD_SERVER |         \
     1U << HTTP_FIELD_DATE | 1U << HTTP_FIELD_CONTENT_TYPE | 1U << HTTP_FIELD_ORIGIN |         \
     1U << HTTP_FIELD_AUTHORIZATION | 1U << HTTP_FIELD_PROXY_AUTHORIZATION |                   \
     1U << HTTP_FIELD_WWW_AUTHENTICATE | 1U << HTTP_FIELD_PROXY_AUTHENTICATE)

static bool
is_known_one(struct slice name)
{
    static const struct slice conditions = {"if-", 3}, own = {"x-amzn-", 7};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (slice_equal(name, others[i]))
            return true;
    return slice_starts_with(name, conditions) || slice_starts_with(name, own) ||
           framing_is_hidden_in(name);
}

static bool
may_stand_here(struct slice name)
{
    enum http_field_id id = http_field_find(name);

    if (id == HTTP_FIELD_OTHER)
        return !is_known_one(name);
    return http_field_class(id) == HTTP_END_TO_END && (NOT_SO_LATE >> id & 1) == 0;
}

static bool
is_lower(struct slice name)
{
    for (size_t i = 0; i < name.length; i++)
        if (slice_lower(name.at[i]) != name.at[i])
            return false;
    return true;
}

static void
add_bytes(struct trailers *trailers, const char *bytes, size_t length)
{
    if (length > 0)
        memcpy(trailers->lines + trailers->length, bytes, length);
    trailers->length += length;
}

bool
trailers_add(struct trailers *trailers, struct slice name, struct slice value)
{
    size_t more = name.length + value.length + 4;

    if (!http_is_token(name) || !is_lower(name) || http_value_look(value) == HTTP_VALUE_BAD)
        return false;
    if (!may_stand_here(name))
        return true;
    if (trailers->capacity - trailers->length < more) {
        trailers->capacity = (trailers->length + more) * 2;
        trailers->lines = memory_resize(trailers->lines, trailers->capacity, 1);
    }
    add_bytes(trailers, name.at, name.length);
    add_bytes(trailers, ": ", 2);
    add_bytes(trailers, value.at, value.length);
    add_bytes(trailers, "\r\n", 2);
    return true;
}

void
trailers_free(struct trailers *trailers)
{
    free(trailers->lines);
    *trailers = (struct trailers){0};
}

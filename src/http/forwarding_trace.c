/*
 * Without a Root, one is made. With a Root, Self is ours: replaced where it stands, put in
 * front where it does not. All other parts stay in place.
 */
#include "http/forwarding_trace.h"

#include "base/clock.h"
#include "base/random.h"

static const struct slice root_key = {"Root=", 5};
static const struct slice self_key = {"Self=", 5};

/* "1-" 8 digits "-" 24 digits */
#define TRACE_ID_LENGTH 35

static void
put_hex(char *at, uint64_t number, unsigned digits)
{
    while (digits-- > 0) {
        at[digits] = "0123456789abcdef"[number & 15];
        number >>= 4;
    }
}

static void
add_new_id(struct text *out, struct slice key)
{
    char id[TRACE_ID_LENGTH] = "1-xxxxxxxx-";

    put_hex(id + 2, clock_wall_us() / 1000000, 8);
    put_hex(id + 11, random_next(), 12);
    put_hex(id + 23, random_next(), 12);
    text_add_slice(out, key);
    text_add_bytes(out, id, sizeof(id));
}

static bool
has_part(struct slice value, struct slice key)
{
    struct slice part;

    while (slice_next(&value, ';', &part))
        if (slice_starts_with(part, key))
            return true;
    return false;
}

/* The client's parts, but one Self, and that ours. */
static void
add_parts(struct text *out, struct slice value)
{
    struct slice part;
    bool has_self = false;
    bool is_first = true;

    while (slice_next(&value, ';', &part)) {
        bool is_self = slice_starts_with(part, self_key);
        if (part.length == 0 || (is_self && has_self))
            continue;
        if (!is_first)
            text_add_byte(out, ';');
        is_first = false;
        if (is_self)
            add_new_id(out, self_key);
        else
            text_add_slice(out, part);
        has_self = has_self || is_self;
    }
}

static void
extend(struct text *out, struct slice value)
{
    bool has_root = has_part(value, root_key);

    if (!has_root || !has_part(value, self_key)) {
        add_new_id(out, has_root ? self_key : root_key);
        text_add_byte(out, ';');
    }
    add_parts(out, value);
}

void
forwarding_write_trace(struct text *out, const struct http_head *request,
                       struct forwarding_trace *trace)
{
    const struct http_field *field = http_head_find(request, HTTP_FIELD_X_AMZN_TRACE_ID);

    text_add_literal(out, "X-Amzn-Trace-Id: ");
    size_t start = out->length;
    if (field == NULL || field->value.length == 0 || request->bytes > FORWARDING_TRACE_HEAD_MAX)
        add_new_id(out, root_key);
    else
        extend(out, field->value);
    size_t length = out->length - start;
    trace->length = length < sizeof(trace->at) ? length : sizeof(trace->at);
    memcpy(trace->at, out->at + start, trace->length);
    text_add_literal(out, "\r\n");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without a Root, one is made. With a Root, Self is ours: replaced where it stands, put in
 * front where it does not. All other parts stay in place, but for our count of hops, which
 * stands last.
 */
#include "http/forwarding_trace.h"

#include <endian.h>

#include "base/clock.h"
#include "base/random.h"
#include "http/bytes.h"

static const struct slice root_key = {"Root=", 5};
static const struct slice self_key = {"Self=", 5};
static const struct slice hops_key = {"FairleadHops=", 13};

/* Nobody's chain of balancers is that long. */
#define HOPS_MAX 5

/* "1-" 8 digits "-" 24 digits */
#define TRACE_ID_LENGTH 35

/* Eight lower-case digits without a loop: each request gets four times as many. */
static void
put_hex(char *at, uint32_t number)
{
    uint64_t nibbles = number;

    nibbles = (nibbles | nibbles << 16) & UINT64_C(0x0000ffff0000ffff);
    nibbles = (nibbles | nibbles << 8) & UINT64_C(0x00ff00ff00ff00ff);
    nibbles = (nibbles | nibbles << 4) & HTTP_EVERY_BYTE(0x0f);
    uint64_t is_letter = (nibbles + HTTP_EVERY_BYTE(6)) >> 4 & HTTP_EVERY_BYTE(1);
    uint64_t digits = htobe64(nibbles + HTTP_EVERY_BYTE('0') + is_letter * ('a' - '0' - 10));
    memcpy(at, &digits, sizeof(digits));
}

static void
add_new_id(struct text *out, struct slice key)
{
    char id[TRACE_ID_LENGTH] = "1-xxxxxxxx-";

    uint64_t random = random_next();

    put_hex(id + 2, (uint32_t)(clock_wall_us() / 1000000));
    put_hex(id + 11, (uint32_t)random);
    put_hex(id + 19, (uint32_t)(random >> 32));
    put_hex(id + 27, (uint32_t)random_next());
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

/* What no fairlead writes counts for nothing. */
static unsigned
said_hops(struct slice part)
{
    struct slice digits = slice_make(part.at + hops_key.length, part.length - hops_key.length);
    uint64_t number = 0;

    if (!slice_to_number(digits, UINT64_MAX, &number))
        return 0;
    return number < HOPS_MAX ? (unsigned)number : HOPS_MAX;
}

/*
 * Balancers that the request has passed: a first one makes a Root, a second one adds a Self,
 * and from the third on we say it. So what the ALB would send stays as it is, and a loop is
 * counted from its first round on.
 */
static unsigned
count_hops(struct slice value)
{
    unsigned hops = has_part(value, root_key) + has_part(value, self_key);
    struct slice part;

    while (slice_next(&value, ';', &part)) {
        unsigned said = slice_starts_with(part, hops_key) ? said_hops(part) : 0;
        hops = said > hops ? said : hops;
    }
    return hops;
}

static const struct http_field *
find_field(const struct http_head *request)
{
    return http_head_find(request, HTTP_FIELD_X_AMZN_TRACE_ID);
}

bool
forwarding_is_loop(const struct http_head *request)
{
    const struct http_field *field = find_field(request);

    return field != NULL && count_hops(field->value) >= HOPS_MAX;
}

static void
add_hops(struct text *out, unsigned hops)
{
    text_add_byte(out, ';');
    text_add_slice(out, hops_key);
    text_add_number(out, hops);
}

/* The client's parts, but one Self, and that ours; and no count of hops. */
static void
add_parts(struct text *out, size_t start, struct slice value)
{
    struct slice part;
    bool has_self = false;

    while (slice_next(&value, ';', &part)) {
        bool is_self = slice_starts_with(part, self_key);
        if (part.length == 0 || (is_self && has_self) || slice_starts_with(part, hops_key))
            continue;
        if (out->length != start)
            text_add_byte(out, ';');
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
    size_t start = out->length;

    if (!has_root || !has_part(value, self_key))
        add_new_id(out, has_root ? self_key : root_key);
    add_parts(out, start, value);
}

/* One that is there already. */
static void
write_extended(struct text *out, const struct http_head *request, struct slice value)
{
    bool is_large = request->bytes > FORWARDING_TRACE_HEAD_MAX;
    unsigned hops = count_hops(value);

    if (is_large)
        add_new_id(out, root_key);
    else
        extend(out, value);
    /* The next one sees a first hop by the Root and a second one by the Self. */
    if (hops >= 2 || (is_large && hops == 1))
        add_hops(out, hops + 1);
}

void
forwarding_write_trace(struct text *out, const struct http_head *request,
                       struct forwarding_trace *trace)
{
    const struct http_field *field = find_field(request);

    text_add_literal(out, "X-Amzn-Trace-Id: ");
    size_t start = out->length;
    if (field == NULL || field->value.length == 0)
        add_new_id(out, root_key);
    else
        write_extended(out, request, field->value);
    size_t length = out->length - start;
    trace->length = length < sizeof(trace->at) ? length : sizeof(trace->at);
    memcpy(trace->at, out->at + start, trace->length);
    text_add_literal(out, "\r\n");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formatting is paid for once a request, so there is no printf here, and the part of a time
 * stamp that changes once a second is kept.
 */
#include "base/clock.h"
#include "logger/log_line.h"

/* Bytes of "2026-03-04T10:15:30". */
#define SECOND_LENGTH 19

static void
add_escaped_byte(struct text *out, char byte, struct slice escape)
{
    text_add_slice(out, escape);
    text_add_hex(out, (uint8_t)byte, 2);
}

/* Only printable ASCII stands as it is; quotes and backslashes do not, in both forms. */
static bool
is_plain(char byte)
{
    static const uint64_t plain[4] = {
        UINT64_C(0xfffffffb00000000), /* from space on, but no quote */
        UINT64_C(0x7fffffffefffffff), /* no backslash, no DEL */
    };
    uint8_t code = (uint8_t)byte;

    return (plain[code >> 6] >> (code & 63) & 1) != 0;
}

void
log_add_text(struct text *out, const struct log_line *line, struct slice value)
{
    size_t plain = 0;

    for (size_t i = 0; i < value.length; i++) {
        if (__builtin_expect(is_plain(value.at[i]), 1))
            continue;
        text_add_bytes(out, value.at + plain, i - plain);
        add_escaped_byte(out, value.at[i], line->escape);
        plain = i + 1;
    }
    text_add_bytes(out, value.at + plain, value.length - plain);
}

void
log_add_time(struct text *out, uint64_t wall_us)
{
    /* Two seconds are in use at a time: requests' beginnings and their ends. */
    static struct {
        uint64_t second;
        char text[CLOCK_ISO_SIZE];
    } kept[2];

    uint64_t second = wall_us / 1000000;
    unsigned place = second & 1;

    if (kept[place].second != second || second == 0) {
        clock_format_iso(kept[place].text, wall_us);
        kept[place].second = second;
    }
    text_add_bytes(out, kept[place].text, SECOND_LENGTH);
    text_add_byte(out, '.');
    text_add_padded(out, wall_us % 1000000, 6);
    text_add_byte(out, 'Z');
}

/* Seconds with three decimals; -1: did not happen. */
void
log_add_seconds(struct text *out, int64_t microseconds)
{
    if (microseconds < 0) {
        text_add_literal(out, "-1");
        return;
    }
    uint64_t milliseconds = ((uint64_t)microseconds + 500) / 1000;
    text_add_number(out, milliseconds / 1000);
    text_add_byte(out, '.');
    text_add_padded(out, milliseconds % 1000, 3);
}

void
log_add_address(struct text *out, const struct address *address)
{
    char printed[ADDRESS_TEXT_SIZE];

    if (address->family != ADDRESS_NONE)
        text_add_bytes(out, printed, address_format_with_port(address, printed));
}

/* The ALB's form has 32 digits; ours are a hash of the connection's number and the number. */
void
log_add_trace_id(struct text *out, uint64_t connection_id)
{
    text_add_literal(out, "TID_");
    text_add_hex(out,
                 slice_hash(SLICE_HASH_START,
                            slice_make((const char *)&connection_id, sizeof(connection_id))),
                 16);
    text_add_hex(out, connection_id, 16);
}

void
log_names_set(struct log_names *names, struct slice load_balancer)
{
    struct text text = text_over(names->elb, sizeof(names->elb));

    text_add_literal(&text, "app/");
    text_add_slice(&text, load_balancer);
    text_add_byte(&text, '/');
    text_add_hex(&text, slice_hash(SLICE_HASH_START, load_balancer), 16);
    names->elb_length = text.length;
}

void
log_add_elb(struct text *out, const struct log_names *names, struct slice load_balancer)
{
    struct log_names other;

    if (load_balancer.length > 0) {
        log_names_set(&other, load_balancer);
        names = &other;
    }
    text_add_bytes(out, names->elb, names->elb_length);
}

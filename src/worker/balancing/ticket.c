/* SPDX-License-Identifier: Apache-2.0 */
/* "PART.PART.PART": base64 holds no dot, and a cookie's value may (RFC 6265 4.1.1). */
#include "worker/balancing/ticket.h"

#include <string.h>

#include "base/check.h"

#define SEPARATOR '.'

/* Browsers drop the cookie then, and no duration is longer. */
#define ENTRY_LIFE_S (7 * 24 * 3600)

/* Clocks of two machines may differ by so much. */
#define CLOCK_SLACK_S 60

_Static_assert(sizeof(struct ticket_entry) * TICKET_ENTRIES_MAX <= SEAL_PLAIN_MAX,
               "a full ticket can be sealed");

static bool
is_alike(const struct ticket_entry *one, const struct ticket_entry *other)
{
    return one->kind == other->kind && one->balancer == other->balancer &&
           one->scope == other->scope;
}

const struct ticket_entry *
ticket_find(const struct ticket *ticket, const struct ticket_entry *like)
{
    for (size_t i = 0; i < ticket->count; i++) {
        if (is_alike(&ticket->entries[i], like))
            return &ticket->entries[i];
    }
    return NULL;
}

static bool
is_alive(const struct ticket_entry *entry, uint64_t now_s)
{
    return entry->kind >= TICKET_TARGET && entry->kind <= TICKET_APPLICATION &&
           entry->since_s <= now_s + CLOCK_SLACK_S &&
           now_s <= (uint64_t)entry->since_s + ENTRY_LIFE_S;
}

/* False: it is no part of ours. */
static bool
read_own(struct ticket *ticket, const uint8_t key[SEAL_KEY_BYTES], struct slice part,
         uint64_t now_s)
{
    struct ticket_entry entries[TICKET_ENTRIES_MAX];
    int length = seal_open(key, part, entries, sizeof(entries));

    if (length < 0 || (size_t)length % sizeof(*entries) != 0)
        return false;
    for (size_t i = 0; i < (size_t)length / sizeof(*entries); i++) {
        if (ticket->count < TICKET_ENTRIES_MAX && is_alive(&entries[i], now_s) &&
            ticket_find(ticket, &entries[i]) == NULL)
            ticket->entries[ticket->count++] = entries[i];
    }
    return true;
}

/* What stands in a cookie's value (RFC 6265 4.1.1), since it is written into a field again. */
static bool
is_cookie_text(struct slice part)
{
    for (size_t i = 0; i < part.length; i++) {
        unsigned char byte = (unsigned char)part.at[i];
        if (byte <= ' ' || byte > '~' || strchr("\",;\\", byte) != NULL)
            return false;
    }
    return part.length > 0;
}

void
ticket_read(struct ticket *ticket, const uint8_t key[SEAL_KEY_BYTES], struct slice text,
            uint64_t now_s)
{
    size_t foreign_bytes = 0, parts = 0;
    struct slice part;

    ticket->count = ticket->foreign_count = 0;
    /* Each costs an attempt to open it. */
    while (parts++ <= TICKET_FOREIGN_MAX && slice_next(&text, SEPARATOR, &part)) {
        if (read_own(ticket, key, part, now_s))
            continue;
        foreign_bytes += part.length;
        if (ticket->foreign_count < TICKET_FOREIGN_MAX &&
            foreign_bytes <= TICKET_FOREIGN_BYTES && is_cookie_text(part))
            ticket->foreign[ticket->foreign_count++] = part;
    }
}

void
ticket_put(struct ticket *ticket, const struct ticket_entry *entry)
{
    size_t place = 0;

    while (place < ticket->count && !is_alike(&ticket->entries[place], entry))
        place++;
    if (place == TICKET_ENTRIES_MAX)
        place--;
    else if (place == ticket->count)
        ticket->count++;
    memmove(&ticket->entries[1], &ticket->entries[0], place * sizeof(*entry));
    ticket->entries[0] = *entry;
}

size_t
ticket_write(const struct ticket *ticket, const uint8_t key[SEAL_KEY_BYTES],
             char text[TICKET_TEXT_MAX])
{
    size_t length =
        seal_close(key, ticket->entries, ticket->count * sizeof(*ticket->entries), text);
    struct text out = text_over(text, TICKET_TEXT_MAX);

    if (length == 0)
        return 0;
    out.length = length;
    for (size_t i = 0; i < ticket->foreign_count; i++) {
        text_add_byte(&out, SEPARATOR);
        text_add_slice(&out, ticket->foreign[i]);
    }
    CHECK(!out.is_truncated);
    return out.length;
}

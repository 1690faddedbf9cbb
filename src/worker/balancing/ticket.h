/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stickiness cookie says: for each (balancer, group) that the browser has met, which
 * target or weighted group it got and since when. Newest first and bounded, so a browser that
 * uses two groups on one host keeps its place in each. Parts that another balancer has sealed
 * with a key of its own (two in a row) are carried along as they are.
 */
#ifndef FAIRLEAD_WORKER_TICKET_H
#define FAIRLEAD_WORKER_TICKET_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/text.h"
#include "net/seal.h"

enum ticket_kind { TICKET_TARGET = 1, TICKET_GROUP = 2, TICKET_APPLICATION = 3 };

#define TICKET_ENTRIES_MAX 8
#define TICKET_FOREIGN_MAX 3
#define TICKET_FOREIGN_BYTES 512 /* of all foreign parts together */

/* No padding: it is sealed as bytes. */
struct ticket_entry {
    uint64_t balancer; /* hash of its name */
    uint64_t scope;    /* hash of the group's name, or of the rule's groups */
    uint64_t identity; /* of the target, or hash of the group's name */
    uint32_t since_s;
    uint32_t kind;
};

struct ticket {
    struct ticket_entry entries[TICKET_ENTRIES_MAX];
    size_t count;
    struct slice foreign[TICKET_FOREIGN_MAX]; /* of the text that was read */
    size_t foreign_count;
};

/* Reads a cookie's value, whose slices it keeps; what cannot be read is left out. */
void ticket_read(struct ticket *ticket, const uint8_t key[SEAL_KEY_BYTES], struct slice text,
                 uint64_t now_s);

/* The entry of that kind, balancer and scope, or NULL. */
const struct ticket_entry *ticket_find(const struct ticket *ticket,
                                       const struct ticket_entry *like);

/* Puts an entry in front, in place of an earlier one like it; the oldest of too many goes. */
void ticket_put(struct ticket *ticket, const struct ticket_entry *entry);

/* The value for a cookie: own parts first. Room for TICKET_TEXT_MAX; the length, 0 on failure.
 */
#define TICKET_TEXT_MAX                                                                        \
    (SEAL_TEXT_SIZE(sizeof(struct ticket_entry) * TICKET_ENTRIES_MAX) + TICKET_FOREIGN_BYTES + \
     TICKET_FOREIGN_MAX)
size_t ticket_write(const struct ticket *ticket, const uint8_t key[SEAL_KEY_BYTES],
                    char text[TICKET_TEXT_MAX]);

#endif

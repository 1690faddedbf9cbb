/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys that session tickets are sealed with, the same in every worker: the newest seals,
 * all open. Control makes them and hands them on; see tls_ticket_keys.
 */
#ifndef FAIRLEAD_NET_TLS_TICKETS_H
#define FAIRLEAD_NET_TLS_TICKETS_H

#include <stdbool.h>
#include <stdint.h>

#define TLS_TICKET_KEYS_MOST 3

struct tls_ticket_key {
    uint8_t name[16]; /* in front of each ticket */
    uint8_t cipher[32], mac[32];
};

/* The newest first; as they travel and are kept in a file. */
struct tls_ticket_keys {
    uint32_t count, unused; /* 1 to TLS_TICKET_KEYS_MOST */
    struct tls_ticket_key keys[TLS_TICKET_KEYS_MOST];
};

struct tls_tickets;

/* Without keys, nothing is resumed. */
struct tls_tickets *tls_tickets_new(void);
void tls_tickets_free(struct tls_tickets **tickets);

/* False: they are not sound, and those before stay. */
bool tls_tickets_set(struct tls_tickets *tickets, const struct tls_ticket_keys *keys);

#endif

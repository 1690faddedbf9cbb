/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may have an address: an ip:port belongs to one task at a time. Where several claim it,
 * the newest start wins (docs/task-files.md), because a host port that was handed to another
 * container no longer leads to the earlier one, whatever that one's source still says.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_CLAIMS_H
#define FAIRLEAD_CONTROL_REGISTRY_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/address.h"

struct claims;
struct claim;

/* Embedded in whatever claims addresses. */
struct claimant {
    uint64_t start;    /* start generation of the task */
    uint64_t sequence; /* of its report: the later one wins between equal starts */
    LIST_HEAD(, claim) claims;
};

/* on_disturbed is called for others whose standing may have changed; it must only note them. */
struct claims *claims_new(void (*on_disturbed)(void *argument, struct claimant *claimant),
                          void *argument);
void claims_free(struct claims **claims);

void claimant_init(struct claimant *claimant);

/* From now on the claimant claims exactly these addresses; count 0: none. */
void claims_set(struct claims *claims, struct claimant *claimant,
                const struct address *addresses, size_t count);

bool claims_is_winner(struct claims *claims, const struct claimant *claimant,
                      const struct address *address);

#endif

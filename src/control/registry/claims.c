/* SPDX-License-Identifier: Apache-2.0 */
/* An address with its claims; it exists as long as it has one. */
#include "control/registry/claims.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/memory.h"

struct claimed_address {
    struct address address;
    LIST_HEAD(, claim) claims;
    UT_hash_handle hh;
};

struct claim {
    struct claimant *claimant;
    struct claimed_address *at;
    uint64_t start, sequence; /* of the claimant when it last claimed */
    bool is_kept;             /* while the claimant's set is replaced */
    LIST_ENTRY(claim) of_address;
    LIST_ENTRY(claim) of_claimant;
};

struct claims {
    struct claimed_address *by_address;
    void (*on_disturbed)(void *argument, struct claimant *claimant);
    void *argument;
};

struct claims *
claims_new(void (*on_disturbed)(void *argument, struct claimant *claimant), void *argument)
{
    struct claims *claims = memory_take(1, sizeof(*claims));

    claims->on_disturbed = on_disturbed;
    claims->argument = argument;
    return claims;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
void
claims_free(struct claims **claims)
{
    struct claimed_address *at, *next;

    HASH_ITER (hh, (*claims)->by_address, at, next) {
        HASH_DEL((*claims)->by_address, at);
        free(at);
    }
    free(*claims);
    *claims = NULL;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

void
claimant_init(struct claimant *claimant)
{
    LIST_INIT(&claimant->claims);
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static struct claimed_address *
find(struct claims *claims, const struct address *address)
{
    struct claimed_address *at;

    HASH_FIND(hh, claims->by_address, address, sizeof(*address), at);
    return at;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

static void
disturb_others(struct claims *claims, struct claimed_address *at, const struct claimant *but)
{
    struct claim *claim;

    LIST_FOREACH (claim, &at->claims, of_address) {
        if (claim->claimant != but)
            claims->on_disturbed(claims->argument, claim->claimant);
    }
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static void
release(struct claims *claims, struct claim *claim)
{
    struct claimed_address *at = claim->at;

    LIST_REMOVE(claim, of_address);
    LIST_REMOVE(claim, of_claimant);
    if (LIST_EMPTY(&at->claims)) {
        HASH_DEL(claims->by_address, at);
        free(at);
    } else {
        disturb_others(claims, at, claim->claimant);
    }
    free(claim);
}

static void
take(struct claims *claims, struct claimant *claimant, const struct address *address)
{
    struct claimed_address *at = find(claims, address);
    struct claim *claim;

    if (at == NULL) {
        at = memory_take(1, sizeof(*at));
        at->address = *address;
        LIST_INIT(&at->claims);
        HASH_ADD(hh, claims->by_address, address, sizeof(at->address), at);
    }
    LIST_FOREACH (claim, &at->claims, of_address) {
        if (claim->claimant == claimant)
            break;
    }
    if (claim == NULL) {
        claim = memory_take(1, sizeof(*claim));
        claim->claimant = claimant;
        claim->at = at;
        LIST_INSERT_HEAD(&at->claims, claim, of_address);
        LIST_INSERT_HEAD(&claimant->claims, claim, of_claimant);
    }
    claim->is_kept = true;
    /* Only news disturbs, or two that claim one address would wake each other for ever. */
    if (claim->start == claimant->start && claim->sequence == claimant->sequence)
        return;
    claim->start = claimant->start;
    claim->sequence = claimant->sequence;
    disturb_others(claims, at, claimant);
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

void
claims_set(struct claims *claims, struct claimant *claimant, const struct address *addresses,
           size_t count)
{
    struct claim *claim, *next;

    LIST_FOREACH (claim, &claimant->claims, of_claimant)
        claim->is_kept = false;
    for (size_t i = 0; i < count; i++)
        take(claims, claimant, &addresses[i]);
    for (claim = LIST_FIRST(&claimant->claims); claim != NULL; claim = next) {
        next = LIST_NEXT(claim, of_claimant);
        if (!claim->is_kept)
            release(claims, claim);
    }
}

static bool
is_newer(const struct claimant *one, const struct claimant *other)
{
    return one->start != other->start ? one->start > other->start
                                      : one->sequence > other->sequence;
}

bool
claims_is_winner(struct claims *claims, const struct claimant *claimant,
                 const struct address *address)
{
    struct claimed_address *at = find(claims, address);
    struct claim *claim;
    bool has_claim = false;

    if (at == NULL)
        return false;
    LIST_FOREACH (claim, &at->claims, of_address) {
        if (claim->claimant == claimant)
            has_claim = true;
        else if (is_newer(claim->claimant, claimant))
            return false;
    }
    return has_claim;
}

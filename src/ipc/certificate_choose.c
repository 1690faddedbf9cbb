/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificate a client gets, as the ALB chooses (docs/tls.md, Certificates). */
#include "ipc/certificate_book.h"

struct search {
    const struct certificate_book *book;
    const struct certificate_listener *listener;
    const struct certificate_wish *wish;
    uint32_t best; /* CERTIFICATE_NONE: none yet */
    bool best_is_exact;
};

static bool
is_taken(const struct certificate_wish *wish, const struct tls_certificate_facts *facts)
{
    return facts->key_type == TLS_KEY_RSA ? wish->takes_rsa
                                          : (wish->takes_curves & facts->curve) != 0;
}

static bool
is_valid(const struct certificate_wish *wish, const struct tls_certificate_facts *facts)
{
    return facts->not_before_s <= wish->now_s && wish->now_s <= facts->not_after_s;
}

/* Whether one goes before the best so far: the first difference decides. */
static bool
is_better(const struct search *search, uint32_t certificate, bool is_exact)
{
    const struct certificate_wish *wish = search->wish;

    if (search->best == CERTIFICATE_NONE)
        return true;
    const struct tls_certificate_facts *one = &search->book->certificates[certificate].facts;
    const struct tls_certificate_facts *best = &search->book->certificates[search->best].facts;
    const int64_t differences[] = {
        is_taken(wish, one) - is_taken(wish, best),
        is_valid(wish, one) - is_valid(wish, best),
        is_exact - search->best_is_exact,
        (int64_t)one->key_type - (int64_t)best->key_type,
        (int64_t)one->hash_bits - (int64_t)best->hash_bits,
        (int64_t)one->key_bits - (int64_t)best->key_bits,
        one->not_after_s - best->not_after_s,
    };
    for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++)
        if (differences[i] != 0)
            return differences[i] > 0;
    return false;
}

/* The first row of a listener's names with at least that hash. */
static uint32_t
first_with(const struct search *search, uint64_t hash)
{
    struct certificate_rows rows = search->listener->names;
    uint32_t low = rows.first, high = rows.first + rows.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (search->book->listener_names[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
look_for(struct search *search, struct slice name, bool is_exact)
{
    struct certificate_rows rows = search->listener->names;
    uint64_t hash = slice_hash(SLICE_HASH_START, name);

    for (uint32_t i = first_with(search, hash); i < rows.first + rows.count; i++) {
        const struct certificate_name *row = &search->book->listener_names[i];
        if (row->hash != hash)
            return;
        if (slice_equal(certificate_slice(search->book, row->text), name) &&
            is_better(search, row->certificate, is_exact)) {
            search->best = row->certificate;
            search->best_is_exact = is_exact;
        }
    }
}

uint32_t
certificate_choose(const struct certificate_book *book,
                   const struct certificate_listener *listener,
                   const struct certificate_wish *wish)
{
    struct search search = {book, listener, wish, CERTIFICATE_NONE, false};
    struct slice name = wish->server_name;
    size_t dot = slice_find(name, '.');

    /* A star stands for one label, and not for none; what begins with a dot is no host. */
    if (dot > 0 && name.length > 0)
        look_for(&search, name, true);
    if (dot > 0 && dot < name.length)
        look_for(&search, slice_make(name.at + dot, name.length - dot), false);
    return search.best != CERTIFICATE_NONE
               ? search.best
               : book->members[listener->certificates.first].certificate;
}

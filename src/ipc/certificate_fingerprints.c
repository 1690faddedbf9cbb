/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/certificate_fingerprints.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct fingerprint {
    uint8_t bytes[TLS_FINGERPRINT_BYTES];
};

struct certificate_fingerprints {
    struct fingerprint *sorted;
    size_t count;
};

static int
compare(const void *one, const void *other)
{
    return memcmp(one, other, TLS_FINGERPRINT_BYTES);
}

struct certificate_fingerprints *
certificate_fingerprints_new(const struct certificate_book *book)
{
    struct certificate_fingerprints *fingerprints = memory_take(1, sizeof(*fingerprints));

    fingerprints->count = book == NULL ? 0 : book->row_count;
    fingerprints->sorted = memory_take(fingerprints->count + 1, sizeof(*fingerprints->sorted));
    for (size_t i = 0; i < fingerprints->count; i++)
        memcpy(fingerprints->sorted[i].bytes, book->certificates[i].facts.fingerprint,
               TLS_FINGERPRINT_BYTES);
    qsort(fingerprints->sorted, fingerprints->count, sizeof(*fingerprints->sorted), compare);
    return fingerprints;
}

void
certificate_fingerprints_free(struct certificate_fingerprints **fingerprints)
{
    if (*fingerprints == NULL)
        return;
    free((*fingerprints)->sorted);
    free(*fingerprints);
    *fingerprints = NULL;
}

bool
certificate_fingerprints_have(const struct certificate_fingerprints *fingerprints,
                              const struct tls_certificate_facts *facts)
{
    return bsearch(facts->fingerprint, fingerprints->sorted, fingerprints->count,
                   sizeof(*fingerprints->sorted), compare) != NULL;
}

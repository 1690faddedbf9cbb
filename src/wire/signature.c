/* SPDX-License-Identifier: Apache-2.0 */
/* The key is a chain of codes: secret, day, region, service, "aws4_request". */
#include "wire/signature.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define US_PER_SECOND 1000000

/* Digits but for the T and the Z. */
static bool
has_form_of_time(struct slice time)
{
    static const char form[] = "00000000T000000Z";

    for (size_t i = 0; i < SIGNATURE_TIME_LENGTH && i < time.length; i++) {
        bool is_digit = time.at[i] >= '0' && time.at[i] <= '9';
        if (form[i] == '0' ? !is_digit : time.at[i] != form[i])
            return false;
    }
    return time.length == SIGNATURE_TIME_LENGTH;
}

bool
signature_read_time(struct slice time, uint64_t *seconds)
{
    char iso[CLOCK_ISO_SIZE];
    uint64_t wall_us;

    if (!has_form_of_time(time))
        return false;
    snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", time.at, time.at + 4,
             time.at + 6, time.at + 9, time.at + 11, time.at + 13);
    if (!clock_parse_iso(iso, &wall_us))
        return false;
    *seconds = wall_us / US_PER_SECOND;
    return true;
}

static void
make_key(const struct authorization *scope, struct slice secret, uint8_t key[DIGEST_BYTES])
{
    const struct slice links[] = {scope->day, scope->region, scope->service,
                                  SLICE_LITERAL("aws4_request")};
    char *first = memory_print("AWS4%.*s", SLICE_PRINT(secret));
    size_t length = strlen(first);

    digest_hmac(slice_make(first, length), links[0], key);
    for (size_t i = 1; i < sizeof(links) / sizeof(*links); i++)
        digest_hmac(slice_make((const char *)key, DIGEST_BYTES), links[i], key);
    digest_erase(first, length);
    free(first);
}

void
signature_make(const struct authorization *scope, struct slice time,
               struct slice canonical_request, struct slice secret,
               char signature[DIGEST_TEXT_SIZE])
{
    uint8_t digest[DIGEST_BYTES], key[DIGEST_BYTES];
    char canonical[DIGEST_TEXT_SIZE];

    digest_sha256(canonical_request, digest);
    digest_format(digest, canonical);
    char *text = memory_print(AUTHORIZATION_ALGORITHM "\n%.*s\n%.*s\n%s", SLICE_PRINT(time),
                              SLICE_PRINT(scope->scope), canonical);
    make_key(scope, secret, key);
    digest_hmac(slice_make((const char *)key, DIGEST_BYTES), slice_of(text), digest);
    digest_format(digest, signature);
    digest_erase(key, sizeof(key));
    free(text);
}

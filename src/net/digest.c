/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's; it fails only where it has no memory, or no SHA-256, which nothing does without.
 */
#include "net/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/text.h"

void
digest_sha256(struct slice bytes, uint8_t digest[DIGEST_BYTES])
{
    unsigned length = 0;

    CHECK(EVP_Digest(bytes.at, bytes.length, digest, &length, EVP_sha256(), NULL) == 1);
    CHECK(length == DIGEST_BYTES);
}

void
digest_hmac(struct slice key, struct slice bytes, uint8_t digest[DIGEST_BYTES])
{
    /* Without a key OpenSSL would go on with the one before. */
    const char *key_bytes = key.length == 0 ? "" : key.at;
    uint8_t made[DIGEST_BYTES];
    unsigned length = 0;

    CHECK(HMAC(EVP_sha256(), key_bytes, (int)key.length, (const unsigned char *)bytes.at,
               bytes.length, made, &length) != NULL);
    CHECK(length == DIGEST_BYTES);
    memcpy(digest, made, DIGEST_BYTES);
    digest_erase(made, sizeof(made));
}

void
digest_format(const uint8_t digest[DIGEST_BYTES], char text[DIGEST_TEXT_SIZE])
{
    struct text out = text_over(text, DIGEST_TEXT_LENGTH);

    for (size_t i = 0; i < DIGEST_BYTES; i++)
        text_add_hex(&out, digest[i], 2);
    text[DIGEST_TEXT_LENGTH] = '\0';
}

char *
digest_base64(struct slice bytes)
{
    char *text = memory_take(4 * ((bytes.length + 2) / 3) + 1, 1);

    EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes.at, (int)bytes.length);
    return text;
}

bool
digest_is_same(struct slice one, struct slice other)
{
    return one.length == other.length &&
           (one.length == 0 || CRYPTO_memcmp(one.at, other.at, one.length) == 0);
}

void
digest_erase(void *memory, size_t length)
{
    OPENSSL_cleanse(memory, length);
}

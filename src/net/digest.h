/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 and HMAC-SHA-256, and what goes with secrets. */
#ifndef FAIRLEAD_NET_DIGEST_H
#define FAIRLEAD_NET_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define DIGEST_BYTES 32
#define DIGEST_TEXT_LENGTH (2 * DIGEST_BYTES)
#define DIGEST_TEXT_SIZE (DIGEST_TEXT_LENGTH + 1)

void digest_sha256(struct slice bytes, uint8_t digest[DIGEST_BYTES]);

/* The key may be of any length, and be the digest's own memory. */
void digest_hmac(struct slice key, struct slice bytes, uint8_t digest[DIGEST_BYTES]);

/* Lower-case hexadecimal. */
void digest_format(const uint8_t digest[DIGEST_BYTES], char text[DIGEST_TEXT_SIZE]);

/* As base64 (RFC 4648 4); a new text, to free(). */
char *digest_base64(struct slice bytes);

/* Takes as long whatever the bytes are; only different lengths are told at once. */
bool digest_is_same(struct slice one, struct slice other);

/* Zeroes a secret's memory, also where the compiler sees nobody who would read it. */
void digest_erase(void *memory, size_t length);

#endif

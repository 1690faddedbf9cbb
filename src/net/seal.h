/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing small texts with a shared key (AES-256-GCM): what a client brings back unchanged can
 * be trusted and not read. Wire form: base64 of nonce, ciphertext and tag.
 */
#ifndef FAIRLEAD_NET_SEAL_H
#define FAIRLEAD_NET_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define SEAL_KEY_BYTES 32
#define SEAL_PLAIN_MAX 256

/* Largest sealed text of a plain one of that length, with NUL. */
#define SEAL_TEXT_SIZE(plain) ((((plain) + 12 + 16 + 2) / 3) * 4 + 1)

/* Seals length (at most SEAL_PLAIN_MAX) bytes into text; returns the text's length, 0 on
 * failure. */
size_t seal_close(const uint8_t key[SEAL_KEY_BYTES], const void *plain, size_t length,
                  char *text);

/* Opens a text that was sealed with this key and holds at most capacity bytes; how many there
 * were, or -1. */
int seal_open(const uint8_t key[SEAL_KEY_BYTES], struct slice text, void *plain,
              size_t capacity);

#endif

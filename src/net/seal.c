/* SPDX-License-Identifier: Apache-2.0 */
/* AES-256-GCM and base64 by OpenSSL, with a random nonce for each text. */
#include "net/seal.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/random.h"

#define NONCE_BYTES 12
#define TAG_BYTES 16
#define SEALED_MAX (NONCE_BYTES + SEAL_PLAIN_MAX + TAG_BYTES)

/*
 * One direction's context keeps its key: to look a cipher up and to expand a key costs as much
 * as a whole request.
 */
struct keyed {
    EVP_CIPHER_CTX *cipher; /* NULL: not used yet */
    uint8_t key[SEAL_KEY_BYTES];
};

static EVP_CIPHER_CTX *
forget(struct keyed *keyed)
{
    EVP_CIPHER_CTX_free(keyed->cipher);
    keyed->cipher = NULL;
    return NULL;
}

/* A context with this key, for a new text with this nonce; NULL on failure. */
static EVP_CIPHER_CTX *
begin(struct keyed *keyed, bool encrypts, const uint8_t *key, const uint8_t *nonce)
{
    bool is_new = keyed->cipher == NULL;

    if (is_new)
        keyed->cipher = EVP_CIPHER_CTX_new();
    if (keyed->cipher == NULL)
        return NULL;
    if (is_new || memcmp(keyed->key, key, SEAL_KEY_BYTES) != 0) {
        memcpy(keyed->key, key, SEAL_KEY_BYTES);
        if (EVP_CipherInit_ex(keyed->cipher, EVP_aes_256_gcm(), NULL, key, NULL, encrypts) != 1)
            return forget(keyed);
    }
    if (EVP_CipherInit_ex(keyed->cipher, NULL, NULL, NULL, nonce, encrypts) != 1)
        return forget(keyed);
    return keyed->cipher;
}

size_t
seal_close(const uint8_t key[SEAL_KEY_BYTES], const void *plain, size_t length, char *text)
{
    static struct keyed keyed;
    uint8_t sealed[SEALED_MAX];
    int out = 0, rest = 0;

    if (length > SEAL_PLAIN_MAX)
        return 0;
    random_draw(sealed, NONCE_BYTES);
    EVP_CIPHER_CTX *cipher = begin(&keyed, true, key, sealed);
    bool is_done =
        cipher != NULL &&
        EVP_EncryptUpdate(cipher, sealed + NONCE_BYTES, &out, plain, (int)length) == 1 &&
        EVP_EncryptFinal_ex(cipher, sealed + NONCE_BYTES + out, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_BYTES,
                            sealed + NONCE_BYTES + length) == 1;
    if (!is_done)
        return 0;
    return (size_t)EVP_EncodeBlock((unsigned char *)text, sealed,
                                   (int)(NONCE_BYTES + length + TAG_BYTES));
}

/*
 * The bytes behind base64 text, or -1; EVP_DecodeBlock counts padding as bytes, and does not
 * look at the bits before it, so that one value would have several texts.
 */
static int
decode(struct slice text, uint8_t *bytes, size_t capacity)
{
    int padding = 0;

    if (text.length == 0 || text.length % 4 != 0 || text.length / 4 * 3 > capacity)
        return -1;
    while (padding < 2 && text.at[text.length - 1 - (size_t)padding] == '=')
        padding++;
    int length = EVP_DecodeBlock(bytes, (const unsigned char *)text.at, (int)text.length);
    if (length < padding)
        return -1;
    unsigned char again[SEAL_TEXT_SIZE(SEAL_PLAIN_MAX)];
    bool is_same = EVP_EncodeBlock(again, bytes, length - padding) == (int)text.length &&
                   memcmp(again, text.at, text.length) == 0;
    return is_same ? length - padding : -1;
}

int
seal_open(const uint8_t key[SEAL_KEY_BYTES], struct slice text, void *plain, size_t capacity)
{
    static struct keyed keyed;
    uint8_t sealed[SEALED_MAX + 2];
    uint8_t opened[SEAL_PLAIN_MAX];
    int out = 0, rest = 0;
    int length = decode(text, sealed, sizeof(sealed)) - NONCE_BYTES - TAG_BYTES;

    if (length < 0 || (size_t)length > SEAL_PLAIN_MAX || (size_t)length > capacity)
        return -1;
    EVP_CIPHER_CTX *cipher = begin(&keyed, false, key, sealed);
    bool is_authentic =
        cipher != NULL &&
        EVP_DecryptUpdate(cipher, opened, &out, sealed + NONCE_BYTES, length) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_BYTES,
                            sealed + NONCE_BYTES + length) == 1 &&
        EVP_DecryptFinal_ex(cipher, opened + out, &rest) == 1;
    if (!is_authentic)
        return -1;
    memcpy(plain, opened, (size_t)length);
    return length;
}

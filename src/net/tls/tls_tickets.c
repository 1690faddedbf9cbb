/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-256-CBC and HMAC-SHA256 in the form of RFC 5077 4, by OpenSSL's callback. Cipher and MAC
 * are fetched once: to look them up for each ticket costs as much as to use them.
 */
#include "net/tls/tls_tickets.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/random.h"
#include "net/tls/tls_tickets_use.h"

#define IV_BYTES 16

/* Of OpenSSL's callback. */
enum { TICKET_FAILED = -1, TICKET_NOT_OURS = 0, TICKET_GOOD = 1, TICKET_TO_BE_RENEWED = 2 };

struct tls_tickets {
    struct tls_ticket_keys keys; /* count 0: none yet */
    EVP_CIPHER *cipher;
};

struct tls_tickets *
tls_tickets_new(void)
{
    struct tls_tickets *tickets = memory_take(1, sizeof(*tickets));

    tickets->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
    CHECK(tickets->cipher != NULL);
    return tickets;
}

void
tls_tickets_free(struct tls_tickets **tickets)
{
    EVP_CIPHER_free((*tickets)->cipher);
    explicit_bzero(&(*tickets)->keys, sizeof((*tickets)->keys));
    free(*tickets);
    *tickets = NULL;
}

bool
tls_tickets_set(struct tls_tickets *tickets, const struct tls_ticket_keys *keys)
{
    if (keys->count == 0 || keys->count > TLS_TICKET_KEYS_MOST)
        return false;
    tickets->keys = *keys;
    return true;
}

static int
find_key(const struct tls_tickets *tickets, const unsigned char *name)
{
    for (uint32_t i = 0; i < tickets->keys.count; i++)
        if (memcmp(tickets->keys.keys[i].name, name, sizeof(tickets->keys.keys[i].name)) == 0)
            return (int)i;
    return -1;
}

static bool
start(const struct tls_tickets *tickets, struct tls_ticket_key *key, unsigned char *iv,
      EVP_CIPHER_CTX *cipher, bool seals)
{
    return EVP_CipherInit_ex2(cipher, tickets->cipher, key->cipher, iv, seals ? 1 : 0, NULL) ==
           1;
}

static bool
start_mac(struct tls_ticket_key *key, EVP_MAC_CTX *mac)
{
    static char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac, sizeof(key->mac)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };

    return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

/* NOLINTBEGIN(readability-function-size): the parameters are OpenSSL's. */
static int
on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
          EVP_MAC_CTX *mac, int seals)
{
    struct tls_tickets *tickets = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    int place = seals ? 0 : find_key(tickets, name);

    if (place == -1 || tickets->keys.count == 0)
        return TICKET_NOT_OURS;
    struct tls_ticket_key *key = &tickets->keys.keys[place];
    if (seals) {
        memcpy(name, key->name, sizeof(key->name));
        random_draw(iv, IV_BYTES);
    }
    if (!start(tickets, key, iv, cipher, seals != 0) || !start_mac(key, mac))
        return TICKET_FAILED;
    /* In TLS 1.3 a client uses a ticket once (RFC 8446 C.4), so it always gets the next one. */
    bool is_kept = place == 0 && SSL_version(ssl) < TLS1_3_VERSION;
    return is_kept || seals ? TICKET_GOOD : TICKET_TO_BE_RENEWED;
}

/* NOLINTEND(readability-function-size) */

void
tls_tickets_use(struct tls_tickets *tickets, SSL_CTX *context)
{
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (tickets == NULL) {
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context, 0);
        return;
    }
    SSL_CTX_set_app_data(context, tickets);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's first bytes at an HTTPS listener: whatever comes, the handshake waits or fails,
 * and what is read of a hello is a host name and keys that there are.
 */
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../support/certificates.h"
#include "base/check.h"
#include "net/tls/tls_context.h"
#include "net/tls/tls_facts.h"
#include "net/tls/tls_tickets.h"

#define CURVES (TLS_CURVE_P256 | TLS_CURVE_P384 | TLS_CURVE_P521)
#define MOST_BYTES 100000

static struct tls_pair pair;
static struct tls_context *context;

static void
check_hello(const struct tls_hello *hello)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    size_t length = strnlen(hello->server_name, sizeof(hello->server_name));

    CHECK(length < sizeof(hello->server_name));
    CHECK(strspn(hello->server_name, letters) == length);
    CHECK(length == 0 || hello->server_name[length - 1] != '.' || length > 1);
    CHECK((hello->takes_curves & ~(unsigned)CURVES) == 0);
}

static bool
choose(void *argument, const struct tls_hello *hello, struct tls_identity *identity)
{
    (void)argument;
    check_hello(hello);
    *identity = (struct tls_identity){.facts = &pair.facts, .chain_count = 1};
    identity->chain[0] = slice_make(pair.chain[0].at, pair.chain[0].length);
    identity->key = slice_make(pair.key.at, pair.key.length);
    return hello->server_name[0] != 'n';
}

static void
start(void)
{
    const struct tls_ticket_keys keys = {.count = 1};
    struct tls_tickets *tickets;
    struct made_pair made;
    const char *reason;

    tls_start();
    made = pair_make(&(struct wanted_pair){.key = "P-256"});
    CHECK(tls_pair_read(&pair, NULL, slice_of(made.certificate), slice_of(made.key), &reason) ==
          TLS_PAIR_GOOD);
    pair_free(&made);
    tickets = tls_tickets_new();
    CHECK(tls_tickets_set(tickets, &keys));
    const struct tls_options options = {
        .policy = {0x0301, 0x0304, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384",
                   "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:AES128-SHA", 0, true},
        .protocols = "http/1.1",
        .name = SLICE_LITERAL("fuzz"),
        .choose = choose,
        .identities = tls_identities_new(2, NULL),
        .tickets = tickets,
    };
    context = tls_context_new(&options, &reason);
    CHECK(context != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tls_facts facts;
    int fds[2], result = STREAM_WAIT;

    if (context == NULL)
        start();
    if (size > MOST_BYTES)
        return 0;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    struct stream_session *session = tls_accept(context, fds[0]);
    CHECK(size == 0 || send(fds[1], data, size, MSG_NOSIGNAL) == (ssize_t)size);
    for (int i = 0; i < 8 && result == STREAM_WAIT; i++)
        result = session->transport->handshake(session);
    /* A client whose bytes were chosen beforehand cannot know our part of the keys. */
    CHECK(result == STREAM_WAIT || result == STREAM_FAILED);
    CHECK(result == STREAM_WAIT || tls_failure_of(session) < TLS_FAILURE_COUNT);
    CHECK(!tls_facts_of(session, &facts));
    session->transport->close(session, (size & 1) != 0);
    close(fds[0]);
    close(fds[1]);
    return 0;
}

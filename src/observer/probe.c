/* SPDX-License-Identifier: Apache-2.0 */
#include "observer/probe.h"

#include <errno.h>

#include "net/tls/tls_facts.h"

#define HTTP_PORT 80

const struct probe_kind *const probe_kinds[PROTOCOL_VERSION_COUNT] = {
    [PROTOCOL_VERSION_HTTP1] = &probe_http,
    [PROTOCOL_VERSION_HTTP2] = &probe_http2,
    [PROTOCOL_VERSION_GRPC] = &probe_http2,
};

enum probe_outcome
probe_name_handshake(const struct stream_session *session)
{
    static const enum probe_outcome outcomes[TLS_VERDICT_COUNT] = {
        [TLS_VERDICT_NONE] = PROBE_HANDSHAKE_FAILED,
        [TLS_VERDICT_SUCCESS] = PROBE_HANDSHAKE_FAILED,
        [TLS_VERDICT_TOO_LONG] = PROBE_CERTIFICATE_UNTRUSTED,
        [TLS_VERDICT_TOO_LARGE] = PROBE_CERTIFICATE_BAD,
        [TLS_VERDICT_REVOKED] = PROBE_CERTIFICATE_UNTRUSTED,
        [TLS_VERDICT_UNTRUSTED] = PROBE_CERTIFICATE_UNTRUSTED,
        [TLS_VERDICT_NOT_YET_VALID] = PROBE_CERTIFICATE_EARLY,
        [TLS_VERDICT_EXPIRED] = PROBE_CERTIFICATE_EXPIRED,
        [TLS_VERDICT_TYPE] = PROBE_CERTIFICATE_BAD,
        [TLS_VERDICT_INVALID] = PROBE_CERTIFICATE_BAD,
        [TLS_VERDICT_PURPOSE] = PROBE_CERTIFICATE_BAD,
        [TLS_VERDICT_NAME] = PROBE_CERTIFICATE_NAME,
        [TLS_VERDICT_REJECTED] = PROBE_CERTIFICATE_UNTRUSTED,
    };

    if (tls_failure_of(session) == TLS_FAILURE_NOT_TLS)
        return PROBE_NOT_TLS;
    return outcomes[tls_verdict_of(session)];
}

enum probe_outcome
probe_name_error(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return PROBE_REFUSED;
    case ECONNRESET:
    case EPIPE:
        return PROBE_CLOSED;
    case EMFILE:
    case ENFILE:
    case EADDRNOTAVAIL:
        return PROBE_INTERNAL_ERROR;
    case ETIMEDOUT:
        return PROBE_NOT_CONNECTED;
    default:
        return PROBE_UNREACHABLE;
    }
}

void
probe_write_host(struct text *out, const struct probe_order *order)
{
    char host[ADDRESS_TEXT_SIZE];

    if (order->host.length > 0)
        text_add_slice(out, order->host);
    else if (order->address.port == HTTP_PORT && order->address.family == ADDRESS_IPV4)
        text_add_bytes(out, host, address_format(&order->address, host));
    else
        text_add_bytes(out, host, address_format_with_port(&order->address, host));
}

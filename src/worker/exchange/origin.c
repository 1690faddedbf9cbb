/* SPDX-License-Identifier: Apache-2.0 */
/* The word of a trusted hop, laid over what the connection shows. */
#include "worker/exchange/origin.h"

#include "net/tls_facts.h"
#include "worker/exchange/exchange.h"
#include "worker/listeners/listener.h"

static bool
is_trusted(const void *argument, const struct address *address)
{
    const struct view *view = argument;

    return snapshot_has_source(view->snapshot, view->settings->trusted_sources, address);
}

void
origin_ask(struct exchange *exchange)
{
    if (is_trusted(exchange->view, &exchange->carrier->address))
        forwarded_origin_read(&exchange->origin, &exchange->request, is_trusted,
                              exchange->view);
}

const struct address *
origin_client(const struct exchange *exchange)
{
    const struct address *told = &exchange->origin.client;

    return told->family != ADDRESS_NONE ? told : &exchange->carrier->address;
}

uint16_t
origin_port(const struct exchange *exchange)
{
    const struct address *destination = carrier_destination(exchange->carrier);

    if (exchange->origin.port != 0)
        return exchange->origin.port;
    return destination != NULL ? destination->port : listener_port(exchange->carrier->listener);
}

struct slice
origin_protocol(const struct exchange *exchange)
{
    return exchange->origin.is_tls ? SLICE_LITERAL("https") : SLICE_LITERAL("http");
}

static struct slice
told(const struct exchange *exchange, enum http_field_id id)
{
    const struct http_field *field =
        exchange->origin.is_told ? http_head_find(&exchange->request, id) : NULL;

    return field == NULL ? SLICE_NONE : field->value;
}

void
origin_fill_tls(const struct exchange *exchange, struct forwarding_origin *out)
{
    struct carrier *carrier = exchange->carrier;
    struct tls_facts facts;

    if (!carrier->is_secure) {
        out->tls_version = told(exchange, HTTP_FIELD_X_AMZN_TLS_VERSION);
        out->tls_suite = told(exchange, HTTP_FIELD_X_AMZN_TLS_CIPHER_SUITE);
    } else if (out->attributes->tls_fields && carrier->kind->security(carrier, &facts)) {
        out->tls_version = slice_of(facts.protocol);
        out->tls_suite = slice_of(facts.suite);
    }
}

bool
origin_next_field(const void *argument, struct slice name, size_t *place, struct slice *value)
{
    const struct exchange *exchange = argument;

    if (exchange->view->settings->trusted_sources.count == 0)
        return http_head_next_value(&exchange->request, name, place, value);
    const struct forwarded_fields fields = {&exchange->request, &exchange->origin,
                                            origin_port(exchange)};
    return forwarded_next_field(&fields, name, place, value);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The word of a trusted hop, laid over what the connection shows. */
#include "worker/exchange/origin.h"

#include "http/forwarded.h"
#include "net/tls_facts.h"
#include "worker/exchange/exchange.h"
#include "worker/listeners/listener.h"

#define HTTP_PORT 80
#define HTTPS_PORT 443

static bool
is_trusted(const void *argument, const struct address *address)
{
    const struct view *view = argument;

    return snapshot_has_source(view->snapshot, view->settings->trusted_sources, address);
}

/* A hop that tells the protocol only was asked at the protocol's own port. */
static uint16_t
port_of(const struct http_head *request, bool has_protocol, bool is_tls)
{
    uint16_t port = forwarded_port(request);

    if (port != 0 || !has_protocol)
        return port;
    return is_tls ? HTTPS_PORT : HTTP_PORT;
}

void
origin_ask(struct exchange *exchange)
{
    const struct http_head *request = &exchange->request;
    struct origin *origin = &exchange->origin;
    struct address client;

    origin->is_told = is_trusted(exchange->view, &exchange->carrier->address);
    if (!origin->is_told)
        return;
    if (forwarded_client(request, is_trusted, exchange->view, &client))
        origin->client = client;
    bool has_protocol = forwarded_protocol(request, &origin->is_tls);
    origin->port = port_of(request, has_protocol, origin->is_tls);
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

/* Once, as a text that lives in the worker until the next one is asked for. */
static struct slice
port_text(const struct exchange *exchange)
{
    static char bytes[8];
    struct text text = text_over(bytes, sizeof(bytes));

    text_add_number(&text, origin_port(exchange));
    return text_slice(&text);
}

static bool
next_own_field(const struct exchange *exchange, enum http_field_id id, size_t *place,
               struct slice *value)
{
    if (*place > 0)
        return false;
    *place = 1;
    *value =
        id == HTTP_FIELD_X_FORWARDED_PORT ? port_text(exchange) : origin_protocol(exchange);
    return true;
}

bool
origin_next_field(const void *argument, struct slice name, size_t *place, struct slice *value)
{
    const struct exchange *exchange = argument;

    if (exchange->view->settings->trusted_sources.count != 0) {
        enum http_field_id id = http_field_find(name);
        if (id == HTTP_FIELD_X_FORWARDED_PROTO || id == HTTP_FIELD_X_FORWARDED_PORT)
            return next_own_field(exchange, id, place, value);
        if (id == HTTP_FIELD_X_FORWARDED_FOR && !exchange->origin.is_told)
            return false;
    }
    return http_head_next_value(&exchange->request, name, place, value);
}

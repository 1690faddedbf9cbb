/* SPDX-License-Identifier: Apache-2.0 */
/* The word of a trusted hop, laid over what the connection shows. */
#include "worker/exchange/origin.h"

#include "net/tls/tls_facts.h"
#include "worker/exchange/exchange.h"
#include "worker/listeners/listener.h"

static bool
is_trusted(const void *argument, const struct address *address)
{
    const struct exchange *exchange = argument;

    return snapshot_has_source(exchange->view->snapshot, exchange->balancer->trusted_sources,
                               address);
}

void
origin_ask(struct exchange *exchange)
{
    if (is_trusted(exchange, &exchange->carrier->address))
        forwarded_origin_read(&exchange->origin, &exchange->request, is_trusted, exchange);
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
origin_drop_renamed(struct exchange *exchange)
{
    struct http_head *request = &exchange->request;
    struct slice names =
        snapshot_slice(exchange->view->snapshot, exchange->view->settings->renamed_fields);
    struct slice one;

    while (!exchange->origin.is_told && names.length > 0 && slice_next(&names, ' ', &one))
        for (size_t i = 0; i < request->field_count; i++)
            if (request->fields[i].name.length == one.length &&
                http_name_is_like(request->fields[i].name, one))
                request->fields[i].is_dropped = request->has_dropped = true;
}

static void
add_field(struct origin_fields *fields, enum config_request_field id, struct slice value)
{
    if (value.length > 0 && fields->names != NULL)
        fields->all[fields->count++] = (struct forwarding_field){
            snapshot_slice(fields->snapshot, fields->names[id]), value};
}

static void
add_client(struct origin_fields *fields, const struct tls_client_certificate *client)
{
    add_field(fields, REQUEST_CLIENT_CHAIN, client->chain);
    if (client->leaf.length == 0)
        return;
    add_field(fields, REQUEST_CLIENT_SERIAL, client->serial);
    add_field(fields, REQUEST_CLIENT_ISSUER, client->issuer);
    add_field(fields, REQUEST_CLIENT_SUBJECT, client->subject);
    add_field(fields, REQUEST_CLIENT_VALIDITY, client->validity);
    add_field(fields, REQUEST_CLIENT_LEAF, client->leaf);
}

static void
begin_fields(struct origin_fields *fields, const struct exchange *exchange)
{
    uint32_t row = listener_index(exchange->carrier->listener, exchange->view);

    fields->snapshot = exchange->view->snapshot;
    fields->names = row == SNAPSHOT_NO_INDEX
                        ? NULL
                        : snapshot_listener(fields->snapshot, row)->request_fields;
    fields->count = 0;
}

void
origin_fill_tls(const struct exchange *exchange, struct origin_fields *fields,
                struct forwarding_origin *out)
{
    const struct snapshot_settings *settings = exchange->view->settings;
    struct carrier *carrier = exchange->carrier;
    struct tls_facts facts;

    begin_fields(fields, exchange);
    out->is_believed = exchange->origin.is_told;
    if (!carrier->is_secure) {
        add_field(fields, REQUEST_TLS_VERSION, told(exchange, HTTP_FIELD_X_AMZN_TLS_VERSION));
        add_field(fields, REQUEST_TLS_CIPHER_SUITE,
                  told(exchange, HTTP_FIELD_X_AMZN_TLS_CIPHER_SUITE));
    } else if ((exchange->balancer->attributes.tls_fields ||
                settings->has_mutual_listeners != 0) &&
               carrier->kind->security(carrier, &facts)) {
        if (exchange->balancer->attributes.tls_fields) {
            add_field(fields, REQUEST_TLS_VERSION, slice_of(facts.protocol));
            add_field(fields, REQUEST_TLS_CIPHER_SUITE, slice_of(facts.suite));
        }
        if (facts.client != NULL)
            add_client(fields, facts.client);
        out->is_believed = out->is_believed && facts.client == NULL;
    }
    out->security = fields->all;
    out->security_count = fields->count;
}

bool
origin_next_field(const void *argument, struct slice name, size_t *place, struct slice *value)
{
    const struct exchange *exchange = argument;

    if (exchange->balancer->trusted_sources.count == 0)
        return http_head_next_value(&exchange->request, name, place, value);
    const struct forwarded_fields fields = {&exchange->request, &exchange->origin,
                                            origin_port(exchange)};
    return forwarded_next_field(&fields, name, place, value);
}

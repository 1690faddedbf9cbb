/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request that a target sees. Our own fields stand first, in the order in which the ALB
 * sends them (docs/http.md, Fields), then the client's in theirs, then the framing.
 */
#include "http/forwarding.h"

#include "http/forwarded.h"
#include "http/forwarding_trace.h"
#include "http/forwarding_write.h"

static void
write_request_line(struct text *out, const struct http_head *request)
{
    text_add_slice(out, request->method);
    text_add_byte(out, ' ');
    text_add_slice(out, request->path);
    if (request->query.at != NULL) {
        text_add_byte(out, '?');
        text_add_slice(out, request->query);
    }
    text_add_literal(out, " HTTP/1.1\r\n");
}

/* Addresses over all X-Forwarded-For lines. */
static unsigned
count_forwarded_for(const struct http_head *request)
{
    const struct http_field *field = http_head_find(request, HTTP_FIELD_X_FORWARDED_FOR);
    struct slice address;
    unsigned count = 0;

    for (; field != NULL; field = http_head_find_next(request, field)) {
        struct slice rest = field->value;
        while (slice_next(&rest, ',', &address))
            count += address.length != 0;
    }
    return count;
}

/* 203.0.113.9, 203.0.113.9:41822 or [2001:db8::1]:41822 */
static void
write_client(struct text *out, const struct forwarding_origin *origin)
{
    bool is_ipv6 = slice_find(origin->client, ':') < origin->client.length;

    if (!origin->attributes->xff_client_port || origin->client_port == 0) {
        text_add_slice(out, origin->client);
        return;
    }
    if (is_ipv6)
        text_add_byte(out, '[');
    text_add_slice(out, origin->client);
    if (is_ipv6)
        text_add_byte(out, ']');
    text_add_byte(out, ':');
    text_add_number(out, origin->client_port);
}

/* What came, over several lines, as one list with the client's address at its end. */
static void
append_forwarded_for(struct text *out, const struct http_head *request,
                     const struct forwarding_origin *origin)
{
    const struct http_field *field = http_head_find(request, HTTP_FIELD_X_FORWARDED_FOR);

    text_add_literal(out, "X-Forwarded-For: ");
    for (; field != NULL; field = http_head_find_next(request, field)) {
        if (field->value.length == 0)
            continue;
        text_add_slice(out, field->value);
        text_add_literal(out, ", ");
    }
    write_client(out, origin);
    text_add_literal(out, "\r\n");
}

static void
preserve_forwarded_for(struct text *out, const struct http_head *request)
{
    const struct http_field *field = http_head_find(request, HTTP_FIELD_X_FORWARDED_FOR);

    for (; field != NULL; field = http_head_find_next(request, field))
        write_field(out, field->name, field->value);
}

enum http_refusal
forwarding_check_request(const struct http_head *request,
                         const struct config_attributes *attributes)
{
    if (attributes->xff_mode != XFF_REMOVE && count_forwarded_for(request) > FORWARDED_FOR_MAX)
        return HTTP_REFUSAL_FORWARDED_FOR;
    return forwarding_is_loop(request) ? HTTP_REFUSAL_LOOP : HTTP_REFUSAL_NONE;
}

static enum http_refusal
write_forwarded(struct text *out, const struct http_head *request,
                const struct forwarding_origin *origin)
{
    enum config_xff_mode mode = origin->attributes->xff_mode;

    enum http_refusal refusal = forwarding_check_request(request, origin->attributes);

    if (refusal != HTTP_REFUSAL_NONE)
        return refusal;
    if (mode == XFF_APPEND && origin->client.length != 0)
        append_forwarded_for(out, request, origin);
    else if (mode != XFF_REMOVE)
        preserve_forwarded_for(out, request);
    if (origin->is_tls)
        text_add_literal(out, "X-Forwarded-Proto: https\r\nX-Forwarded-Port: ");
    else
        text_add_literal(out, "X-Forwarded-Proto: http\r\nX-Forwarded-Port: ");
    text_add_number(out, origin->listener_port);
    text_add_literal(out, "\r\n");
    return HTTP_REFUSAL_NONE;
}

/* Only ours, or a trusted hop's: the client's own have gone. */
static void
write_security(struct text *out, const struct http_head *request,
               const struct forwarding_origin *origin)
{
    const struct http_field *field =
        origin->is_believed ? http_head_find(request, HTTP_FIELD_X_AMZN_TLS) : NULL;

    for (size_t i = 0; i < origin->security_count; i++)
        write_field(out, origin->security[i].name, origin->security[i].value);
    for (; field != NULL; field = http_head_find_next(request, field))
        if (!field->is_dropped)
            write_field(out, field->name, field->value);
}

static void
add_lower_case(struct text *out, struct slice slice)
{
    if (out->capacity - out->length < slice.length) {
        out->is_truncated = true;
        return;
    }
    for (size_t i = 0; i < slice.length; i++)
        out->at[out->length + i] = slice_lower(slice.at[i]);
    out->length += slice.length;
}

/*
 * The ALB's rewriting: lower case, no port where it is the protocol's, else always one. A unix
 * listener has none (0) and leaves the client's.
 */
static void
write_rewritten_host(struct text *out, const struct http_head *request,
                     const struct forwarding_origin *origin)
{
    bool is_usual_port = origin->listener_port == (origin->is_tls ? 443 : 80);
    struct slice port = slice_make(request->host.at + request->host_name.length,
                                   request->host.length - request->host_name.length);

    add_lower_case(out, request->host_name);
    if (is_usual_port)
        return;
    if (port.length > 1) {
        text_add_slice(out, port);
    } else if (origin->listener_port != 0) {
        text_add_byte(out, ':');
        text_add_number(out, origin->listener_port);
    }
}

static void
write_host(struct text *out, const struct http_head *request,
           const struct forwarding_origin *origin)
{
    text_add_literal(out, "Host: ");
    if (request->host.length == 0 && origin->default_host.length != 0)
        text_add_slice(out, origin->default_host);
    else if (request->host.length == 0)
        text_add_literal(out, "fairlead");
    else if (origin->attributes->preserve_host_header)
        text_add_slice(out, request->host);
    else
        write_rewritten_host(out, request, origin);
    text_add_literal(out, "\r\n");
}

static void
write_fields(struct text *out, const struct http_head *request)
{
    for (size_t i = 0; i < request->field_count; i++) {
        const struct http_field *field = &request->fields[i];
        if (!field->is_dropped && http_field_class(field->id) == HTTP_END_TO_END)
            write_field(out, field->name, field->value);
    }
}

static void
write_framing(struct text *out, const struct http_head *request)
{
    if (request->framing == HTTP_BODY_LENGTH)
        write_content_length(out, request->content_length);
    else if (request->framing == HTTP_BODY_CHUNKED)
        text_add_literal(out, "Transfer-Encoding: chunked\r\n");
    if (request->wants_upgrade) {
        text_add_literal(out, "Connection: upgrade\r\n");
        write_field(out, SLICE_LITERAL("Upgrade"), request->upgrade);
    } else if (request->close_after) {
        text_add_literal(out, "Connection: close\r\n");
    }
    text_add_literal(out, "\r\n");
}

enum http_refusal
forwarding_write_request(struct text *out, const struct http_head *request,
                         const struct forwarding_origin *origin, struct forwarding_trace *trace)
{
    write_request_line(out, request);
    enum http_refusal refusal = write_forwarded(out, request, origin);
    if (refusal != HTTP_REFUSAL_NONE)
        return refusal;
    write_host(out, request, origin);
    forwarding_write_trace(out, request, trace);
    write_security(out, request, origin);
    write_fields(out, request);
    write_framing(out, request);
    return out->is_truncated ? HTTP_REFUSAL_HEAD_TOO_LARGE : HTTP_REFUSAL_NONE;
}

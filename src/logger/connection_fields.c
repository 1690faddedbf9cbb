/* SPDX-License-Identifier: Apache-2.0 */
/* The value of each field of connection_fields.def. */
#include "logger/connection_fields.h"

#include "net/tls/tls_context.h"
#include "net/tls/tls_facts.h"

static const struct connection_record *
record_of(const struct log_line *line)
{
    return line->record;
}

static void
write_time(struct text *out, const struct log_line *line)
{
    log_add_time(out, record_of(line)->wall_us);
}

static bool
has_port(const struct address *address)
{
    return address->family == ADDRESS_IPV4 || address->family == ADDRESS_IPV6;
}

static void
add_host(struct text *out, const struct address *address)
{
    char printed[ADDRESS_TEXT_SIZE];

    if (has_port(address))
        text_add_bytes(out, printed, address_format(address, printed));
}

static void
add_port(struct text *out, const struct address *address)
{
    if (has_port(address))
        text_add_number(out, address->port);
}

static void
write_client_address(struct text *out, const struct log_line *line)
{
    add_host(out, &record_of(line)->client);
}

static void
write_client_port(struct text *out, const struct log_line *line)
{
    add_port(out, &record_of(line)->client);
}

static void
write_listener_address(struct text *out, const struct log_line *line)
{
    add_host(out, &record_of(line)->listener);
}

static void
write_listener_port(struct text *out, const struct log_line *line)
{
    add_port(out, &record_of(line)->listener);
}

static void
write_latency(struct text *out, const struct log_line *line)
{
    if (record_of(line)->handshake_us >= 0)
        log_add_seconds(out, record_of(line)->handshake_us);
}

/* A handshake that failed for another reason than the client's certificate has one all the
 * same.
 */
static void
write_status(struct text *out, const struct log_line *line)
{
    const struct connection_record *record = record_of(line);

    if (record->verdict != TLS_VERDICT_NONE)
        text_add_slice(out, slice_of(tls_verdict_status((enum tls_verdict)record->verdict)));
    else if (record->failure != CONNECTION_NO_FAILURE)
        text_add_literal(out, "Failed:UnmappedConnectionError");
}

static void
write_trace_id(struct text *out, const struct log_line *line)
{
    log_add_trace_id(out, record_of(line)->connection_id);
}

static void
write_elb(struct text *out, const struct log_line *line)
{
    log_add_elb(out, line->names, record_of(line)->texts[CONNECTION_LOAD_BALANCER]);
}

static void
write_resumed(struct text *out, const struct log_line *line)
{
    const struct connection_record *record = record_of(line);

    if (record->handshake_us < 0 || record->failure != CONNECTION_NO_FAILURE)
        return;
    text_add_slice(out,
                   record->is_resumed != 0 ? SLICE_LITERAL("true") : SLICE_LITERAL("false"));
}

static void
write_failure(struct text *out, const struct log_line *line)
{
    if (record_of(line)->failure != CONNECTION_NO_FAILURE)
        text_add_slice(out,
                       slice_of(tls_failure_label((enum tls_failure)record_of(line)->failure)));
}

static void
write_failure_text(struct text *out, const struct log_line *line)
{
    const struct connection_record *record = record_of(line);

    if (record->failure == CONNECTION_NO_FAILURE)
        return;
    log_add_text(out, line, slice_of(tls_failure_text((enum tls_failure)record->failure)));
    if (record->failure != TLS_FAILURE_CLIENT_CERTIFICATE)
        return;
    text_add_literal(out, ": ");
    log_add_text(out, line, slice_of(tls_verdict_text((enum tls_verdict)record->verdict)));
}

static void
write_protocol(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_PROTOCOL]);
}

static void
write_suite(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_SUITE]);
}

static void
write_group(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_GROUP]);
}

static void
write_alpn(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_ALPN]);
}

static void
write_server_name(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_SERVER_NAME]);
}

static void
write_certificate(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_CERTIFICATE]);
}

static void
write_subject(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_CLIENT_SUBJECT]);
}

static void
write_validity(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_CLIENT_VALIDITY]);
}

static void
write_serial(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_CLIENT_SERIAL]);
}

static void
write_listener(struct text *out, const struct log_line *line)
{
    log_add_text(out, line, record_of(line)->texts[CONNECTION_LISTENER]);
}

static const struct log_field alb_fields[] = {

#define CONNECTION_FIELD(function, name, kind)                                                 \
    {{",\"" name "\":", sizeof(",\"" name "\":") - 1}, LOG_VALUE_##kind, write_##function},
#include "logger/connection_fields.def"
#undef CONNECTION_FIELD
};

static const struct log_field own_fields[] = {

#define CONNECTION_OWN_FIELD(function, name, kind)                                             \
    {{",\"" name "\":", sizeof(",\"" name "\":") - 1}, LOG_VALUE_##kind, write_##function},
#include "logger/connection_fields.def"
#undef CONNECTION_OWN_FIELD
};

const struct log_fields connection_fields = {alb_fields, own_fields,
                                             sizeof(alb_fields) / sizeof(alb_fields[0]),
                                             sizeof(own_fields) / sizeof(own_fields[0])};

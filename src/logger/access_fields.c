/* SPDX-License-Identifier: Apache-2.0 */
/* The value of each field of access_fields.def. */
#include "logger/access_fields.h"

#include "ipc/counters.h"

static const struct access_record *
record_of(const struct log_line *line)
{
    return line->record;
}

static void
add_record_text(struct text *out, const struct log_line *line, enum access_text which)
{
    log_add_text(out, line, record_of(line)->texts[which]);
}

/* The same with six decimals, for our own fields. */
static void
add_precise_seconds(struct text *out, int64_t microseconds)
{
    if (microseconds < 0) {
        text_add_literal(out, "-1");
        return;
    }
    text_add_number(out, (uint64_t)microseconds / 1000000);
    text_add_byte(out, '.');
    text_add_padded(out, (uint64_t)microseconds % 1000000, 6);
}

static void
write_nothing(struct text *out, const struct log_line *line)
{
    (void)out;
    (void)line;
}

static void
write_type(struct text *out, const struct log_line *line)
{
    static const char *const names[] = {
        [ACCESS_HTTP] = "http", [ACCESS_HTTPS] = "https", [ACCESS_H2] = "h2",
        [ACCESS_WS] = "ws",     [ACCESS_WSS] = "wss",     [ACCESS_GRPCS] = "grpcs",
    };

    if (record_of(line)->type < sizeof(names) / sizeof(names[0]))
        text_add_slice(out, slice_of(names[record_of(line)->type]));
}

static void
write_time(struct text *out, const struct log_line *line)
{
    log_add_time(out, record_of(line)->ended_wall_us);
}

static void
write_elb(struct text *out, const struct log_line *line)
{
    log_add_elb(out, line->names, record_of(line)->texts[ACCESS_LOAD_BALANCER]);
}

static void
write_client(struct text *out, const struct log_line *line)
{
    log_add_address(out, &record_of(line)->client);
}

static void
write_target(struct text *out, const struct log_line *line)
{
    log_add_address(out, &record_of(line)->target);
}

static void
write_request_time(struct text *out, const struct log_line *line)
{
    log_add_seconds(out, record_of(line)->request_us);
}

static void
write_target_time(struct text *out, const struct log_line *line)
{
    log_add_seconds(out, record_of(line)->target_us);
}

static void
write_response_time(struct text *out, const struct log_line *line)
{
    log_add_seconds(out, record_of(line)->response_us);
}

static void
write_status(struct text *out, const struct log_line *line)
{
    if (record_of(line)->status != 0)
        text_add_number(out, record_of(line)->status);
}

static void
write_target_status(struct text *out, const struct log_line *line)
{
    if (record_of(line)->target_status != 0)
        text_add_number(out, record_of(line)->target_status);
}

static void
write_received_bytes(struct text *out, const struct log_line *line)
{
    text_add_number(out, record_of(line)->received_bytes);
}

static void
write_sent_bytes(struct text *out, const struct log_line *line)
{
    text_add_number(out, record_of(line)->sent_bytes);
}

/* Whether a Host value ends in a port; the colons of an IPv6 address stand in brackets. */
static bool
has_port(struct slice host)
{
    size_t i = host.length;

    while (i > 0 && host.at[i - 1] >= '0' && host.at[i - 1] <= '9')
        i--;
    return i < host.length && i > 0 && host.at[i - 1] == ':';
}

/* "http://host:port": the ALB always writes the port. */
static void
add_origin(struct text *out, const struct log_line *line)
{
    const struct access_record *record = record_of(line);
    struct slice host = record->texts[ACCESS_HOST];
    bool is_tls = record->type != ACCESS_HTTP && record->type != ACCESS_WS;

    if (is_tls)
        text_add_literal(out, "https://");
    else
        text_add_literal(out, "http://");
    log_add_text(out, line, host.length > 0 ? host : SLICE_LITERAL("-"));
    if (has_port(host))
        return;
    text_add_byte(out, ':');
    text_add_number(out, record->listener.port);
}

static void
write_request(struct text *out, const struct log_line *line)
{
    struct slice method = record_of(line)->texts[ACCESS_METHOD];
    struct slice uri = record_of(line)->texts[ACCESS_TARGET_URI];

    if (method.length == 0) { /* no request line was understood */
        text_add_literal(out, "- ");
        add_origin(out, line);
        text_add_literal(out, "- -");
        return;
    }
    log_add_text(out, line, method);
    text_add_byte(out, ' ');
    if (uri.length == 0 || uri.at[0] == '/' || uri.at[0] == '*')
        add_origin(out, line);
    log_add_text(out, line, uri); /* absolute-form has an origin of its own */
    if (record_of(line)->http_minor == ACCESS_NO_VERSION) {
        text_add_literal(out, " -");
        return;
    }
    if (record_of(line)->http_minor == ACCESS_HTTP2) {
        text_add_literal(out, " HTTP/2.0");
        return;
    }
    text_add_literal(out, " HTTP/1.");
    text_add_number(out, record_of(line)->http_minor);
}

static void
write_user_agent(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_USER_AGENT);
}

static void
write_target_group(struct text *out, const struct log_line *line)
{
    struct slice group = record_of(line)->texts[ACCESS_TARGET_GROUP];

    if (group.length == 0)
        return;
    text_add_literal(out, "arn:fairlead:elasticloadbalancing:local:000000000000:targetgroup/");
    log_add_text(out, line, group);
    text_add_byte(out, '/');
    text_add_hex(out, slice_hash(SLICE_HASH_START, group), 16);
}

static void
write_trace_id(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_TRACE_ID);
}

static void
write_rule_priority(struct text *out, const struct log_line *line)
{
    if (record_of(line)->rule_priority >= 0)
        text_add_number(out, (uint64_t)record_of(line)->rule_priority);
}

static void
write_creation_time(struct text *out, const struct log_line *line)
{
    log_add_time(out, record_of(line)->created_wall_us);
}

static void
write_actions(struct text *out, const struct log_line *line)
{
    static const char *const names[] = {
        [ACCESS_NO_ACTION] = "",
        [ACCESS_FORWARD] = "forward",
        [ACCESS_REDIRECT] = "redirect",
        [ACCESS_FIXED_RESPONSE] = "fixed-response",
    };

    if (record_of(line)->action < sizeof(names) / sizeof(names[0]))
        text_add_slice(out, slice_of(names[record_of(line)->action]));
}

static void
write_redirect_url(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_REDIRECT_URL);
}

static void
write_classification(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_CLASSIFICATION);
}

static void
write_classification_reason(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_CLASSIFICATION_REASON);
}

static void
write_connection_trace_id(struct text *out, const struct log_line *line)
{
    log_add_trace_id(out, record_of(line)->connection_id);
}

static void
write_listener_address(struct text *out, const struct log_line *line)
{
    const struct address *address = &record_of(line)->listener;
    char printed[ADDRESS_TEXT_SIZE];

    if (address->family == ADDRESS_IPV4 || address->family == ADDRESS_IPV6)
        text_add_bytes(out, printed, address_format(address, printed));
}

static void
write_listener(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_LISTENER);
}

static void
write_tls_suite(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_TLS_SUITE);
}

static void
write_tls_protocol(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_TLS_PROTOCOL);
}

static void
write_server_name(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_SERVER_NAME);
}

static void
write_certificate(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_CERTIFICATE);
}

static void
write_task(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_TASK);
}

static void
write_target_generation(struct text *out, const struct log_line *line)
{
    add_record_text(out, line, ACCESS_TARGET_GENERATION);
}

static void
write_attempts(struct text *out, const struct log_line *line)
{
    text_add_number(out, record_of(line)->attempts);
}

static void
write_end_reason(struct text *out, const struct log_line *line)
{
    if (record_of(line)->end_reason < END_REASON_COUNT)
        text_add_slice(out, slice_of(end_reason_name(record_of(line)->end_reason)));
}

static void
write_queue_time(struct text *out, const struct log_line *line)
{
    add_precise_seconds(out, record_of(line)->queue_us);
}

static void
write_connect_time(struct text *out, const struct log_line *line)
{
    add_precise_seconds(out, record_of(line)->connect_us);
}

static void
write_first_byte_time(struct text *out, const struct log_line *line)
{
    add_precise_seconds(out, record_of(line)->first_byte_us);
}

static void
write_total_time(struct text *out, const struct log_line *line)
{
    add_precise_seconds(out, record_of(line)->total_us);
}

static const struct log_field alb_fields[] = {

#define ACCESS_FIELD(function, name, kind)                                                     \
    {{",\"" name "\":", sizeof(",\"" name "\":") - 1}, LOG_VALUE_##kind, write_##function},
#include "logger/access_fields.def"
#undef ACCESS_FIELD
};

static const struct log_field own_fields[] = {

#define ACCESS_OWN_FIELD(function, name, kind)                                                 \
    {{",\"" name "\":", sizeof(",\"" name "\":") - 1}, LOG_VALUE_##kind, write_##function},
#include "logger/access_fields.def"
#undef ACCESS_OWN_FIELD
};

const struct log_fields access_fields = {alb_fields, own_fields,
                                         sizeof(alb_fields) / sizeof(alb_fields[0]),
                                         sizeof(own_fields) / sizeof(own_fields[0])};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value of each field of access_fields.def. Formatting is paid for once a request, so there
 * is no printf here, and the part of a time stamp that changes once a second is kept.
 */
#include "logger/access_line.h"

#include "base/check.h"
#include "base/clock.h"
#include "ipc/counters.h"

/* Bytes of "2026-03-04T10:15:30". */
#define SECOND_LENGTH 19

static void
add_escaped_byte(struct text *out, char byte, struct slice escape)
{
    text_add_slice(out, escape);
    text_add_hex(out, (uint8_t)byte, 2);
}

/* Only printable ASCII stands as it is; quotes and backslashes do not, in both forms. */
static bool
is_plain(char byte)
{
    static const uint64_t plain[4] = {
        UINT64_C(0xfffffffb00000000), /* from space on, but no quote */
        UINT64_C(0x7fffffffefffffff), /* no backslash, no DEL */
    };
    uint8_t code = (uint8_t)byte;

    return (plain[code >> 6] >> (code & 63) & 1) != 0;
}

static void
add_text(struct text *out, const struct access_line *line, struct slice value)
{
    size_t plain = 0;

    for (size_t i = 0; i < value.length; i++) {
        if (__builtin_expect(is_plain(value.at[i]), 1))
            continue;
        text_add_bytes(out, value.at + plain, i - plain);
        add_escaped_byte(out, value.at[i], line->escape);
        plain = i + 1;
    }
    text_add_bytes(out, value.at + plain, value.length - plain);
}

static void
add_record_text(struct text *out, const struct access_line *line, enum access_text which)
{
    add_text(out, line, line->record->texts[which]);
}

static void
add_time(struct text *out, uint64_t wall_us)
{
    /* Two seconds are in use at a time: requests' beginnings and their ends. */
    static struct {
        uint64_t second;
        char text[CLOCK_ISO_SIZE];
    } kept[2];

    uint64_t second = wall_us / 1000000;
    unsigned place = second & 1;

    if (kept[place].second != second || second == 0) {
        clock_format_iso(kept[place].text, wall_us);
        kept[place].second = second;
    }
    text_add_bytes(out, kept[place].text, SECOND_LENGTH);
    text_add_byte(out, '.');
    text_add_padded(out, wall_us % 1000000, 6);
    text_add_byte(out, 'Z');
}

/* Seconds with three decimals; -1: did not happen. */
static void
add_seconds(struct text *out, int64_t microseconds)
{
    if (microseconds < 0) {
        text_add_literal(out, "-1");
        return;
    }
    uint64_t milliseconds = ((uint64_t)microseconds + 500) / 1000;
    text_add_number(out, milliseconds / 1000);
    text_add_byte(out, '.');
    text_add_padded(out, milliseconds % 1000, 3);
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
add_address(struct text *out, const struct address *address)
{
    char printed[ADDRESS_TEXT_SIZE];

    if (address->family != ADDRESS_NONE)
        text_add_bytes(out, printed, address_format_with_port(address, printed));
}

static void
write_nothing(struct text *out, const struct access_line *line)
{
    (void)out;
    (void)line;
}

static void
write_type(struct text *out, const struct access_line *line)
{
    static const char *const names[] = {
        [ACCESS_HTTP] = "http", [ACCESS_HTTPS] = "https", [ACCESS_H2] = "h2",
        [ACCESS_WS] = "ws",     [ACCESS_WSS] = "wss",     [ACCESS_GRPCS] = "grpcs",
    };

    if (line->record->type < sizeof(names) / sizeof(names[0]))
        text_add_slice(out, slice_of(names[line->record->type]));
}

static void
write_time(struct text *out, const struct access_line *line)
{
    add_time(out, line->record->ended_wall_us);
}

static void
write_elb(struct text *out, const struct access_line *line)
{
    text_add_bytes(out, line->names->elb, line->names->elb_length);
}

static void
write_client(struct text *out, const struct access_line *line)
{
    add_address(out, &line->record->client);
}

static void
write_target(struct text *out, const struct access_line *line)
{
    add_address(out, &line->record->target);
}

static void
write_request_time(struct text *out, const struct access_line *line)
{
    add_seconds(out, line->record->request_us);
}

static void
write_target_time(struct text *out, const struct access_line *line)
{
    add_seconds(out, line->record->target_us);
}

static void
write_response_time(struct text *out, const struct access_line *line)
{
    add_seconds(out, line->record->response_us);
}

static void
write_status(struct text *out, const struct access_line *line)
{
    if (line->record->status != 0)
        text_add_number(out, line->record->status);
}

static void
write_target_status(struct text *out, const struct access_line *line)
{
    if (line->record->target_status != 0)
        text_add_number(out, line->record->target_status);
}

static void
write_received_bytes(struct text *out, const struct access_line *line)
{
    text_add_number(out, line->record->received_bytes);
}

static void
write_sent_bytes(struct text *out, const struct access_line *line)
{
    text_add_number(out, line->record->sent_bytes);
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
add_origin(struct text *out, const struct access_line *line)
{
    const struct access_record *record = line->record;
    struct slice host = record->texts[ACCESS_HOST];
    bool is_tls = record->type != ACCESS_HTTP && record->type != ACCESS_WS;

    if (is_tls)
        text_add_literal(out, "https://");
    else
        text_add_literal(out, "http://");
    add_text(out, line, host.length > 0 ? host : SLICE_LITERAL("-"));
    if (has_port(host))
        return;
    text_add_byte(out, ':');
    text_add_number(out, record->listener.port);
}

static void
write_request(struct text *out, const struct access_line *line)
{
    struct slice method = line->record->texts[ACCESS_METHOD];
    struct slice uri = line->record->texts[ACCESS_TARGET_URI];

    if (method.length == 0) { /* no request line was understood */
        text_add_literal(out, "- ");
        add_origin(out, line);
        text_add_literal(out, "- -");
        return;
    }
    add_text(out, line, method);
    text_add_byte(out, ' ');
    if (uri.length == 0 || uri.at[0] == '/' || uri.at[0] == '*')
        add_origin(out, line);
    add_text(out, line, uri); /* absolute-form has an origin of its own */
    if (line->record->http_minor == ACCESS_NO_VERSION) {
        text_add_literal(out, " -");
        return;
    }
    if (line->record->http_minor == ACCESS_HTTP2) {
        text_add_literal(out, " HTTP/2.0");
        return;
    }
    text_add_literal(out, " HTTP/1.");
    text_add_number(out, line->record->http_minor);
}

static void
write_user_agent(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_USER_AGENT);
}

static void
write_target_group(struct text *out, const struct access_line *line)
{
    struct slice group = line->record->texts[ACCESS_TARGET_GROUP];

    if (group.length == 0)
        return;
    text_add_literal(out, "arn:fairlead:elasticloadbalancing:local:000000000000:targetgroup/");
    add_text(out, line, group);
    text_add_byte(out, '/');
    text_add_hex(out, slice_hash(SLICE_HASH_START, group), 16);
}

static void
write_trace_id(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_TRACE_ID);
}

static void
write_rule_priority(struct text *out, const struct access_line *line)
{
    if (line->record->rule_priority >= 0)
        text_add_number(out, (uint64_t)line->record->rule_priority);
}

static void
write_creation_time(struct text *out, const struct access_line *line)
{
    add_time(out, line->record->created_wall_us);
}

static void
write_actions(struct text *out, const struct access_line *line)
{
    static const char *const names[] = {
        [ACCESS_NO_ACTION] = "",
        [ACCESS_FORWARD] = "forward",
        [ACCESS_REDIRECT] = "redirect",
        [ACCESS_FIXED_RESPONSE] = "fixed-response",
    };

    if (line->record->action < sizeof(names) / sizeof(names[0]))
        text_add_slice(out, slice_of(names[line->record->action]));
}

static void
write_redirect_url(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_REDIRECT_URL);
}

static void
write_classification(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_CLASSIFICATION);
}

static void
write_classification_reason(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_CLASSIFICATION_REASON);
}

/* The ALB's form has 32 digits; ours are a hash of the connection's number and the number. */
static void
write_connection_trace_id(struct text *out, const struct access_line *line)
{
    uint64_t id = line->record->connection_id;

    text_add_literal(out, "TID_");
    text_add_hex(out, slice_hash(SLICE_HASH_START, slice_make((const char *)&id, sizeof(id))),
                 16);
    text_add_hex(out, id, 16);
}

static void
write_listener_address(struct text *out, const struct access_line *line)
{
    const struct address *address = &line->record->listener;
    char printed[ADDRESS_TEXT_SIZE];

    if (address->family == ADDRESS_IPV4 || address->family == ADDRESS_IPV6)
        text_add_bytes(out, printed, address_format(address, printed));
}

static void
write_listener(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_LISTENER);
}

static void
write_tls_suite(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_TLS_SUITE);
}

static void
write_tls_protocol(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_TLS_PROTOCOL);
}

static void
write_server_name(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_SERVER_NAME);
}

static void
write_certificate(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_CERTIFICATE);
}

static void
write_task(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_TASK);
}

static void
write_target_generation(struct text *out, const struct access_line *line)
{
    add_record_text(out, line, ACCESS_TARGET_GENERATION);
}

static void
write_attempts(struct text *out, const struct access_line *line)
{
    text_add_number(out, line->record->attempts);
}

static void
write_end_reason(struct text *out, const struct access_line *line)
{
    if (line->record->end_reason < END_REASON_COUNT)
        text_add_slice(out, slice_of(end_reason_name(line->record->end_reason)));
}

static void
write_queue_time(struct text *out, const struct access_line *line)
{
    add_precise_seconds(out, line->record->queue_us);
}

static void
write_connect_time(struct text *out, const struct access_line *line)
{
    add_precise_seconds(out, line->record->connect_us);
}

static void
write_first_byte_time(struct text *out, const struct access_line *line)
{
    add_precise_seconds(out, line->record->first_byte_us);
}

static void
write_total_time(struct text *out, const struct access_line *line)
{
    add_precise_seconds(out, line->record->total_us);
}

const struct access_field access_alb_fields[ACCESS_ALB_FIELDS] = {

#define ACCESS_FIELD(function, name, kind)                                                     \
    {{",\"" name "\":", sizeof(",\"" name "\":") - 1}, ACCESS_VALUE_##kind, write_##function},
#include "logger/access_fields.def"
#undef ACCESS_FIELD
};

const struct access_field access_own_fields[] = {

#define ACCESS_OWN_FIELD(function, name, kind)                                                 \
    {{",\"" name "\":", sizeof(",\"" name "\":") - 1}, ACCESS_VALUE_##kind, write_##function},
#include "logger/access_fields.def"
#undef ACCESS_OWN_FIELD
};

const size_t access_own_field_count = sizeof(access_own_fields) / sizeof(access_own_fields[0]);

void
access_names_set(struct access_names *names, struct slice load_balancer)
{
    struct text text = text_over(names->elb, sizeof(names->elb));

    text_add_literal(&text, "app/");
    text_add_slice(&text, load_balancer);
    text_add_byte(&text, '/');
    text_add_hex(&text, slice_hash(SLICE_HASH_START, load_balancer), 16);
    names->elb_length = text.length;
}

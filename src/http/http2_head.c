/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields lie one behind the other, each with its lengths in front. Crumbs of a cookie are
 * joined behind the last (RFC 9113 8.2.3). :authority becomes Host, and a body that nobody
 * counted is one in chunks, so that the judge finds what it would find in HTTP/1.
 */
#include "http/http2_head.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "http/bytes.h"
#include "http/forwarding.h"

struct lengths {
    uint32_t name, value;
};

/* One head on its way. */
struct reading {
    struct http_head *head;
    struct slice scheme, authority, path, status;
    bool is_answer;
    struct text cookie;
    size_t cookie_field; /* its index; HTTP_FIELDS_MAX: none yet */
    bool has_fields;     /* pseudo-fields may not follow */
    enum http_refusal refusal;
};

void
http2_head_init(struct http2_head *head)
{
    memset(head, 0, offsetof(struct http2_head, small));
    head->capacity = sizeof(head->small);
}

void
http2_head_free(struct http2_head *head)
{
    free(head->large);
    head->large = NULL;
}

static char *
bytes_of(struct http2_head *head)
{
    return head->large != NULL ? head->large : head->small;
}

static void
make_room(struct http2_head *head, size_t more)
{
    size_t needed = head->length + more;

    if (needed <= head->capacity)
        return;
    size_t capacity = needed * 2;
    char *larger = memory_resize(head->large, capacity, 1);
    if (head->large == NULL)
        memcpy(larger, head->small, head->length);
    head->large = larger;
    head->capacity = capacity;
}

static bool
is_pseudo(struct slice name)
{
    return name.length > 0 && name.at[0] == ':';
}

static bool
is_cookie(struct slice name)
{
    return slice_equal(name, SLICE_LITERAL("cookie"));
}

static void
refuse(struct http2_head *head, enum http_refusal refusal)
{
    if (head->refusal == HTTP_REFUSAL_NONE)
        head->refusal = refusal;
}

/* A cookie in crumbs is one field of HTTP/1; its bytes count like all others. */
void
http2_head_count(struct http2_head *head, const struct config_limits *limits, struct slice name,
                 struct slice value)
{
    bool is_field = !is_pseudo(name) && (!is_cookie(name) || head->cookie_bytes == 0);

    head->size += name.length + value.length + HTTP2_FIELD_BYTES;
    if (head->refusal != HTTP_REFUSAL_NONE)
        return;
    head->count += is_field ? 1 : 0;
    if (is_cookie(name))
        head->cookie_bytes += value.length + 2;
    if (slice_equal(name, SLICE_LITERAL(":path")) && value.length > limits->request_line_bytes)
        refuse(head, HTTP_REFUSAL_LINE_TOO_LONG);
    else if (name.length + value.length > limits->field_bytes ||
             (is_cookie(name) && head->cookie_bytes > limits->field_bytes))
        refuse(head, HTTP_REFUSAL_FIELD_TOO_LARGE);
    else if (head->size > limits->head_bytes)
        refuse(head, HTTP_REFUSAL_HEAD_TOO_LARGE);
    else if (head->count > limits->fields)
        refuse(head, HTTP_REFUSAL_TOO_MANY_FIELDS);
}

bool
http2_head_is_bomb(const struct http2_head *head, const struct config_limits *limits)
{
    return head->size / 2 > limits->head_bytes;
}

void
http2_head_add(struct http2_head *head, const struct config_limits *limits, struct slice name,
               struct slice value)
{
    const struct lengths lengths = {(uint32_t)name.length, (uint32_t)value.length};

    http2_head_count(head, limits, name, value);
    if (head->refusal != HTTP_REFUSAL_NONE)
        return;
    make_room(head, sizeof(lengths) + name.length + value.length);
    char *at = bytes_of(head) + head->length;
    memcpy(at, &lengths, sizeof(lengths));
    memcpy(at + sizeof(lengths), name.at, name.length);
    if (value.length > 0)
        memcpy(at + sizeof(lengths) + name.length, value.at, value.length);
    head->length += sizeof(lengths) + name.length + value.length;
}

static void
refuse_reading(struct reading *reading, enum http_refusal refusal, enum desync_reason reason)
{
    if (reading->refusal == HTTP_REFUSAL_NONE)
        reading->refusal = refusal;
    http_head_note(reading->head, reason);
}

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* As http1_parser.c has it, but that nothing was there to be trimmed (RFC 9113 8.2.1). */
static void
check_value(struct reading *reading, struct slice value)
{
    enum http_value_kind kind = http_value_look(value);

    if (kind == HTTP_VALUE_BAD ||
        (value.length > 0 && (is_blank(value.at[0]) || is_blank(value.at[value.length - 1]))))
        refuse_reading(reading, HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER);
    else if (kind == HTTP_VALUE_OPAQUE)
        http_head_note(reading->head, DESYNC_REASON_NON_COMPLIANT_HEADER);
}

static bool
is_name(struct slice name)
{
    for (size_t i = 0; i < name.length; i++)
        if (slice_lower(name.at[i]) != name.at[i])
            return false;
    return http_is_token(name);
}

static void
add_field(struct reading *reading, struct slice name, struct slice value)
{
    struct http_head *head = reading->head;

    if (head->field_count == HTTP_FIELDS_MAX) {
        refuse_reading(reading, HTTP_REFUSAL_TOO_MANY_FIELDS, DESYNC_REASON_NONE);
        return;
    }
    struct http_field *field = &head->fields[head->field_count++];
    *field = (struct http_field){.name = name, .value = value};
    http_head_identify(head, field);
}

/* What is the connection's has no place here (RFC 9113 8.2.2). */
static bool
is_of_connection(enum http_field_id id, struct slice value)
{
    switch (id) {
    case HTTP_FIELD_CONNECTION:
    case HTTP_FIELD_KEEP_ALIVE:
    case HTTP_FIELD_PROXY_CONNECTION:
    case HTTP_FIELD_TRANSFER_ENCODING:
    case HTTP_FIELD_UPGRADE:
        return true;
    case HTTP_FIELD_TE:
        return !slice_equal_ignoring_case(value, SLICE_LITERAL("trailers"));
    default:
        return false;
    }
}

static void
add_crumb(struct reading *reading, struct slice name, struct slice value)
{
    struct text *cookie = &reading->cookie;

    if (reading->cookie_field == HTTP_FIELDS_MAX) {
        reading->cookie_field = reading->head->field_count;
        add_field(reading, name, SLICE_NONE);
    } else {
        text_add_literal(cookie, "; ");
    }
    text_add_slice(cookie, value);
    if (reading->cookie_field < HTTP_FIELDS_MAX)
        reading->head->fields[reading->cookie_field].value = text_slice(cookie);
}

/* Host beside :authority says the same or is a second opinion (RFC 9113 8.3.1). */
static void
read_host(struct reading *reading, struct slice name, struct slice value)
{
    if (reading->authority.at == NULL)
        add_field(reading, name, value);
    else if (!slice_equal_ignoring_case(reading->authority, value))
        refuse_reading(reading, HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE);
}

static void
read_field(struct reading *reading, struct slice name, struct slice value)
{
    enum http_field_id id = http_field_find(name);

    reading->has_fields = true;
    check_value(reading, value);
    if (!is_name(name))
        refuse_reading(reading, HTTP_REFUSAL_MALFORMED,
                       name.length == 0 ? DESYNC_REASON_EMPTY_HEADER
                                        : DESYNC_REASON_BAD_HEADER);
    else if (is_of_connection(id, value))
        refuse_reading(reading, HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER);
    else if (id == HTTP_FIELD_COOKIE && !reading->is_answer)
        add_crumb(reading, name, value);
    else if (id == HTTP_FIELD_HOST && !reading->is_answer)
        read_host(reading, name, value);
    else
        add_field(reading, name, value);
}

static void
read_pseudo(struct reading *reading, struct slice name, struct slice value)
{
    const struct {
        struct slice name, *place;
        bool is_of_answer;
    } known[] = {{SLICE_LITERAL(":method"), &reading->head->method, false},
                 {SLICE_LITERAL(":scheme"), &reading->scheme, false},
                 {SLICE_LITERAL(":authority"), &reading->authority, false},
                 {SLICE_LITERAL(":path"), &reading->path, false},
                 {SLICE_LITERAL(":status"), &reading->status, true}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].is_of_answer != reading->is_answer || !slice_equal(name, known[i].name))
            continue;
        if (known[i].place->at != NULL)
            break;
        *known[i].place = value;
        if (reading->has_fields)
            break;
        return;
    }
    refuse_reading(reading, HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER);
}

static bool
is_known_scheme(struct slice scheme)
{
    return slice_equal_ignoring_case(scheme, SLICE_LITERAL("https")) ||
           slice_equal_ignoring_case(scheme, SLICE_LITERAL("http"));
}

static bool
is_target(struct slice path)
{
    return path.length > 0 && http_bytes_are(path, HTTP_BYTE_TARGET) &&
           (path.at[0] == '/' || slice_equal(path, http_path_asterisk));
}

/* CONNECT has neither :scheme nor :path (RFC 9113 8.5); the judge has its answer. */
static void
check_request_line(struct reading *reading)
{
    struct http_head *head = reading->head;

    head->target = reading->path;
    head->minor_version = 1;
    head->has_version = true;
    if (!http_is_token(head->method))
        refuse_reading(reading, HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_METHOD);
    else if (slice_equal(head->method, SLICE_LITERAL("CONNECT")))
        return;
    else if (!is_target(reading->path) || !is_known_scheme(reading->scheme))
        refuse_reading(reading, HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_URI);
}

/* A length without a body would be one that the target waits for. */
static void
check_body(struct reading *reading, bool has_body)
{
    const struct http_field *length = http_head_find(reading->head, HTTP_FIELD_CONTENT_LENGTH);
    uint64_t number = 0;

    if (length == NULL && has_body)
        add_field(reading, SLICE_LITERAL("transfer-encoding"), SLICE_LITERAL("chunked"));
    else if (length != NULL && !has_body &&
             slice_to_number(length->value, INT64_MAX, &number) && number != 0)
        refuse_reading(reading, HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_CONTENT_LENGTH);
}

static void
read_all(struct reading *reading, const char *at, size_t length)
{
    const char *end = at + length;
    struct lengths lengths;

    while (at < end) {
        memcpy(&lengths, at, sizeof(lengths));
        struct slice name = slice_make(at + sizeof(lengths), lengths.name);
        struct slice value = slice_make(name.at + lengths.name, lengths.value);
        if (is_pseudo(name))
            read_pseudo(reading, name, value);
        else
            read_field(reading, name, value);
        at = value.at + value.length;
    }
}

enum http_refusal
http2_head_read(struct http2_head *head, struct http_head *parsed, bool has_body)
{
    struct reading reading = {.head = parsed, .cookie_field = HTTP_FIELDS_MAX};

    make_room(head, head->cookie_bytes);
    reading.cookie = text_over(bytes_of(head) + head->length, head->cookie_bytes);
    http_head_reset(parsed);
    parsed->bytes = head->size;
    read_all(&reading, bytes_of(head), head->length);
    if (reading.authority.at != NULL)
        add_field(&reading, SLICE_LITERAL("host"), reading.authority);
    parsed->host = reading.authority;
    check_request_line(&reading);
    check_body(&reading, has_body);
    return head->refusal != HTTP_REFUSAL_NONE ? head->refusal : reading.refusal;
}

/* Three digits (RFC 9110 15); 101 is no status of HTTP/2 (RFC 9113 8.6). */
static void
check_status(struct reading *reading)
{
    uint64_t number = 0;

    reading->head->minor_version = 1;
    reading->head->has_version = true;
    if (reading->status.length != 3 || !slice_to_number(reading->status, 599, &number) ||
        number < 100 || number == 101)
        refuse_reading(reading, HTTP_REFUSAL_MALFORMED, DESYNC_REASON_NONE);
    reading->head->status = (unsigned)number;
}

/* What has an end of its own in HTTP/2 gets one in HTTP/1: chunks. */
static void
tell_of_end(struct reading *reading, bool has_body)
{
    unsigned status = reading->head->status;

    if (has_body && status >= 200 && status != 204 && status != 304 &&
        http_head_find(reading->head, HTTP_FIELD_CONTENT_LENGTH) == NULL)
        add_field(reading, SLICE_LITERAL("transfer-encoding"), SLICE_LITERAL("chunked"));
}

enum http_refusal
http2_head_read_answer(struct http2_head *head, struct http_head *parsed, bool has_body)
{
    struct reading reading = {
        .head = parsed, .cookie_field = HTTP_FIELDS_MAX, .is_answer = true};

    http_head_reset(parsed);
    parsed->bytes = head->size;
    read_all(&reading, bytes_of(head), head->length);
    check_status(&reading);
    parsed->reason = slice_of(http_status_phrase(parsed->status));
    tell_of_end(&reading, has_body);
    return head->refusal != HTTP_REFUSAL_NONE ? head->refusal : reading.refusal;
}

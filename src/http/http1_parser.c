/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes to a head. llhttp gets the fields only, behind a start line that we made up once,
 * and is told for each field that it has no meaning: it splits, but never decides on framing,
 * upgrades or versions. Its checks differ between versions and builds, so each field line is
 * looked at once more here; what it refuses stays refused.
 */
#include "http/http1_parser.h"

#include "base/check.h"
#include "http/bytes.h"
#include "http/framing.h"
#include "http/http1_start_line.h"

#define EMPTY_LINES_MAX 2

static int
refuse(struct http1_parser *parser, enum http_refusal refusal)
{
    if (parser->refusal == HTTP_REFUSAL_NONE)
        parser->refusal = refusal;
    return -1;
}

static int
refuse_for(struct http1_parser *parser, enum desync_reason reason)
{
    http_head_note(parser->head, reason);
    return refuse(parser, HTTP_REFUSAL_MALFORMED);
}

/* Other control bytes end nothing; clients and other proxies take them from targets. */
__attribute__((cold, noinline)) static bool
is_one_line(struct slice value)
{
    return memchr(value.at, '\0', value.length) == NULL &&
           memchr(value.at, '\r', value.length) == NULL &&
           memchr(value.at, '\n', value.length) == NULL;
}

/*
 * The open field reaches from its name to line_end, where CRLF stands. Between name and
 * line_end there is the colon and what llhttp took for the value; an obs-fold in it shows as a
 * control byte (RFC 9112 5.2 lets us refuse it).
 */
static int
close_field(struct http1_parser *parser, const char *line_end)
{
    struct http_head *head = parser->head;
    struct http_field *field = &head->fields[head->field_count - 1];
    const char *value = field->name.at + field->name.length + 1;

    parser->is_in_field = false;
    if (line_end[0] != '\r' || line_end[1] != '\n' || value > line_end)
        return refuse_for(parser, DESYNC_REASON_BAD_HEADER);
    if ((size_t)(line_end - field->name.at) > parser->field_limit)
        return refuse(parser, HTTP_REFUSAL_FIELD_TOO_LARGE);
    field->value = slice_trim(slice_make(value, (size_t)(line_end - value)));
    switch (http_value_look(field->value)) {
    case HTTP_VALUE_PLAIN:
        return 0;
    case HTTP_VALUE_OPAQUE:
        http_head_note(head, DESYNC_REASON_NON_COMPLIANT_HEADER);
        return 0;
    case HTTP_VALUE_BAD:
        if (parser->is_response && is_one_line(field->value))
            return 0;
        break;
    }
    return refuse_for(parser, DESYNC_REASON_BAD_HEADER);
}

static int
open_field(struct http1_parser *parser, const char *at)
{
    struct http_head *head = parser->head;

    /* The line before ends directly in front of this name. */
    if (parser->is_in_field && close_field(parser, at - 2) == -1)
        return -1;
    if (head->field_count >= parser->limits->fields || head->field_count >= HTTP_FIELDS_MAX)
        return refuse(parser, HTTP_REFUSAL_TOO_MANY_FIELDS);
    head->fields[head->field_count++] =
        (struct http_field){.name = slice_make(at, 0), .id = HTTP_FIELD_OTHER};
    parser->is_in_field = true;
    parser->is_in_name = true;
    return 0;
}

static int
on_field_name(llhttp_t *llhttp, const char *at, size_t length)
{
    struct http1_parser *parser = (struct http1_parser *)llhttp;

    if (!parser->is_in_name && open_field(parser, at) == -1)
        return -1;
    parser->head->fields[parser->head->field_count - 1].name.length += length;
    return 0;
}

static int
on_field_name_end(llhttp_t *llhttp)
{
    struct http1_parser *parser = (struct http1_parser *)llhttp;

    if (!parser->is_in_name)
        return refuse_for(parser, DESYNC_REASON_EMPTY_HEADER);
    struct http_field *field = &parser->head->fields[parser->head->field_count - 1];
    parser->is_in_name = false;
    http_head_identify(parser->head, field);
    if (field->id == HTTP_FIELD_OTHER && !http_is_token(field->name))
        return refuse_for(parser, field->name.length == 0 ? DESYNC_REASON_EMPTY_HEADER
                                                          : DESYNC_REASON_BAD_HEADER);
    llhttp->header_state = 0; /* to llhttp, a field like any other */
    return 0;
}

static int
on_fields_end(llhttp_t *llhttp)
{
    (void)llhttp;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_header_field = on_field_name,
    .on_header_field_complete = on_field_name_end,
    .on_headers_complete = on_fields_end,
};

/* llhttp as it stands behind a request line; messages start from a copy. */
static const llhttp_t *
behind_start_line(void)
{
    static const char line[] = "GET / HTTP/1.1\r\n";
    static llhttp_t llhttp;

    if (llhttp.settings == NULL) {
        llhttp_init(&llhttp, HTTP_REQUEST, &settings);
        CHECK(llhttp_execute(&llhttp, line, sizeof(line) - 1) == HPE_OK);
    }
    return &llhttp;
}

static void
start(struct http1_parser *parser, struct http_head *head, const struct config_limits *limits)
{
    http_head_reset(head);
    *parser = (struct http1_parser){
        .llhttp = *behind_start_line(),
        .head = head,
        .limits = limits,
        .head_limit = limits->head_bytes,
        .line_limit = limits->request_line_bytes,
        .field_limit = limits->field_bytes,
    };
}

void
http1_parser_start_request(struct http1_parser *parser, struct http_head *head,
                           const struct config_limits *limits)
{
    start(parser, head, limits);
}

/* The ALB has one limit for the whole head of an answer. */
void
http1_parser_start_response(struct http1_parser *parser, struct http_head *head,
                            const struct config_limits *limits)
{
    start(parser, head, limits);
    parser->is_response = true;
    parser->head_limit = limits->response_head_bytes;
    parser->line_limit = limits->response_head_bytes;
    parser->field_limit = limits->response_head_bytes;
    llhttp_set_lenient_headers(&parser->llhttp,
                               1); /* control bytes in values: see close_field */
}

static enum http1_result
refused(struct http1_parser *parser, enum http_refusal refusal)
{
    refuse(parser, refusal);
    return HTTP1_REFUSED;
}

/* A line without its CRLF. An empty one in front of a request is skipped. */
static enum http1_result
end_start_line(struct http1_parser *parser, struct slice line)
{
    enum http_refusal refusal;

    if (line.length > parser->line_limit)
        return refused(parser, HTTP_REFUSAL_LINE_TOO_LONG);
    if (line.length == 0) {
        if (parser->is_response || parser->empty_lines++ == EMPTY_LINES_MAX)
            return refused(parser, HTTP_REFUSAL_MALFORMED);
        return HTTP1_MORE;
    }
    refusal = parser->is_response ? http1_read_status_line(parser->head, line)
                                  : http1_read_request_line(parser->head, line);
    if (refusal != HTTP_REFUSAL_NONE)
        return refused(parser, refusal);
    parser->has_start_line = true;
    return HTTP1_MORE;
}

/* Whether an answer begins otherwise. */
static bool
is_foreign(const struct http1_parser *parser, const char *line, size_t length)
{
    static const char begin[] = "HTTP/";
    size_t known = length < sizeof(begin) - 1 ? length : sizeof(begin) - 1;

    return parser->is_response && memcmp(line, begin, known) != 0;
}

__attribute__((cold, noinline)) static enum http1_result
refused_line(struct http1_parser *parser, enum http_refusal refusal, const char *line,
             size_t length)
{
    parser->is_foreign = is_foreign(parser, line, length);
    return refused(parser, refusal);
}

/* What the line so far shows already: no need to wait for the end of a TLS hello. */
static enum http1_result
look_at_partial_line(struct http1_parser *parser, const char *line)
{
    if (is_foreign(parser, line, parser->line_bytes))
        return refused_line(parser, HTTP_REFUSAL_MALFORMED, line, parser->line_bytes);
    if (parser->line_bytes > parser->line_limit + 1)
        return refused(parser, HTTP_REFUSAL_LINE_TOO_LONG);
    if (parser->line_bytes != 0 && *line != '\r' && !http_byte_is(*line, HTTP_BYTE_TOKEN)) {
        if (!parser->is_response)
            http_head_note(parser->head, DESYNC_REASON_BAD_METHOD);
        return refused(parser, HTTP_REFUSAL_MALFORMED);
    }
    return HTTP1_MORE;
}

/* Takes lines until the start line is read or the bytes are used up. */
static enum http1_result
feed_start_line(struct http1_parser *parser, const char *bytes, size_t length, size_t *used)
{
    while (*used < length && !parser->has_start_line) {
        const char *line = bytes + *used - parser->line_bytes;
        const char *end = memchr(bytes + *used, '\n', length - *used);
        if (end == NULL) {
            parser->line_bytes += length - *used;
            *used = length;
            return look_at_partial_line(parser, line);
        }
        *used = (size_t)(end - bytes) + 1;
        parser->line_bytes = 0;
        if (end == line || end[-1] != '\r') {
            http_head_note(parser->head, DESYNC_REASON_BAD_VERSION);
            return refused_line(parser, HTTP_REFUSAL_MALFORMED, line, (size_t)(end - line));
        }
        if (end_start_line(parser, slice_make(line, (size_t)(end - line) - 1)) == HTTP1_REFUSED)
            return refused_line(parser, parser->refusal, line, (size_t)(end - line));
    }
    return HTTP1_MORE;
}

/* The empty line ends at end; the CRLF before it may be the start line's. */
static enum http1_result
end_head(struct http1_parser *parser, const char *end)
{
    if (memcmp(end - 4, "\r\n\r\n", 4) != 0) {
        refuse_for(parser, DESYNC_REASON_BAD_HEADER);
        return HTTP1_REFUSED;
    }
    if (parser->is_in_field && close_field(parser, end - 4) == -1)
        return HTTP1_REFUSED;
    return HTTP1_HEAD_DONE;
}

/*
 * The ALB's name for a field line that llhttp did not take. Where exactly it stops differs
 * between its versions, so the line is read once more from its start up to there.
 */
static enum desync_reason
classify_field(const char *error, const char *end)
{
    const char *line = error;
    const char *at = NULL;

    while (line[-1] != '\n') /* the start line's at the latest */
        line--;
    if (error < end)
        error++;
    for (at = line; at < error && http_byte_is(*at, HTTP_BYTE_TOKEN);)
        at++;
    if (at == line && at < error && *at == ':')
        return DESYNC_REASON_EMPTY_HEADER;
    if (at < error && (*at == ' ' || *at == '\t') &&
        framing_is_hidden_in(slice_make(line, (size_t)(at - line))))
        return DESYNC_REASON_SUSPICIOUS_HEADER;
    for (; at < error; at++)
        if (*at != '\0' && *at != '\t' && *at != '\r' && *at != '\n' && (uint8_t)*at < 0x20)
            return DESYNC_REASON_NON_COMPLIANT_HEADER;
    return DESYNC_REASON_BAD_HEADER;
}

static enum http1_result
feed_fields(struct http1_parser *parser, const char *bytes, size_t length, size_t *used)
{
    llhttp_errno_t error = llhttp_execute(&parser->llhttp, bytes, length);
    const struct http_head *head = parser->head;

    *used = length;
    if (error == HPE_PAUSED) {
        const char *end = llhttp_get_error_pos(&parser->llhttp);
        *used = (size_t)(end - bytes);
        return end_head(parser, end);
    }
    if (error != HPE_OK) {
        if (parser->refusal == HTTP_REFUSAL_NONE)
            refuse_for(parser,
                       classify_field(llhttp_get_error_pos(&parser->llhttp), bytes + length));
        return HTTP1_REFUSED;
    }
    if (parser->is_in_field &&
        (size_t)(bytes + length - head->fields[head->field_count - 1].name.at) >
            parser->field_limit + 2)
        return refused(parser, HTTP_REFUSAL_FIELD_TOO_LARGE);
    return HTTP1_MORE;
}

enum http1_result
http1_parser_feed(struct http1_parser *parser, const char *bytes, size_t length, size_t *used)
{
    enum http1_result result = HTTP1_MORE;
    size_t of_fields = 0;

    *used = 0;
    if (!parser->has_start_line)
        result = feed_start_line(parser, bytes, length, used);
    if (result == HTTP1_MORE && parser->has_start_line && *used < length)
        result = feed_fields(parser, bytes + *used, length - *used, &of_fields);
    *used += of_fields;
    parser->head->bytes += *used;
    if (result != HTTP1_REFUSED && parser->head->bytes > parser->head_limit)
        return refused(parser, HTTP_REFUSAL_HEAD_TOO_LARGE);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The answer that a client sees: the target's, with framing and connection made anew. */
#include "http/forwarding.h"

#include "base/clock.h"
#include "http/forwarding_write.h"

static void
write_status_line(struct text *out, unsigned status, struct slice reason)
{
    char code[3] = {(char)('0' + status / 100), (char)('0' + status / 10 % 10),
                    (char)('0' + status % 10)};

    text_add_literal(out, "HTTP/1.1 ");
    text_add_bytes(out, code, sizeof(code));
    text_add_byte(out, ' ');
    text_add_slice(out, reason);
    text_add_literal(out, "\r\n");
}

static bool
is_named_by(struct slice lines, struct slice name)
{
    while (lines.length != 0) {
        size_t colon = slice_find(lines, ':');
        size_t end = slice_find(lines, '\n') + 1;
        if (slice_equal_ignoring_case(slice_make(lines.at, colon), name))
            return true;
        lines = slice_make(lines.at + end, lines.length - end);
    }
    return false;
}

static inline bool
is_replaced(const struct http_field *field, const struct forwarding_shape *shape)
{
    return (field->id == HTTP_FIELD_SERVER && !shape->server_header) ||
           (shape->fields.length != 0 && field->id == HTTP_FIELD_OTHER &&
            is_named_by(shape->fields, field->name));
}

/* Returns whether a Date was among them. */
static bool
write_fields(struct text *out, const struct http_head *response,
             const struct forwarding_shape *shape)
{
    bool has_date = false;

    for (size_t i = 0; i < response->field_count; i++) {
        const struct http_field *field = &response->fields[i];
        if (field->is_dropped || http_field_class(field->id) == HTTP_FRAMING ||
            is_replaced(field, shape))
            continue;
        has_date = has_date || field->id == HTTP_FIELD_DATE;
        write_field(out, field->name, field->value);
    }
    return has_date;
}

static void
write_date(struct text *out)
{
    write_field(out, SLICE_LITERAL("Date"),
                slice_make(clock_http_date(), CLOCK_HTTP_DATE_LENGTH));
}

static void
write_connection(struct text *out, const struct forwarding_answer *answer)
{
    if (!answer->keep_alive)
        text_add_literal(out, "Connection: close\r\n");
    else if (answer->client_minor_version == 0)
        text_add_literal(out, "Connection: keep-alive\r\n");
}

/* An HTTP/1.0 client knows no chunks; for the others an answer has an end of its own. */
static enum http_framing
choose_framing(const struct http_head *response, const struct forwarding_answer *answer)
{
    bool is_open_ended =
        response->framing == HTTP_BODY_CHUNKED || response->framing == HTTP_BODY_UNTIL_CLOSE;

    if (!is_open_ended)
        return response->framing;
    return answer->client_minor_version == 0 ? HTTP_BODY_UNTIL_CLOSE : HTTP_BODY_CHUNKED;
}

/* Answers without a body may tell the length that it would have (HEAD, 304), but not 204. */
static void
write_framing(struct text *out, const struct http_head *response, enum http_framing framing)
{
    if (framing == HTTP_BODY_CHUNKED)
        text_add_literal(out, "Transfer-Encoding: chunked\r\n");
    else if (response->has_content_length && response->status != 204)
        write_content_length(out, response->content_length);
}

bool
forwarding_write_response(struct text *out, const struct http_head *response,
                          const struct forwarding_answer *answer, enum http_framing *framing)
{
    *framing = choose_framing(response, answer);
    write_status_line(out, response->status, response->reason);
    if (!write_fields(out, response, &answer->shape))
        write_date(out); /* RFC 9110 6.6.1 */
    write_framing(out, response, *framing);
    text_add_slice(out, answer->shape.fields);
    text_add_slice(out, answer->extra_fields);
    write_connection(out, answer);
    text_add_literal(out, "\r\n");
    return !out->is_truncated;
}

bool
forwarding_write_interim(struct text *out, const struct http_head *response)
{
    const struct forwarding_shape as_it_is = {.server_header = true};

    write_status_line(out, response->status, response->reason);
    write_fields(out, response, &as_it_is);
    if (response->status == 101) {
        text_add_literal(out, "Connection: upgrade\r\n");
        write_field(out, SLICE_LITERAL("Upgrade"), response->upgrade);
    }
    text_add_literal(out, "\r\n");
    return !out->is_truncated;
}

size_t
http1_write_chunk_head(char out[HTTP1_CHUNK_HEAD_MAX], uint64_t length)
{
    struct text text = text_over(out, HTTP1_CHUNK_HEAD_MAX);

    text_add_hex(&text, length, 0);
    text_add_literal(&text, "\r\n");
    return text.length;
}

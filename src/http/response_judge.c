/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judging answers of targets (RFC 9112 6.3). What is in conflict with itself is refused, since
 * two readings of one answer let a target put words into another one's mouth; where the end is
 * certain but the target was careless, the answer passes and its connection is given up.
 */
#include "http/response_judge.h"

#include "http/bytes.h"
#include "http/framing.h"

#define KEEP_ALIVE_TIMEOUT_MAX_S 86400

bool
response_is_interim(const struct http_head *response)
{
    return response->status < 200 && response->status != 101;
}

static bool
has_no_body(const struct http_head *response, const struct http_head *request)
{
    return response->status < 200 || response->status == 204 || response->status == 304 ||
           slice_equal(request->method, SLICE_LITERAL("HEAD"));
}

static enum http_refusal
judge_codings(struct http_head *response)
{
    switch (framing_read_codings(response)) {
    case FRAMING_CODINGS_NONE:
        return HTTP_REFUSAL_NONE;
    case FRAMING_CODINGS_CHUNKED:
        break;
    case FRAMING_CODINGS_UNKNOWN:
        return HTTP_REFUSAL_CODING;
    case FRAMING_CODINGS_TWICE:
    case FRAMING_CODINGS_NOT_LAST:
    case FRAMING_CODINGS_BAD:
        return HTTP_REFUSAL_MALFORMED;
    }
    if (response->minor_version == 0 || response->has_content_length)
        return HTTP_REFUSAL_MALFORMED;
    response->framing = HTTP_BODY_CHUNKED;
    return HTTP_REFUSAL_NONE;
}

static enum http_refusal
judge_framing(struct http_head *response)
{
    enum framing_length length = framing_read_length(response);

    if (length == FRAMING_LENGTH_BAD || length == FRAMING_LENGTH_DIFFERING)
        return HTTP_REFUSAL_MALFORMED;
    response->framing =
        length == FRAMING_LENGTH_NONE ? HTTP_BODY_UNTIL_CLOSE : HTTP_BODY_LENGTH;
    response->close_after = length == FRAMING_LENGTH_REPEATED;
    return judge_codings(response);
}

/*
 * Interim answers and 204 must not be framed (RFC 9112 6.1, RFC 9110 8.6): behind the first
 * another head follows, so it is refused; a 204 is the end, so only reuse is at stake. An
 * answer to HEAD, or a 304, may name the body that it has not; then some targets send it, maybe
 * much later. Only "Content-Length: 0" says that HEAD has none to send.
 */
static enum http_refusal
judge_without_body(struct http_head *response, const struct http_head *request)
{
    bool is_head = slice_equal(request->method, SLICE_LITERAL("HEAD"));
    bool is_framed = response->framing == HTTP_BODY_CHUNKED || response->content_length > 0;

    if (response->status < 200 && is_framed)
        return HTTP_REFUSAL_MALFORMED;
    if (response->status == 204 && is_framed)
        response->close_after = true;
    response->end_is_doubtful =
        response->status >= 200 &&
        (is_framed || (is_head && response->framing == HTTP_BODY_UNTIL_CLOSE));
    response->framing = HTTP_BODY_NONE;
    return HTTP_REFUSAL_NONE;
}

/* Only what was asked for may be switched to, and only by a proper 101 (RFC 9110 7.8). */
static enum http_refusal
judge_switch(struct http_head *response, const struct http_head *request,
             struct framing_options options)
{
    const struct http_field *upgrade = http_head_find(response, HTTP_FIELD_UPGRADE);

    if (!request->wants_upgrade || !options.upgrades || upgrade == NULL ||
        upgrade->value.length == 0)
        return HTTP_REFUSAL_MALFORMED;
    response->upgrade = upgrade->value;
    return HTTP_REFUSAL_NONE;
}

/* Keep-Alive: timeout=5, max=100 */
static void
read_keep_alive(struct http_head *response)
{
    static const struct slice key = {"timeout=", 8};
    const struct http_field *field = http_head_find(response, HTTP_FIELD_KEEP_ALIVE);
    struct slice element;
    uint64_t seconds = 0;

    if (field == NULL)
        return;
    struct slice rest = field->value;
    while (slice_next(&rest, ',', &element)) {
        if (element.length <= key.length ||
            !slice_equal_ignoring_case(slice_make(element.at, key.length), key))
            continue;
        element = slice_make(element.at + key.length, element.length - key.length);
        if (slice_to_number(element, KEEP_ALIVE_TIMEOUT_MAX_S, &seconds))
            response->keep_alive_timeout_s = (uint32_t)seconds;
    }
}

enum http_refusal
response_judge(struct http_head *response, const struct http_head *request)
{
    struct framing_options options = framing_read_connection(response);
    enum http_refusal refusal = HTTP_REFUSAL_NONE;

    if (response->status < 100 || options.named > FRAMING_NAMED_MAX)
        return HTTP_REFUSAL_MALFORMED;
    refusal = judge_framing(response);
    if (refusal == HTTP_REFUSAL_NONE && response->status == 101)
        refusal = judge_switch(response, request, options);
    if (refusal == HTTP_REFUSAL_NONE && has_no_body(response, request))
        refusal = judge_without_body(response, request);
    read_keep_alive(response);
    response->keep_alive = !options.closes && !response->close_after && !request->close_after &&
                           response->framing != HTTP_BODY_UNTIL_CLOSE &&
                           (response->minor_version > 0 || options.keeps_alive);
    return refusal;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judging requests, in the order of the steps at the end of this file. Refused in every mode,
 * because RFC 9112 leaves no safe reading: differing or bad Content-Length (6.3), chunked twice
 * or not last (6.1, 6.3), unknown codings (6.1), Transfer-Encoding on HTTP/1.0 (6.1), and
 * whatever the parser refuses. The rest is the desync mitigation mode's.
 */
#include "http/request_judge.h"

#include "http/bytes.h"
#include "http/framing.h"
#include "http/request_target.h"

static enum http_refusal
refuse(struct http_head *head, enum desync_reason reason)
{
    http_head_note(head, reason);
    return HTTP_REFUSAL_MALFORMED;
}

static bool
is_method(const struct http_head *head, const char *method)
{
    return slice_equal(head->method, slice_of(method));
}

static bool
is_get_or_head(const struct http_head *head)
{
    return is_method(head, "GET") || is_method(head, "HEAD");
}

bool
request_is_idempotent(const struct http_head *head)
{
    static const char *const methods[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (is_method(head, methods[i]))
            return true;
    return false;
}

static enum http_refusal
judge_length(struct http_head *head)
{
    switch (framing_read_length(head)) {
    case FRAMING_LENGTH_NONE:
        return HTTP_REFUSAL_NONE;
    case FRAMING_LENGTH_BAD:
        return refuse(head, DESYNC_REASON_BAD_CONTENT_LENGTH);
    case FRAMING_LENGTH_DIFFERING:
        return refuse(head, DESYNC_REASON_MULTIPLE_CONTENT_LENGTH);
    case FRAMING_LENGTH_REPEATED:
        http_head_note(head, DESYNC_REASON_DUPLICATE_CONTENT_LENGTH);
        break;
    case FRAMING_LENGTH_ONE:
        break;
    }
    head->framing = HTTP_BODY_LENGTH;
    if (is_get_or_head(head))
        http_head_note(head, head->content_length == 0
                                 ? DESYNC_REASON_GET_HEAD_ZERO_CONTENT_LENGTH
                                 : DESYNC_REASON_UNDEFINED_CONTENT_LENGTH_SEMANTICS);
    return HTTP_REFUSAL_NONE;
}

/* Both: chunked decides, Content-Length is not forwarded, and the connection is not trusted any
 * more (RFC 9112 6.1). */
static void
prefer_chunked(struct http_head *head)
{
    if (http_head_find(head, HTTP_FIELD_CONTENT_LENGTH) != NULL) {
        http_head_note(head, DESYNC_REASON_BOTH_TE_CL_PRESENT);
        head->close_after = true;
    }
    if (is_get_or_head(head))
        http_head_note(head, DESYNC_REASON_UNDEFINED_TRANSFER_ENCODING_SEMANTICS);
    head->framing = HTTP_BODY_CHUNKED;
    head->has_content_length = false;
    head->content_length = 0;
}

static enum http_refusal
judge_codings(struct http_head *head)
{
    enum framing_codings codings = framing_read_codings(head);

    if (codings == FRAMING_CODINGS_NONE)
        return HTTP_REFUSAL_NONE;
    if (head->minor_version == 0)
        return refuse(head, DESYNC_REASON_UNDEFINED_TRANSFER_ENCODING_SEMANTICS);
    if (codings == FRAMING_CODINGS_TWICE)
        return refuse(head, DESYNC_REASON_MULTIPLE_TRANSFER_ENCODING_CHUNKED);
    if (codings == FRAMING_CODINGS_CHUNKED) {
        prefer_chunked(head);
        return HTTP_REFUSAL_NONE;
    }
    http_head_note(head, DESYNC_REASON_BAD_TRANSFER_ENCODING);
    return codings == FRAMING_CODINGS_UNKNOWN ? HTTP_REFUSAL_CODING : HTTP_REFUSAL_MALFORMED;
}

/* Names that only look like framing fields do not reach a target, which may normalise them. */
static void
drop_suspicious(struct http_head *head)
{
    bool is_any = false;

    for (size_t i = 0; i < head->field_count; i++) {
        struct http_field *field = &head->fields[i];
        if (field->id == HTTP_FIELD_OTHER && framing_is_hidden_in(field->name))
            is_any = field->is_dropped = true;
    }
    if (is_any)
        http_head_note(head, head->framing == HTTP_BODY_NONE
                                 ? DESYNC_REASON_SUSPICIOUS_HEADER
                                 : DESYNC_REASON_SUSPICIOUS_TE_CL_PRESENT);
}

static enum http_refusal
judge_framing(struct http_head *head, const struct config_limits *limits)
{
    enum http_refusal refusal = judge_length(head);

    if (refusal == HTTP_REFUSAL_NONE)
        refusal = judge_codings(head);
    if (refusal != HTTP_REFUSAL_NONE)
        return refusal;
    drop_suspicious(head);
    if (limits->body_bytes != 0 && head->content_length > limits->body_bytes)
        return HTTP_REFUSAL_BODY_TOO_LARGE;
    return HTTP_REFUSAL_NONE;
}

/* False: the list names an expectation that nobody here knows. It may be empty, and may name
 * the one that there is more than once (RFC 9110 5.6.1.2, 10.1.1). */
static bool
read_expectations(struct slice list, bool *expects_continue)
{
    struct slice member;

    while (slice_next(&list, ',', &member)) {
        if (member.length == 0)
            continue;
        if (!slice_equal_ignoring_case(member, SLICE_LITERAL("100-continue")))
            return false;
        *expects_continue = true;
    }
    return true;
}

/* HTTP/1.0 clients expect nothing (RFC 9110 10.1.1). */
static enum http_refusal
judge_expectation(struct http_head *head)
{
    const struct http_field *expect = http_head_find(head, HTTP_FIELD_EXPECT);
    bool expects_continue = false;

    if (head->minor_version == 0)
        return HTTP_REFUSAL_NONE;
    for (; expect != NULL; expect = http_head_find_next(head, expect))
        if (!read_expectations(expect->value, &expects_continue))
            return HTTP_REFUSAL_EXPECTATION;
    head->wants_continue =
        expects_continue && (head->framing == HTTP_BODY_CHUNKED || head->content_length > 0);
    return HTTP_REFUSAL_NONE;
}

/* h2c would carry further requests past the rules (RFC 9113 3.1 has given it up). */
static bool
is_upgrade_served(struct slice protocols)
{
    struct slice protocol;

    if (protocols.length == 0)
        return false;
    while (slice_next(&protocols, ',', &protocol)) {
        struct slice name = slice_make(protocol.at, slice_find(protocol, '/'));
        if (!http_is_token(name) || slice_equal_ignoring_case(name, SLICE_LITERAL("h2c")) ||
            slice_equal_ignoring_case(name, SLICE_LITERAL("HTTP")))
            return false;
    }
    return true;
}

/* An upgrade that is not served is ignored, as RFC 9110 7.8 allows. */
static void
judge_upgrade(struct http_head *head, struct framing_options options)
{
    const struct http_field *upgrade = http_head_find(head, HTTP_FIELD_UPGRADE);

    if (upgrade == NULL || !options.upgrades || head->minor_version == 0 ||
        http_head_find_next(head, upgrade) != NULL || !is_upgrade_served(upgrade->value))
        return;
    if (head->framing == HTTP_BODY_CHUNKED || head->content_length > 0 || head->close_after)
        return;
    head->upgrade = upgrade->value;
    head->wants_upgrade = true;
}

static void
drop_invalid_names(struct http_head *head)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (!http_bytes_are(head->fields[i].name, HTTP_BYTE_PLAIN))
            head->fields[i].is_dropped = head->has_dropped = true;
}

/* The ALB's table: class by mode (docs/http.md, The modes). */
static enum http_refusal
mitigate(struct http_head *head, enum config_desync_mode mode)
{
    enum desync_class found = desync_reason_class(head->desync);

    if ((mode == DESYNC_STRICTEST && found >= DESYNC_ACCEPTABLE) ||
        (mode == DESYNC_DEFENSIVE && found == DESYNC_SEVERE))
        return HTTP_REFUSAL_DESYNC;
    if (mode == DESYNC_DEFENSIVE && found == DESYNC_AMBIGUOUS)
        head->close_after = true;
    return HTTP_REFUSAL_NONE;
}

static enum http_refusal
judge_message(struct http_head *head, const struct config_limits *limits)
{
    enum http_refusal refusal = HTTP_REFUSAL_NONE;

    if (is_method(head, "TRACE") || is_method(head, "CONNECT"))
        return HTTP_REFUSAL_METHOD;
    refusal = request_target_read(head);
    if (refusal == HTTP_REFUSAL_NONE)
        refusal = judge_framing(head, limits);
    if (refusal == HTTP_REFUSAL_NONE)
        refusal = judge_expectation(head);
    return refusal;
}

enum http_refusal
request_judge(struct http_head *head, const struct config_attributes *attributes,
              const struct config_limits *limits)
{
    struct framing_options options = framing_read_connection(head);
    enum http_refusal refusal = judge_message(head, limits);

    if (refusal != HTTP_REFUSAL_NONE)
        return refusal;
    if (options.named > FRAMING_NAMED_MAX)
        return HTTP_REFUSAL_MALFORMED;
    if (attributes->drop_invalid_header_fields)
        drop_invalid_names(head);
    refusal = mitigate(head, attributes->desync_mitigation_mode);
    judge_upgrade(head, options);
    head->keep_alive = !options.closes && !head->close_after &&
                       (head->minor_version > 0 || options.keeps_alive);
    return refusal;
}

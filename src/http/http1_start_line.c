/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request and status lines. They are not left to llhttp, since it knows a fixed list of methods
 * (RFC 9110 9.1 has none) and takes RTSP, ICE, HTTP/0.9 and HTTP/2.0 lines for HTTP.
 */
#include "http/http1_start_line.h"

#include "http/bytes.h"

static enum http_refusal
refuse(struct http_head *head, enum desync_reason reason)
{
    http_head_note(head, reason);
    return HTTP_REFUSAL_MALFORMED;
}

static bool
is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* "HTTP/d.d" */
static bool
is_version(struct slice version)
{
    static const char form[] = "HTTP/d.d";

    return version.length == sizeof(form) - 1 && memcmp(version.at, form, 5) == 0 &&
           is_digit(version.at[5]) && version.at[6] == '.' && is_digit(version.at[7]);
}

/* Also of a line that is refused for something else: logs tell it. */
static void
note_version(struct http_head *head, struct slice version)
{
    if (!is_version(version) || version.at[5] != '1')
        return;
    head->minor_version = (uint8_t)(version.at[7] - '0');
    head->has_version = true;
}

/* A higher x of "HTTP/1.x" is read as the 1.1 that it must be compatible with (RFC 9110 2.5).
 */
static enum http_refusal
read_version(struct http_head *head, struct slice version)
{
    if (version.length == 0)
        return refuse(head, DESYNC_REASON_NON_COMPLIANT_VERSION);
    if (!is_version(version))
        return refuse(head, DESYNC_REASON_BAD_VERSION);
    if (version.at[5] != '1') {
        http_head_note(head, DESYNC_REASON_BAD_VERSION);
        return HTTP_REFUSAL_VERSION;
    }
    note_version(head, version);
    if (head->minor_version > 1)
        http_head_note(head, DESYNC_REASON_NON_COMPLIANT_VERSION);
    return HTTP_REFUSAL_NONE;
}

/* What the ALB calls a request target that is not one. */
static enum desync_reason
classify_target(struct slice target)
{
    enum desync_reason reason = DESYNC_REASON_BAD_URI;

    for (size_t i = 0; i < target.length; i++) {
        uint8_t byte = (uint8_t)target.at[i];
        if (byte == '\0' || byte == '\r')
            return DESYNC_REASON_BAD_URI;
        if (byte < 0x20 || byte == 0x7f)
            reason = DESYNC_REASON_AMBIGUOUS_URI;
        else if (byte == ' ' && reason == DESYNC_REASON_BAD_URI)
            reason = DESYNC_REASON_SPACE_IN_URI;
    }
    return reason;
}

enum http_refusal
http1_read_request_line(struct http_head *head, struct slice line)
{
    size_t method_end = slice_find(line, ' ');

    if (!http_is_token(slice_make(line.at, method_end)))
        return refuse(head, DESYNC_REASON_BAD_METHOD);
    head->method = slice_make(line.at, method_end);
    if (method_end == line.length)
        return refuse(head, DESYNC_REASON_NON_COMPLIANT_VERSION);
    /* The last space: between the two none is allowed, but the refusal should name it. */
    const char *last_space = memrchr(line.at, ' ', line.length);
    const char *target = line.at + method_end + 1;
    if (last_space < target)
        return refuse(head, DESYNC_REASON_NON_COMPLIANT_VERSION);
    struct slice version =
        slice_make(last_space + 1, (size_t)(line.at + line.length - last_space) - 1);
    head->target = slice_make(target, (size_t)(last_space - target));
    if (head->target.length == 0 || !http_bytes_are(head->target, HTTP_BYTE_TARGET)) {
        note_version(head, version);
        return refuse(head, classify_target(head->target));
    }
    return read_version(head, version);
}

/* The reason phrase may be empty, and its space too: many servers leave it out. */
enum http_refusal
http1_read_status_line(struct http_head *head, struct slice line)
{
    enum http_refusal refusal = read_version(head, slice_make(line.at, slice_find(line, ' ')));
    const char *code = line.at + 9;

    if (refusal != HTTP_REFUSAL_NONE)
        return refusal;
    if (line.length < 12 || !is_digit(code[0]) || !is_digit(code[1]) || !is_digit(code[2]) ||
        (line.length > 12 && line.at[12] != ' '))
        return HTTP_REFUSAL_MALFORMED;
    head->status = (unsigned)((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
    head->reason =
        line.length > 13 ? slice_make(line.at + 13, line.length - 13) : slice_make(code + 3, 0);
    if (http_value_look(head->reason) == HTTP_VALUE_BAD)
        return HTTP_REFUSAL_MALFORMED;
    return HTTP_REFUSAL_NONE;
}

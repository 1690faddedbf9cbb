/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three forms of request targets that are served (authority-form is CONNECT's), and Host.
 * The authority of absolute-form wins over Host, which must be well-formed all the same
 * (RFC 9112 3.2.2); userinfo is refused (RFC 9110 4.2.4).
 */
#include "http/request_target.h"

#include "http/bytes.h"

#define PORT_MAX 65535

/* [IPv6] or [IPvFuture]: the characters only, nobody connects by it. */
static bool
is_ip_literal(struct slice host)
{
    if (host.length < 4 || host.at[host.length - 1] != ']')
        return false;
    for (size_t i = 1; i < host.length - 1; i++)
        if (host.at[i] != ':' && !http_byte_is(host.at[i], HTTP_BYTE_HOST))
            return false;
    return true;
}

static bool
is_hex_digit(char byte)
{
    byte = slice_lower(byte);
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
}

/* A name or IPv4 address; a percent sign needs its two digits. */
static bool
is_registered_name(struct slice host)
{
    if (host.length == 0 || !http_bytes_are(host, HTTP_BYTE_HOST))
        return false;
    for (size_t i = 0; i < host.length; i++)
        if (host.at[i] == '%' && (i + 2 >= host.length || !is_hex_digit(host.at[i + 1]) ||
                                  !is_hex_digit(host.at[i + 2])))
            return false;
    return true;
}

/* host [ ":" port ]; the port may be empty (RFC 3986 3.2.3). */
static bool
read_authority(struct slice authority, struct slice *name)
{
    bool is_literal = authority.length != 0 && *authority.at == '[';
    size_t end = slice_find(authority, is_literal ? ']' : ':');
    uint64_t port = 0;

    if (is_literal && end < authority.length)
        end++;
    *name = slice_make(authority.at, end);
    if (is_literal ? !is_ip_literal(*name) : !is_registered_name(*name))
        return false;
    if (end == authority.length)
        return true;
    struct slice digits = slice_make(authority.at + end + 1, authority.length - end - 1);
    return authority.at[end] == ':' &&
           (digits.length == 0 || slice_to_number(digits, PORT_MAX, &port));
}

/* Only HTTP/1.0 may leave Host out (RFC 9112 3.2). */
static enum http_refusal
read_host(struct http_head *head)
{
    const struct http_field *host = http_head_find(head, HTTP_FIELD_HOST);

    if (host == NULL)
        return head->minor_version == 0 ? HTTP_REFUSAL_NONE : HTTP_REFUSAL_BAD_HOST;
    if (http_head_find_next(head, host) != NULL)
        return HTTP_REFUSAL_BAD_HOST;
    head->host = host->value;
    return read_authority(head->host, &head->host_name) ? HTTP_REFUSAL_NONE
                                                        : HTTP_REFUSAL_BAD_HOST;
}

static void
split_query(struct http_head *head, struct slice path_and_query)
{
    size_t mark = slice_find(path_and_query, '?');

    head->path = slice_make(path_and_query.at, mark);
    if (mark < path_and_query.length)
        head->query =
            slice_make(path_and_query.at + mark + 1, path_and_query.length - mark - 1);
}

static bool
takes_scheme(struct slice *target, struct slice scheme)
{
    if (target->length < scheme.length ||
        !slice_equal_ignoring_case(slice_make(target->at, scheme.length), scheme))
        return false;
    *target = slice_make(target->at + scheme.length, target->length - scheme.length);
    return true;
}

/* http://authority[/path][?query] */
static enum http_refusal
read_absolute(struct http_head *head)
{
    struct slice rest = head->target;
    size_t end = 0;

    if (!takes_scheme(&rest, SLICE_LITERAL("http://")) &&
        !takes_scheme(&rest, SLICE_LITERAL("https://")))
        return HTTP_REFUSAL_MALFORMED;
    while (end < rest.length && rest.at[end] != '/' && rest.at[end] != '?')
        end++;
    head->host = slice_make(rest.at, end);
    if (!read_authority(head->host, &head->host_name))
        return HTTP_REFUSAL_BAD_HOST;
    split_query(head, slice_make(rest.at + end, rest.length - end));
    if (head->path.length != 0)
        return HTTP_REFUSAL_NONE;
    bool is_of_server = slice_equal(head->method, SLICE_LITERAL("OPTIONS")) &&
                        head->query.at == NULL; /* RFC 9112 3.2.4 */
    head->path = is_of_server ? http_path_asterisk : http_path_root;
    return HTTP_REFUSAL_NONE;
}

enum http_refusal
request_target_read(struct http_head *head)
{
    enum http_refusal refusal = read_host(head);

    if (refusal != HTTP_REFUSAL_NONE)
        return refusal;
    if (*head->target.at == '/') {
        split_query(head, head->target);
        return HTTP_REFUSAL_NONE;
    }
    if (slice_equal(head->target, http_path_asterisk)) {
        head->path = head->target;
        return slice_equal(head->method, SLICE_LITERAL("OPTIONS")) ? HTTP_REFUSAL_NONE
                                                                   : HTTP_REFUSAL_MALFORMED;
    }
    refusal = read_absolute(head);
    if (refusal == HTTP_REFUSAL_MALFORMED)
        http_head_note(head, DESYNC_REASON_BAD_URI);
    return refusal;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Reading X-Forwarded-*: what is said in two ways, or not clearly, is not said. */
#include "http/forwarded.h"

/* Splits what follows an address off it: ":41822", or nothing. */
static bool
take_port(struct slice rest, uint16_t *port)
{
    uint64_t number = 0;

    *port = 0;
    if (rest.length == 0)
        return true;
    if (rest.at[0] != ':' ||
        !slice_to_number(slice_make(rest.at + 1, rest.length - 1), UINT16_MAX, &number))
        return false;
    *port = (uint16_t)number;
    return true;
}

/* Where the address ends in 192.0.2.1, 192.0.2.1:80 and 2001:db8::1. */
static size_t
bare_length(struct slice element)
{
    size_t colon = slice_find(element, ':');
    struct slice rest = slice_make(element.at + colon, element.length - colon);
    bool has_one = rest.length > 0 &&
                   slice_find(slice_make(rest.at + 1, rest.length - 1), ':') == rest.length - 1;

    return has_one ? colon : element.length;
}

/* Those, [2001:db8::1] and [2001:db8::1]:80. */
static bool
read_address(struct slice element, struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];
    bool is_bracketed = element.length > 0 && element.at[0] == '[';
    size_t end = is_bracketed ? slice_find(element, ']') : bare_length(element);
    struct slice bare = slice_make(element.at + is_bracketed, end - is_bracketed);
    uint16_t port;

    if ((is_bracketed && end == element.length) || bare.length >= sizeof(text))
        return false;
    end += is_bracketed;
    if (!take_port(slice_make(element.at + end, element.length - end), &port))
        return false;
    memcpy(text, bare.at, bare.length);
    text[bare.length] = '\0';
    if (strlen(text) != bare.length || !address_parse(address, text, port) ||
        (is_bracketed && address->family != ADDRESS_IPV6))
        return false;
    address_unmap(address);
    return true;
}

/* What a scan from the left knows: each address that is not trusted overrules those before. */
struct scan {
    struct address *client;
    unsigned count;
    bool has_client; /* also while all were trusted */
    bool has_ended;  /* left of here nobody looks: not trusted, or no address */
};

static void
scan_element(struct scan *scan, struct slice element, forwarded_trusts *trusts,
             const void *argument)
{
    struct address address;
    bool is_address = read_address(element, &address);

    scan->count++;
    if (is_address && trusts(argument, &address)) {
        if (scan->has_ended || scan->has_client)
            return;
    } else {
        scan->has_ended = true;
    }
    scan->has_client = is_address;
    if (is_address)
        *scan->client = address;
}

bool
forwarded_client(const struct http_head *request, forwarded_trusts *trusts,
                 const void *argument, struct address *client)
{
    const struct http_field *field = http_head_find(request, HTTP_FIELD_X_FORWARDED_FOR);
    struct scan scan = {.client = client};
    struct slice element;

    for (; field != NULL; field = http_head_find_next(request, field)) {
        struct slice rest = field->value;
        while (scan.count <= FORWARDED_FOR_MAX && slice_next(&rest, ',', &element))
            if (element.length != 0)
                scan_element(&scan, element, trusts, argument);
    }
    return scan.has_client && scan.count <= FORWARDED_FOR_MAX;
}

/* The value of a field that stands there once, or SLICE_NONE. */
static struct slice
only_value(const struct http_head *request, enum http_field_id id)
{
    const struct http_field *field = http_head_find(request, id);

    return field == NULL || http_head_find_next(request, field) != NULL ? SLICE_NONE
                                                                        : field->value;
}

bool
forwarded_protocol(const struct http_head *request, bool *is_tls)
{
    static const struct {
        struct slice word;
        bool is_tls;
    } protocols[] = {
        {{"https", 5}, true}, {{"http", 4}, false}, {{"wss", 3}, true}, {{"ws", 2}, false}};
    struct slice value = only_value(request, HTTP_FIELD_X_FORWARDED_PROTO);

    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
        if (slice_equal_ignoring_case(value, protocols[i].word)) {
            *is_tls = protocols[i].is_tls;
            return true;
        }
    return false;
}

uint16_t
forwarded_port(const struct http_head *request)
{
    uint64_t port = 0;

    return slice_to_number(only_value(request, HTTP_FIELD_X_FORWARDED_PORT), UINT16_MAX, &port)
               ? (uint16_t)port
               : 0;
}

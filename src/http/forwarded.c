/* SPDX-License-Identifier: Apache-2.0 */
/* Reading X-Forwarded-*: what is said in two ways, or not clearly, is not said. */
#include "http/forwarded.h"

#include "base/text.h"

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

#define HTTP_PORT 80
#define HTTPS_PORT 443

/* A hop that tells the protocol only was asked at the protocol's own port. */
static uint16_t
port_of(const struct http_head *request, bool has_protocol, bool is_tls)
{
    uint16_t port = forwarded_port(request);

    if (port != 0 || !has_protocol)
        return port;
    return is_tls ? HTTPS_PORT : HTTP_PORT;
}

void
forwarded_origin_read(struct forwarded_origin *origin, const struct http_head *request,
                      forwarded_trusts *trusts, const void *argument)
{
    struct address client;

    origin->is_told = true;
    if (forwarded_client(request, trusts, argument, &client))
        origin->client = client;
    bool has_protocol = forwarded_protocol(request, &origin->is_tls);
    origin->port = port_of(request, has_protocol, origin->is_tls);
}

/* Once, as a text that lives until the next one is asked for. */
static struct slice
port_text(uint16_t port)
{
    static char bytes[8];
    struct text text = text_over(bytes, sizeof(bytes));

    text_add_number(&text, port);
    return text_slice(&text);
}

bool
forwarded_next_field(const struct forwarded_fields *fields, struct slice name, size_t *place,
                     struct slice *value)
{
    enum http_field_id id = http_field_find(name);
    bool is_own = id == HTTP_FIELD_X_FORWARDED_PROTO || id == HTTP_FIELD_X_FORWARDED_PORT;

    if (id == HTTP_FIELD_X_FORWARDED_FOR && !fields->origin->is_told)
        return false;
    if (!is_own)
        return http_head_next_value(fields->request, name, place, value);
    if (*place > 0)
        return false;
    *place = 1;
    if (id == HTTP_FIELD_X_FORWARDED_PORT)
        *value = port_text(fields->port);
    else
        *value = fields->origin->is_tls ? SLICE_LITERAL("https") : SLICE_LITERAL("http");
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/host_check.h"

#include "base/address.h"

/* The name or address without the port; empty where it is neither. */
static struct slice
without_port(struct slice host)
{
    size_t length = 0;

    if (host.length > 0 && host.at[0] == '[') {
        length = slice_find(host, ']') + 1;
        if (length > host.length)
            return SLICE_NONE;
    } else {
        length = slice_find(host, ':');
    }
    struct slice port = slice_make(host.at + length, host.length - length);
    uint64_t number;
    bool is_port =
        port.length > 1 && port.at[0] == ':' &&
        slice_to_number(slice_make(port.at + 1, port.length - 1), UINT16_MAX, &number);
    return port.length == 0 || is_port ? slice_make(host.at, length) : SLICE_NONE;
}

/* An address, in brackets where it is an IPv6 one. */
static bool
read_address(struct slice name, struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];
    bool has_brackets = name.length > 2 && name.at[0] == '[';
    struct slice bare = has_brackets ? slice_make(name.at + 1, name.length - 2) : name;

    if (bare.length == 0 || bare.length >= sizeof(text))
        return false;
    memcpy(text, bare.at, bare.length);
    text[bare.length] = '\0';
    return address_parse(address, text, 0) && has_brackets == (address->family == ADDRESS_IPV6);
}

bool
host_check_is_loopback(const struct address *address)
{
    static const uint8_t ipv6[16] = {[15] = 1};

    return address->family == ADDRESS_IPV4 ? address->bytes[0] == 127
                                           : memcmp(address->bytes, ipv6, sizeof(ipv6)) == 0;
}

/* One of the names may be an address, too. */
static bool
is_name(struct slice name, const struct address *address, struct slice candidate)
{
    struct address other;
    char text[ADDRESS_TEXT_SIZE];

    if (slice_equal_ignoring_case(name, candidate))
        return true;
    if (address == NULL || candidate.length == 0 || candidate.length >= sizeof(text))
        return false;
    memcpy(text, candidate.at, candidate.length);
    text[candidate.length] = '\0';
    return address_parse(&other, text, 0) && address_equal(address, &other);
}

bool
host_check_is_ours(struct slice host, struct slice names)
{
    struct slice name = without_port(slice_trim(host));
    struct address address;
    bool is_address = read_address(name, &address);
    struct slice candidate;

    if (name.length == 0)
        return false;
    if (is_address ? host_check_is_loopback(&address)
                   : slice_equal_ignoring_case(name, SLICE_LITERAL("localhost")))
        return true;
    while (slice_next(&names, ' ', &candidate)) {
        if (is_name(name, is_address ? &address : NULL, candidate))
            return true;
    }
    return false;
}

struct slice
host_check_name(struct slice host)
{
    struct slice name = without_port(slice_trim(host));

    return name.length > 2 && name.at[0] == '[' ? slice_make(name.at + 1, name.length - 2)
                                                : name;
}

bool
host_check_is_same_origin(struct slice origin, struct slice host)
{
    static const struct slice schemes[] = {{"http://", 7}, {"https://", 8}};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
        size_t length = schemes[i].length;
        if (slice_starts_with(origin, schemes[i]) &&
            slice_equal_ignoring_case(slice_make(origin.at + length, origin.length - length),
                                      slice_trim(host)))
            return true;
    }
    return false;
}

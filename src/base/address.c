/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses between text, the system's sockaddr and our own 20 bytes. */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "base/text.h"

#define MAPPED_BITS 96 /* of an IPv4-mapped IPv6 address, in front of the IPv4 one */

bool
address_parse(struct address *address, const char *text, uint16_t port)
{
    struct address parsed = {.port = port};

    if (inet_pton(AF_INET, text, parsed.bytes) == 1)
        parsed.family = ADDRESS_IPV4;
    else if (inet_pton(AF_INET6, text, parsed.bytes) == 1)
        parsed.family = ADDRESS_IPV6;
    else
        return false;
    *address = parsed;
    return true;
}

void
address_unmap(struct address *address)
{
    static const uint8_t mapped[MAPPED_BITS / 8] = {[10] = 0xff, [11] = 0xff};

    if (address->family != ADDRESS_IPV6 || memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
        return;
    memmove(address->bytes, address->bytes + sizeof(mapped), 4);
    memset(address->bytes + 4, 0, sizeof(mapped));
    address->family = ADDRESS_IPV4;
}

void
address_from_system(struct address *address, const struct sockaddr_storage *system)
{
    *address = (struct address){.family = ADDRESS_NONE};
    if (system->ss_family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)system;
        memcpy(address->bytes, &ipv4->sin_addr, 4);
        address->port = ntohs(ipv4->sin_port);
        address->family = ADDRESS_IPV4;
    } else if (system->ss_family == AF_INET6) {
        const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)system;
        memcpy(address->bytes, &ipv6->sin6_addr, 16);
        address->port = ntohs(ipv6->sin6_port);
        address->family = ADDRESS_IPV6;
        address_unmap(address);
    } else if (system->ss_family == AF_UNIX) {
        address->family = ADDRESS_UNIX;
    }
}

socklen_t
address_to_system(const struct address *address, struct sockaddr_storage *system)
{
    memset(system, 0, sizeof(*system));
    if (address->family == ADDRESS_IPV4) {
        struct sockaddr_in *ipv4 = (struct sockaddr_in *)system;
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(address->port);
        memcpy(&ipv4->sin_addr, address->bytes, 4);
        return sizeof(*ipv4);
    }
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)system;
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_port = htons(address->port);
    memcpy(&ipv6->sin6_addr, address->bytes, 16);
    return sizeof(*ipv6);
}

/* By hand: it stands in every forwarded request, and inet_ntop goes through printf. */
static size_t
format_ipv4(const uint8_t bytes[4], char *text)
{
    char *at = text;

    for (int i = 0; i < 4; i++) {
        unsigned byte = bytes[i];
        if (byte >= 100)
            *at++ = (char)('0' + byte / 100);
        if (byte >= 10)
            *at++ = (char)('0' + byte / 10 % 10);
        *at++ = (char)('0' + byte % 10);
        *at++ = i < 3 ? '.' : '\0';
    }
    return (size_t)(at - text) - 1;
}

size_t
address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    if (address->family == ADDRESS_IPV4)
        return format_ipv4(address->bytes, text);
    if (address->family == ADDRESS_IPV6)
        inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_SIZE);
    else
        strcpy(text, address->family == ADDRESS_UNIX ? "unix:" : "-");
    return strlen(text);
}

size_t
address_format_with_port(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    struct text out = text_over(text, ADDRESS_TEXT_SIZE - 1);
    bool is_ipv6 = address->family == ADDRESS_IPV6;
    char bare[ADDRESS_TEXT_SIZE];

    if (is_ipv6)
        text_add_byte(&out, '[');
    text_add_bytes(&out, bare, address_format(address, bare));
    if (is_ipv6)
        text_add_byte(&out, ']');
    if (is_ipv6 || address->family == ADDRESS_IPV4) {
        text_add_byte(&out, ':');
        text_add_number(&out, address->port);
    }
    text[out.length] = '\0';
    return out.length;
}

bool
address_equal(const struct address *one, const struct address *other)
{
    return one->family == other->family && one->port == other->port &&
           memcmp(one->bytes, other->bytes, sizeof(one->bytes)) == 0;
}

/* IPv4 addresses in IPv6's clothes are looked for as what they are. False: the prefix counts as
 * if they had none on. */
static bool
unmap_block(struct address_block *block)
{
    enum address_family written = block->network.family;

    address_unmap(&block->network);
    if (block->network.family == written)
        return true;
    if (block->prefix_bits < MAPPED_BITS)
        return false;
    block->prefix_bits = (uint8_t)(block->prefix_bits - MAPPED_BITS);
    return true;
}

bool
address_block_parse(struct address_block *block, const char *text)
{
    char bare[64];
    const char *slash = strchr(text, '/');
    size_t length = slash == NULL ? strlen(text) : (size_t)(slash - text);
    uint64_t bits = 0;

    if (length >= sizeof(bare))
        return false;
    memcpy(bare, text, length);
    bare[length] = '\0';
    *block = (struct address_block){0};
    if (!address_parse(&block->network, bare, 0))
        return false;
    unsigned widest = block->network.family == ADDRESS_IPV4 ? 32 : 128;
    if (slash == NULL)
        bits = widest;
    else if (!slice_to_number(slice_of(slash + 1), widest, &bits))
        return false;
    block->prefix_bits = (uint8_t)bits;
    return unmap_block(block);
}

bool
address_source_parse(struct address_block *block, const char *text)
{
    bool is_unix = strcmp(text, "unix:") == 0;

    if (!is_unix && strcmp(text, "nobody") != 0)
        return address_block_parse(block, text);
    *block =
        (struct address_block){.network = {.family = is_unix ? ADDRESS_UNIX : ADDRESS_NONE}};
    return true;
}

bool
address_block_contains(const struct address_block *block, const struct address *address)
{
    unsigned whole = block->prefix_bits / 8;
    unsigned rest = block->prefix_bits % 8;

    if (block->network.family != address->family)
        return false;
    if (memcmp(block->network.bytes, address->bytes, whole) != 0)
        return false;
    return rest == 0 ||
           ((block->network.bytes[whole] ^ address->bytes[whole]) >> (8 - rest)) == 0;
}

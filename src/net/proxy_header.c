/* SPDX-License-Identifier: Apache-2.0 */
/* Byte by byte: a header is short, comes once a connection, and may be cut anywhere. */
#include "net/proxy_header.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/slice.h"

#define V1_SIGNATURE "PROXY "
#define V2_SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

#define V1_SIGNATURE_BYTES (sizeof(V1_SIGNATURE) - 1)
#define V2_SIGNATURE_BYTES (sizeof(V2_SIGNATURE) - 1)

/* Signature, version and command, family and transport, length (section 2.2). */
#define V2_FIXED_BYTES 16

/* Longer than any address, with its NUL. */
#define WORD_BYTES 48

enum { COMMAND_LOCAL, COMMAND_PROXY };

enum { FAMILY_UNSPECIFIED, FAMILY_IPV4, FAMILY_IPV6, FAMILY_UNIX, FAMILY_COUNT };

enum { TRANSPORT_UNSPECIFIED, TRANSPORT_STREAM };

/* Of source and destination, ports included. */
static const size_t family_bytes[FAMILY_COUNT] = {
    [FAMILY_UNSPECIFIED] = 0, [FAMILY_IPV4] = 12, [FAMILY_IPV6] = 36, [FAMILY_UNIX] = 216};

/* Nothing that is looked at lies behind. */
static unsigned
byte_at(const struct proxy_header *header, size_t index)
{
    return index < sizeof(header->bytes) ? (unsigned char)header->bytes[index] : 0;
}

static bool
read_word(struct slice word, enum address_family family, struct address *address)
{
    char text[WORD_BYTES];

    if (word.length == 0 || word.length >= sizeof(text))
        return false;
    memcpy(text, word.at, word.length);
    text[word.length] = '\0';
    if (!address_parse(address, text, 0) || address->family != family)
        return false;
    address_unmap(address);
    return true;
}

static bool
read_port(struct slice word, struct address *address)
{
    uint64_t port;

    if (!slice_to_number(word, UINT16_MAX, &port))
        return false;
    address->port = (uint16_t)port;
    return true;
}

/* "PROXY TCP4 192.0.2.1 198.51.100.1 41822 443" (section 2.1). */
static enum proxy_result
read_line(struct proxy_header *header)
{
    struct slice rest = slice_make(header->bytes + V1_SIGNATURE_BYTES,
                                   header->taken - V1_SIGNATURE_BYTES - strlen("\r\n"));
    struct slice words[5] = {SLICE_NONE};
    size_t count = 0;

    if (slice_starts_with(rest, SLICE_LITERAL("UNKNOWN")))
        return rest.length == 7 || rest.at[7] == ' ' ? PROXY_DONE : PROXY_MALFORMED;
    while (count < 5 && slice_next(&rest, ' ', &words[count]))
        count++;
    bool is_ipv6 = slice_equal(words[0], SLICE_LITERAL("TCP6"));
    enum address_family family = is_ipv6 ? ADDRESS_IPV6 : ADDRESS_IPV4;
    if ((!is_ipv6 && !slice_equal(words[0], SLICE_LITERAL("TCP4"))) || rest.length != 0 ||
        !read_word(words[1], family, &header->source) ||
        !read_word(words[2], family, &header->destination) ||
        !read_port(words[3], &header->source) || !read_port(words[4], &header->destination))
        return PROXY_MALFORMED;
    header->is_told = true;
    return PROXY_DONE;
}

static enum proxy_result
take_text(struct proxy_header *header)
{
    size_t index = header->taken - 1;
    unsigned last = byte_at(header, index);
    bool follows_return = index > 0 && byte_at(header, index - 1) == '\r';

    if (index < V1_SIGNATURE_BYTES)
        return last == (unsigned char)V1_SIGNATURE[index] ? PROXY_MORE : PROXY_MALFORMED;
    if (follows_return)
        return last == '\n' ? read_line(header) : PROXY_MALFORMED;
    if ((last < ' ' && last != '\r') || last > '~' || header->taken == PROXY_HEADER_V1_MAX)
        return PROXY_MALFORMED;
    return PROXY_MORE;
}

static void
read_binary_address(struct address *address, bool is_ipv6, const char *bytes, const char *port)
{
    *address = (struct address){.family = is_ipv6 ? ADDRESS_IPV6 : ADDRESS_IPV4};
    memcpy(address->bytes, bytes, is_ipv6 ? 16 : 4);
    address->port = (uint16_t)((unsigned char)port[0] << 8 | (unsigned char)port[1]);
    address_unmap(address);
}

/* What stands behind the addresses (TLVs, a checksum among them) is skipped. */
static enum proxy_result
read_addresses(struct proxy_header *header)
{
    unsigned family = byte_at(header, 13) >> 4;
    bool is_ipv6 = family == FAMILY_IPV6;
    size_t bytes = is_ipv6 ? 16 : 4;
    const char *at = header->bytes + V2_FIXED_BYTES;

    if ((byte_at(header, 12) & 15) == COMMAND_LOCAL ||
        (family != FAMILY_IPV4 && family != FAMILY_IPV6))
        return PROXY_DONE;
    read_binary_address(&header->source, is_ipv6, at, at + 2 * bytes);
    read_binary_address(&header->destination, is_ipv6, at + bytes, at + 2 * bytes + 2);
    header->is_told = true;
    return PROXY_DONE;
}

/* The fixed part is complete: whether what it announces can be, and is for us. */
static bool
fixed_part_is_sound(struct proxy_header *header)
{
    unsigned version = byte_at(header, 12) >> 4, command = byte_at(header, 12) & 15;
    unsigned family = byte_at(header, 13) >> 4, transport = byte_at(header, 13) & 15;
    size_t announced = byte_at(header, 14) << 8 | byte_at(header, 15);

    header->length = V2_FIXED_BYTES + announced;
    if (version != 2 || command > COMMAND_PROXY || header->length > PROXY_HEADER_V2_MAX)
        return false;
    if (command == COMMAND_LOCAL) /* its other bytes are to be ignored */
        return true;
    return family < FAMILY_COUNT && announced >= family_bytes[family] &&
           (family == FAMILY_UNSPECIFIED || transport == TRANSPORT_STREAM);
}

static enum proxy_result
take_binary(struct proxy_header *header)
{
    size_t index = header->taken - 1;

    if (index < V2_SIGNATURE_BYTES)
        return byte_at(header, index) == (unsigned char)V2_SIGNATURE[index] ? PROXY_MORE
                                                                            : PROXY_MALFORMED;
    if (header->taken == V2_FIXED_BYTES && !fixed_part_is_sound(header))
        return PROXY_MALFORMED;
    return header->taken == header->length ? read_addresses(header) : PROXY_MORE;
}

enum proxy_result
proxy_header_feed(struct proxy_header *header, const char *bytes, size_t length, size_t *used)
{
    enum proxy_result result = PROXY_MORE;

    for (*used = 0; result == PROXY_MORE && *used < length; (*used)++) {
        if (header->taken < sizeof(header->bytes))
            header->bytes[header->taken] = bytes[*used];
        header->taken++;
        result = header->bytes[0] == V2_SIGNATURE[0] ? take_binary(header) : take_text(header);
    }
    return result;
}

#define V2_VERSION 0x20

/* The addresses, then the ports; the number of bytes. */
static size_t
write_addresses(char *out, enum address_family family, const struct address *source,
                const struct address *destination)
{
    struct sockaddr_storage from, to;
    const struct sockaddr_in *from_4 = (const struct sockaddr_in *)&from;
    const struct sockaddr_in *to_4 = (const struct sockaddr_in *)&to;
    const struct sockaddr_in6 *from_6 = (const struct sockaddr_in6 *)&from;
    const struct sockaddr_in6 *to_6 = (const struct sockaddr_in6 *)&to;
    bool is_ipv4 = family == ADDRESS_IPV4;
    size_t length = is_ipv4 ? sizeof(from_4->sin_addr) : sizeof(from_6->sin6_addr);

    address_to_system(source, &from);
    address_to_system(destination, &to);
    memcpy(out, is_ipv4 ? (const void *)&from_4->sin_addr : &from_6->sin6_addr, length);
    memcpy(out + length, is_ipv4 ? (const void *)&to_4->sin_addr : &to_6->sin6_addr, length);
    memcpy(out + 2 * length, is_ipv4 ? &from_4->sin_port : &from_6->sin6_port, 2);
    memcpy(out + 2 * length + 2, is_ipv4 ? &to_4->sin_port : &to_6->sin6_port, 2);
    return 2 * length + 4;
}

size_t
proxy_header_write(char out[PROXY_HEADER_WRITTEN_MAX], const struct address *source,
                   const struct address *destination)
{
    bool is_told = source != NULL && source->family == destination->family &&
                   (source->family == ADDRESS_IPV4 || source->family == ADDRESS_IPV6);
    unsigned family = !is_told                         ? FAMILY_UNSPECIFIED
                      : source->family == ADDRESS_IPV4 ? FAMILY_IPV4
                                                       : FAMILY_IPV6;
    size_t length =
        is_told ? write_addresses(out + V2_FIXED_BYTES, source->family, source, destination)
                : 0;

    memcpy(out, V2_SIGNATURE, V2_SIGNATURE_BYTES);
    out[12] = (char)(V2_VERSION | (source == NULL ? COMMAND_LOCAL : COMMAND_PROXY));
    out[13] = (char)(family << 4 | (is_told ? TRANSPORT_STREAM : TRANSPORT_UNSPECIFIED));
    out[14] = 0;
    out[15] = (char)length;
    return V2_FIXED_BYTES + length;
}

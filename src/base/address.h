/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An IP address and port in 20 bytes: small enough for every connection to keep its peer's, and
 * with no pointer or padding, so that it can stand in the snapshot and in messages.
 */
#ifndef FAIRLEAD_BASE_ADDRESS_H
#define FAIRLEAD_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum address_family { ADDRESS_NONE, ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_UNIX };

struct address {
    uint8_t bytes[16]; /* network order; IPv4 in the first four, the rest zero */
    uint16_t port;     /* host order */
    uint8_t family;    /* enum address_family; UNIX carries no bytes */
    uint8_t unused;
};

/* Largest printed form with port: "[ipv6]:65535" and NUL. */
#define ADDRESS_TEXT_SIZE 56

/* A numeric IPv4 or IPv6 address without port; false when it is not one. */
bool address_parse(struct address *address, const char *text, uint16_t port);

/* An IPv4 address in IPv6's clothes (::ffff:192.0.2.1) becomes the IPv4 one that it is. */
void address_unmap(struct address *address);

/* From and to the system's form. IPv4-mapped IPv6 peers become IPv4. to_system returns the
 * length. */
void address_from_system(struct address *address, const struct sockaddr_storage *system);
socklen_t address_to_system(const struct address *address, struct sockaddr_storage *system);

/* The bare address, and with its port ("10.0.0.1:80", "[::1]:80"; "-" for none, "unix:" for
 * unix). */
size_t address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE]);
size_t address_format_with_port(const struct address *address, char text[ADDRESS_TEXT_SIZE]);

bool address_equal(const struct address *one, const struct address *other);

/* A CIDR block as source-ip conditions write it. */
struct address_block {
    struct address network;
    uint8_t prefix_bits;
    uint8_t unused[3];
};

/* "10.0.0.0/8", "2001:db8::/32"; a bare address is a block of one. "::ffff:10.0.0.0/104" is the
 * first one in IPv6's clothes, and the same. False when malformed. */
bool address_block_parse(struct address_block *block, const char *text);

/* The same, or "unix:", which holds the peers of unix sockets, or "nobody", which holds none.
 */
bool address_source_parse(struct address_block *block, const char *text);
bool address_block_contains(const struct address_block *block, const struct address *address);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header that a hop in front puts before a connection's first byte to say whose it is:
 * PROXY protocol versions 1 and 2 (HAProxy, doc/proxy-protocol.txt). Fed as the bytes come, and
 * never takes one that stands behind the header. Embedded in its owner, zeroed before the first
 * byte.
 */
#ifndef FAIRLEAD_NET_PROXY_HEADER_H
#define FAIRLEAD_NET_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"

/* Version 1 has 107 bytes at most, of version 2 we take this much with its TLVs. */
#define PROXY_HEADER_V1_MAX 107
#define PROXY_HEADER_V2_MAX 4096

/* The longest header that is written. */
#define PROXY_HEADER_WRITTEN_MAX 52

enum proxy_result { PROXY_MORE, PROXY_DONE, PROXY_MALFORMED };

struct proxy_header {
    size_t taken;
    size_t length;                   /* of version 2, whole; 0: not known yet */
    char bytes[PROXY_HEADER_V1_MAX]; /* as far as anything in it is looked at */
    /* When it is done. Not told (LOCAL, UNKNOWN, AF_UNSPEC, AF_UNIX): it is the hop's own. */
    bool is_told;
    struct address source, destination;
};

/* Takes *used bytes. MALFORMED also when the header is longer than the bounds above. */
enum proxy_result proxy_header_feed(struct proxy_header *header, const char *bytes,
                                    size_t length, size_t *used);

/*
 * Writes a header of version 2 and returns its length: who has connected, and to where.
 * Addresses of two families, or of none that goes by IP: unspecified. source NULL: LOCAL, a
 * connection that is the sender's own, as a check's.
 */
size_t proxy_header_write(char out[PROXY_HEADER_WRITTEN_MAX], const struct address *source,
                          const struct address *destination);

#endif

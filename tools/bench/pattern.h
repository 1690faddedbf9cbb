/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes that targets send and the load generator expects, and the hash that compares them.
 */
#ifndef FAIRLEAD_BENCH_PATTERN_H
#define FAIRLEAD_BENCH_PATTERN_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline void
pattern_fill(char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)('!' + (i * 131 + (i >> 8)) % 90);
}

/* FNV-1a; goes on from a former value, and starts with PATTERN_HASH_START. */
#define PATTERN_HASH_START 0xcbf29ce484222325u

static inline uint64_t
pattern_hash(uint64_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return hash;
}

/* How many bytes a path asks for: N of .../b/N, or 128. */
static inline size_t
pattern_wanted_size(const char *path)
{
    const char *number = strstr(path, "/b/");
    return number == NULL ? 128 : strtoul(number + 3, NULL, 10);
}

#endif

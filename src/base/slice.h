/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slice names bytes that somebody else owns: a field in a read buffer, a string in the
 * snapshot. It is passed by value and is never NUL-terminated.
 */
#ifndef FAIRLEAD_BASE_SLICE_H
#define FAIRLEAD_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *at;
    size_t length;
};

#define SLICE_LITERAL(text) ((struct slice){(text), sizeof(text) - 1})
#define SLICE_NONE ((struct slice){NULL, 0})

/* printf("%.*s", SLICE_PRINT(slice)) */
#define SLICE_PRINT(slice) (int)(slice).length, (slice).at

static inline struct slice
slice_of(const char *text)
{
    return (struct slice){text, text == NULL ? 0 : strlen(text)};
}

static inline struct slice
slice_make(const char *at, size_t length)
{
    return (struct slice){at, length};
}

static inline bool
slice_equal(struct slice one, struct slice other)
{
    return one.length == other.length &&
           (one.length == 0 || memcmp(one.at, other.at, one.length) == 0);
}

static inline bool
slice_is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static inline char
slice_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

/* ASCII letters only, whatever the locale. */
bool slice_equal_ignoring_case(struct slice one, struct slice other);

bool slice_starts_with(struct slice whole, struct slice start);

/* The slice without spaces and tabs at both ends (RFC 9110 OWS). */
struct slice slice_trim(struct slice slice);

/* Offset of the first such byte, or slice.length. */
size_t slice_find(struct slice slice, char byte);

/*
 * Takes the next element of a list off *rest, split at separator and trimmed; false at the end.
 * Empty elements are returned too (RFC 9110 5.6.1 lets a recipient skip them).
 */
bool slice_next(struct slice *rest, char separator, struct slice *element);

/* All of the slice as a decimal number of at most maximum: digits only; false otherwise. */
bool slice_to_number(struct slice slice, uint64_t maximum, uint64_t *number);

/*
 * Glob with * (any bytes, also none) and ? (exactly one), as the ALB's patterns: plain, not by
 * path segment. A backslash makes the next byte literal when with_escape is set (query-string
 * conditions).
 * At most *steps steps are made and taken off: about one for each byte compared, fewer for
 * those passed over. With none left it is false, whatever the pattern.
 */
bool slice_matches_glob(struct slice subject, struct slice pattern, bool ignore_case,
                        bool with_escape, size_t *steps);

/* FNV-1a, continued from hash (start with SLICE_HASH_START). */
#define SLICE_HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t
slice_hash_byte(uint64_t hash, char byte)
{
    return (hash ^ (uint8_t)byte) * UINT64_C(0x100000001b3);
}

uint64_t slice_hash(uint64_t hash, struct slice slice);

#endif

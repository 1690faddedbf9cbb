/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing, cutting and matching slices. Nothing here allocates. */
#include "base/slice.h"

bool
slice_equal_ignoring_case(struct slice one, struct slice other)
{
    if (one.length != other.length)
        return false;
    for (size_t i = 0; i < one.length; i++)
        if (slice_lower(one.at[i]) != slice_lower(other.at[i]))
            return false;
    return true;
}

bool
slice_starts_with(struct slice whole, struct slice start)
{
    return whole.length >= start.length &&
           (start.length == 0 || memcmp(whole.at, start.at, start.length) == 0);
}

struct slice
slice_trim(struct slice slice)
{
    while (slice.length > 0 && (*slice.at == ' ' || *slice.at == '\t')) {
        slice.at++;
        slice.length--;
    }
    while (slice.length > 0 &&
           (slice.at[slice.length - 1] == ' ' || slice.at[slice.length - 1] == '\t'))
        slice.length--;
    return slice;
}

size_t
slice_find(struct slice slice, char byte)
{
    const char *found = slice.length == 0 ? NULL : memchr(slice.at, byte, slice.length);

    return found == NULL ? slice.length : (size_t)(found - slice.at);
}

bool
slice_next(struct slice *rest, char separator, struct slice *element)
{
    if (rest->at == NULL)
        return false;
    size_t end = slice_find(*rest, separator);
    *element = slice_trim(slice_make(rest->at, end));
    if (end == rest->length)
        *rest = SLICE_NONE;
    else
        *rest = slice_make(rest->at + end + 1, rest->length - end - 1);
    return true;
}

bool
slice_to_number(struct slice slice, uint64_t maximum, uint64_t *number)
{
    uint64_t value = 0;

    if (slice.length == 0)
        return false;
    for (size_t i = 0; i < slice.length; i++) {
        char byte = slice.at[i];
        if (byte < '0' || byte > '9')
            return false;
        uint64_t digit = (uint64_t)(byte - '0');
        if (value > (maximum - digit) / 10 && value * 10 + digit > maximum)
            return false;
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value > maximum)
        return false;
    *number = value;
    return true;
}

static bool
bytes_match(char subject, char pattern, bool ignore_case)
{
    return ignore_case ? slice_lower(subject) == slice_lower(pattern) : subject == pattern;
}

/* Greedy with one point to return to: the last star. Time is at most subject times pattern. */
bool
slice_matches_glob(struct slice subject, struct slice pattern, bool ignore_case,
                   bool with_escape)
{
    size_t s = 0, p = 0, star = SIZE_MAX, resume = 0;

    while (s < subject.length) {
        bool is_literal = with_escape && p + 1 < pattern.length && pattern.at[p] == '\\';
        size_t literal = p + (is_literal ? 1 : 0);
        if (p < pattern.length && !is_literal && pattern.at[p] == '*') {
            star = p++;
            resume = s;
        } else if (p < pattern.length &&
                   ((!is_literal && pattern.at[p] == '?') ||
                    bytes_match(subject.at[s], pattern.at[literal], ignore_case))) {
            s++;
            p = literal + 1;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            s = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.at[p] == '*')
        p++;
    return p == pattern.length;
}

uint64_t
slice_hash(uint64_t hash, struct slice slice)
{
    for (size_t i = 0; i < slice.length; i++)
        hash = slice_hash_byte(hash, slice.at[i]);
    return hash;
}

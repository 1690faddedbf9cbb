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

/* The next place in the subject at which what stands behind a star can begin. */
static size_t
next_candidate(struct slice subject, size_t from, struct slice behind, bool ignore_case,
               bool with_escape)
{
    char wanted = behind.at[0];
    if (wanted == '*' || wanted == '?')
        return from;
    if (with_escape && wanted == '\\' && behind.length > 1)
        wanted = behind.at[1];
    while (from < subject.length && !bytes_match(subject.at[from], wanted, ignore_case))
        from++;
    return from;
}

/* Bytes that are passed over in a short loop cost less than those that are compared. */
#define BYTES_PASSED_A_STEP 4

static bool
take_steps(size_t *left, size_t count)
{
    bool is_enough = *left >= count;

    *left = is_enough ? *left - count : 0;
    return is_enough;
}

/* Whether the subject can end as the pattern does behind its last star; nothing said without.
 */
static bool
may_end_so(struct slice subject, struct slice pattern, bool ignore_case)
{
    size_t length = 0;

    while (length < pattern.length && pattern.at[pattern.length - 1 - length] != '*') {
        char wanted = pattern.at[pattern.length - 1 - length];
        if (length == subject.length)
            return false;
        if (wanted != '?' &&
            !bytes_match(subject.at[subject.length - 1 - length], wanted, ignore_case))
            return false;
        length++;
    }
    return true;
}

/* How far subject and pattern agree before the pattern's first star, in bytes of each. */
struct glob_place {
    size_t subject, pattern;
};

/* False when they do not. */
static inline bool
walk_to_star(struct slice subject, struct slice pattern, bool ignore_case, bool with_escape,
             struct glob_place *place)
{
    size_t s = 0, p = 0;

    for (; p < pattern.length; s++, p++) {
        char wanted = pattern.at[p];
        bool is_literal = with_escape && wanted == '\\' && p + 1 < pattern.length;
        if (is_literal)
            wanted = pattern.at[++p];
        else if (wanted == '*')
            break;
        if (s == subject.length)
            return false;
        if (!bytes_match(subject.at[s], wanted, ignore_case) && (is_literal || wanted != '?'))
            return false;
    }
    *place = (struct glob_place){s, p};
    return true;
}

/*
 * From a star on: greedy with one point to return to, the last star. Time is at most subject
 * times pattern.
 */
static bool
matches_from_star(struct slice subject, struct slice pattern, bool ignore_case,
                  bool with_escape, size_t *steps)
{
    size_t s = 0, p = 0, star = 0, resume = 0;

    while (s < subject.length) {
        bool is_literal = with_escape && p + 1 < pattern.length && pattern.at[p] == '\\';
        size_t literal = p + (is_literal ? 1 : 0), taken = 1;
        bool is_star = p < pattern.length && !is_literal && pattern.at[p] == '*';
        if (!is_star && p < pattern.length &&
            ((!is_literal && pattern.at[p] == '?') ||
             bytes_match(subject.at[s], pattern.at[literal], ignore_case))) {
            s++;
            p = literal + 1;
        } else {
            size_t from = is_star ? s : resume + 1;
            star = is_star ? p : star;
            p = star + 1;
            if (p == pattern.length)
                return true;
            resume =
                next_candidate(subject, from, slice_make(pattern.at + p, pattern.length - p),
                               ignore_case, with_escape);
            s = resume;
            taken += (resume - from) / BYTES_PASSED_A_STEP;
        }
        if (!take_steps(steps, taken))
            return false;
    }
    while (p < pattern.length && pattern.at[p] == '*')
        p++;
    return p == pattern.length;
}

/* Most patterns are decided before their first star, "*.php" by its end. */
bool
slice_matches_glob(struct slice subject, struct slice pattern, bool ignore_case,
                   bool with_escape, size_t *steps)
{
    struct glob_place at;

    if (!walk_to_star(subject, pattern, ignore_case, with_escape, &at))
        return false;
    if (!take_steps(steps, at.subject))
        return false;
    subject = slice_make(subject.at + at.subject, subject.length - at.subject);
    pattern = slice_make(pattern.at + at.pattern, pattern.length - at.pattern);
    if (pattern.length < 2) /* none, or the star */
        return pattern.length == 1 || subject.length == 0;
    if (!with_escape && !may_end_so(subject, pattern, ignore_case))
        return false;
    return matches_from_star(subject, pattern, ignore_case, with_escape, steps);
}

uint64_t
slice_hash(uint64_t hash, struct slice slice)
{
    for (size_t i = 0; i < slice.length; i++)
        hash = slice_hash_byte(hash, slice.at[i]);
    return hash;
}

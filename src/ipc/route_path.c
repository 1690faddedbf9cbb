/* SPDX-License-Identifier: Apache-2.0 */
/* Normal paths are recognised eight bytes at a time, since nearly all are; others are
 * rewritten. */
#include "ipc/route_path.h"

#define EVERY_BYTE(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

static uint64_t
word_at(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return word;
}

/* The high bit of each byte that is the wanted one; beyond the first some others may have it.
 */
static uint64_t
places_of(uint64_t word, char wanted)
{
    uint64_t difference = word ^ EVERY_BYTE(wanted);

    return (difference - EVERY_BYTE(1)) & ~difference & EVERY_BYTE(0x80);
}

static bool
begins_odd(char byte, char next)
{
    return byte == '%' || (byte == '/' && (next == '/' || next == '.'));
}

bool
route_path_is_normal(struct slice path)
{
    size_t i = 0;

    for (; i + sizeof(uint64_t) < path.length; i += sizeof(uint64_t)) {
        uint64_t here = word_at(path.at + i), next = word_at(path.at + i + 1);
        uint64_t doubled = places_of(here, '/') & (places_of(next, '/') | places_of(next, '.'));
        if ((places_of(here, '%') | doubled) != 0)
            return false;
    }
    for (; i < path.length; i++)
        if (begins_odd(path.at[i], i + 1 < path.length ? path.at[i + 1] : '\0'))
            return false;
    return true;
}

static int
hex_value(char byte)
{
    byte = slice_lower(byte);
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* RFC 3986 2.3 */
static bool
is_unreserved(int byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' || byte == '_' ||
           byte == '~';
}

/* The unreserved byte that the three bytes at this place stand for, or -1. */
static int
encoded_byte(struct slice path, size_t at)
{
    if (path.at[at] != '%' || at + 2 >= path.length)
        return -1;
    int high = hex_value(path.at[at + 1]), low = hex_value(path.at[at + 2]);
    if (high == -1 || low == -1 || !is_unreserved(high * 16 + low))
        return -1;
    return high * 16 + low;
}

static size_t
decode(char *out, struct slice path)
{
    size_t length = 0;

    for (size_t i = 0; i < path.length; i++) {
        int decoded = encoded_byte(path, i);
        out[length++] = decoded == -1 ? path.at[i] : (char)decoded;
        i += decoded == -1 ? 0 : 2;
    }
    return length;
}

static bool
is_dots(struct slice segment, size_t count)
{
    return segment.length == count && memcmp(segment.at, "..", count) == 0;
}

/* Takes the last segment with its slash off what begins at start. */
static size_t
drop_segment(const char *text, size_t start, size_t length)
{
    while (length > start && text[length - 1] != '/')
        length--;
    return length > start ? length - 1 : start;
}

/* In place, from the first slash on: what is written never overtakes what is read. */
static size_t
remove_dots(char *text, size_t start, size_t length)
{
    size_t written = start;

    for (size_t at = start; at < length;) {
        struct slice rest = slice_make(text + at + 1, length - at - 1);
        struct slice segment = slice_make(rest.at, slice_find(rest, '/'));
        bool is_last = segment.length == rest.length;
        at += 1 + segment.length;
        if (is_dots(segment, 2))
            written = drop_segment(text, start, written);
        else if (!is_dots(segment, 1)) {
            text[written++] = '/';
            memmove(text + written, segment.at, segment.length);
            written += segment.length;
            continue;
        }
        if (is_last)
            text[written++] = '/';
    }
    return written;
}

static size_t
merge_slashes(char *text, size_t length)
{
    size_t written = 0;

    for (size_t i = 0; i < length; i++)
        if (text[i] != '/' || written == 0 || text[written - 1] != '/')
            text[written++] = text[i];
    return written;
}

size_t
route_path_normalise(char *out, struct slice path)
{
    size_t length = decode(out, path);
    size_t start = slice_find(slice_make(out, length), '/');

    return merge_slashes(out, remove_dots(out, start, length));
}

struct slice
route_host_normalise(struct slice host)
{
    bool has_dot = host.length > 1 && host.at[host.length - 1] == '.';

    return slice_make(host.at, host.length - has_dot);
}

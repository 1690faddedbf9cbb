/* SPDX-License-Identifier: Apache-2.0 */
/* PROXY protocol headers: each is fed whole, and in single bytes with a request behind it. */
#include "../unit.h"

#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "net/proxy_header.h"

#define V2 "\r\n\r\n\0\r\nQUIT\n"
#define REQUEST "GET / HTTP/1.1\r\n"

/* source and destination; "": not told. NULL: malformed. */
struct row {
    const char *bytes;
    size_t length;
    const char *told;
};

#define ROW(text, told)                                                                        \
    {                                                                                          \
        (text), sizeof(text) - 1, (told)                                                       \
    }

static const struct row rows[] = {
    ROW("PROXY TCP4 192.0.2.1 198.51.100.1 41822 443\r\n", "192.0.2.1:41822 198.51.100.1:443"),
    ROW("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n",
        "[2001:db8::1]:1 [2001:db8::2]:65535"),
    ROW("PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 1 2\r\n", "192.0.2.1:1 [2001:db8::2]:2"),
    ROW("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:"
        "ffff 65535 65535\r\n",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 "
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"),
    ROW("PROXY UNKNOWN\r\n", ""),
    ROW("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", ""),
    ROW("PROXY UNKNOWNS\r\n", NULL),
    ROW("PROXY TCP4 192.0.2.1 198.51.100.1 41822 65536\r\n", NULL),
    ROW("PROXY TCP4 192.0.2.1 198.51.100.1 41822\r\n", NULL),
    ROW("PROXY TCP4 192.0.2.1 198.51.100.1 41822 443 9\r\n", NULL),
    ROW("PROXY TCP4 192.0.2.1  198.51.100.1 41822 443\r\n", NULL),
    ROW("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", NULL),
    ROW("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n", NULL),
    ROW("PROXY UDP4 192.0.2.1 198.51.100.1 41822 443\r\n", NULL),
    ROW("PROXY TCP4 192.0.2.1 198.51.100.1 41822 443\n", NULL),
    ROW("PROXY TCP4 192.0.2.1 198.51.100.1 41822 443\r\r\n", NULL),
    ROW("PROXY TCP4\t192.0.2.1 198.51.100.1 41822 443\r\n", NULL),
    ROW("PROXY \r\n", NULL),
    ROW("PROXY\r\n", NULL),
    ROW("proxy UNKNOWN\r\n", NULL),
    ROW("PRI * HTTP/2.0\r\n", NULL),
    ROW("GET / HTTP/1.1\r\n", NULL),
    ROW("\0", NULL),
    /* 107 bytes with the line end are allowed, one more is not. */
    ROW("PROXY UNKNOWN "
        "2345678901234567890123456789012345678901234567890123456789012345678901234567"
        "8901234567890123456789\r\n",
        NULL),
    ROW(V2 "\x21\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb",
        "192.0.2.1:41822 198.51.100.1:443"),
    ROW(V2 "\x21\x21\0\x24\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
           "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2\0\1\xff\xff",
        "[2001:db8::1]:1 [2001:db8::2]:65535"),
    /* LOCAL, also with what is to be ignored; AF_UNSPEC; AF_UNIX. */
    ROW(V2 "\x20\0\0\0", ""),
    ROW(V2 "\x20\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb", ""),
    ROW(V2 "\x20\xff\0\1?", ""),
    ROW(V2 "\x21\0\0\0", ""),
    ROW(V2 "\x21\0\0\3\4\0\0", ""),
    /* TLVs, the second one a CRC-32C that is wrong. */
    ROW(V2 "\x21\x11\0\x18\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb\x02\0\2h2\3\0\4\1\2\3\4",
        "192.0.2.1:41822 198.51.100.1:443"),
    /* Version, command, family, transport, too short for its family. */
    ROW(V2 "\x11\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb", NULL),
    ROW(V2 "\x22\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb", NULL),
    ROW(V2 "\x21\x41\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb", NULL),
    ROW(V2 "\x21\x12\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb", NULL),
    ROW(V2 "\x21\x11\0\x0b\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1", NULL),
    ROW(V2 "\x21\x21\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb", NULL),
    ROW(V2 "\x21\x31\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb", NULL),
    ROW("\r\n\r\n\0\r\nQUIT\r", NULL),
    ROW("\r\nGET", NULL),
};

static void
compare(const struct row *row, size_t index, const struct proxy_header *header,
        enum proxy_result result)
{
    char told[2 * ADDRESS_TEXT_SIZE + 1] = "";

    if (result != (row->told == NULL ? PROXY_MALFORMED : PROXY_DONE))
        fail_msg("row %zu gives %d", index, (int)result);
    if (row->told == NULL)
        return;
    if (header->is_told) {
        size_t length = address_format_with_port(&header->source, told);
        told[length++] = ' ';
        address_format_with_port(&header->destination, told + length);
    }
    if (strcmp(told, row->told) != 0)
        fail_msg("row %zu tells \"%s\", not \"%s\"", index, told, row->told);
}

static void
reads_headers_that_come_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct proxy_header header = {0};
        char bytes[512];
        size_t used;
        memcpy(bytes, rows[i].bytes, rows[i].length);
        memcpy(bytes + rows[i].length, REQUEST, strlen(REQUEST));
        enum proxy_result result =
            proxy_header_feed(&header, bytes, rows[i].length + strlen(REQUEST), &used);
        compare(&rows[i], i, &header, result);
        if (result == PROXY_DONE)
            assert_int_equal(used, rows[i].length);
    }
}

static void
reads_headers_in_single_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct proxy_header header = {0};
        enum proxy_result result = PROXY_MORE;
        size_t used, at = 0;
        for (; at < rows[i].length && result == PROXY_MORE; at++)
            result = proxy_header_feed(&header, rows[i].bytes + at, 1, &used);
        compare(&rows[i], i, &header, result);
        assert_true(result == PROXY_MALFORMED || at == rows[i].length);
    }
}

static void
bounds_what_it_skips(void **state)
{
    static char bytes[PROXY_HEADER_V2_MAX + 1];
    size_t used;
    (void)state;
    memcpy(bytes, V2 "\x21\x11\x0f\xf0\xc0\0\2\1\xc6\x33\x64\1\xa3\x5e\1\xbb", 28);
    struct proxy_header header = {0};
    assert_int_equal(proxy_header_feed(&header, bytes, sizeof(bytes), &used), PROXY_DONE);
    assert_int_equal(used, PROXY_HEADER_V2_MAX);
    bytes[15] = (char)0xf1;
    header = (struct proxy_header){0};
    assert_int_equal(proxy_header_feed(&header, bytes, sizeof(bytes), &used), PROXY_MALFORMED);
    memset(bytes, 'A', sizeof(bytes));
    memcpy(bytes, "PROXY UNKNOWN ", 14);
    memcpy(bytes + PROXY_HEADER_V1_MAX - 2, "\r\n", 2);
    header = (struct proxy_header){0};
    assert_int_equal(proxy_header_feed(&header, bytes, sizeof(bytes), &used), PROXY_DONE);
    memcpy(bytes + PROXY_HEADER_V1_MAX - 2, "A\r\n", 3);
    header = (struct proxy_header){0};
    assert_int_equal(proxy_header_feed(&header, bytes, sizeof(bytes), &used), PROXY_MALFORMED);
    assert_true(used <= PROXY_HEADER_V1_MAX);
}

/* What is written is read as it was meant. */
static void
writes_what_it_reads(void **state)
{
    static const struct {
        const char *source, *destination;
        size_t length;
        bool is_told;
    } rows_written[] = {
        {"192.0.2.1", "198.51.100.1", 28, true},
        {"2001:db8::1", "2001:db8::2", 52, true},
        {"192.0.2.1", "2001:db8::2", 16, false},
    };

    char bytes[PROXY_HEADER_WRITTEN_MAX];
    size_t used;

    (void)state;
    for (size_t i = 0; i < sizeof(rows_written) / sizeof(rows_written[0]); i++) {
        struct proxy_header header = {.taken = 0};
        struct address source, destination;
        assert_true(address_parse(&source, rows_written[i].source, 41822));
        assert_true(address_parse(&destination, rows_written[i].destination, 443));
        size_t length = proxy_header_write(bytes, &source, &destination);
        assert_int_equal(length, rows_written[i].length);
        assert_int_equal(proxy_header_feed(&header, bytes, length, &used), PROXY_DONE);
        assert_int_equal(used, length);
        assert_int_equal(header.is_told, rows_written[i].is_told);
        if (header.is_told) {
            assert_true(address_equal(&header.source, &source));
            assert_true(address_equal(&header.destination, &destination));
        }
    }
    struct proxy_header local = {.taken = 0};
    assert_int_equal(proxy_header_write(bytes, NULL, NULL), 16);
    assert_memory_equal(bytes, V2 "\x20\0\0\0", 16);
    assert_int_equal(proxy_header_feed(&local, bytes, 16, &used), PROXY_DONE);
    assert_false(local.is_told);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_headers_that_come_whole),
        cmocka_unit_test(reads_headers_in_single_bytes),
        cmocka_unit_test(bounds_what_it_skips),
        cmocka_unit_test(writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

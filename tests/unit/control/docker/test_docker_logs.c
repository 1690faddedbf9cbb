/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>
#include <string.h>

#include "control/docker/docker_logs.h"

#define TIME "2024-01-02T03:04:05.678901234Z"

static void
expect(const char *bytes, size_t length, const char *lines)
{
    json_t *read = docker_logs_read(bytes, length);
    char *text = json_dumps(read, JSON_COMPACT);

    assert_string_equal(text, lines);
    free(text);
    json_decref(read);
}

static void
reads_lines_of_both_streams(void **state)
{
    static const char bytes[] = "\1\0\0\0\0\0\0\x24" TIME " hello\1"
                                "\2\0\0\0\0\0\0\x22" TIME " no\n";
    char copy[sizeof(bytes)];
    (void)state;

    memcpy(copy, bytes, sizeof(bytes));
    *strchr(copy + 8, '\1') = '\n'; /* which ends the first frame */
    copy[7] = 37;
    copy[8 + 37 + 7] = 34;
    expect(copy, sizeof(bytes) - 1,
           "[{\"stream\":\"stdout\",\"time\":\"" TIME "\",\"text\":\"hello\"},"
           "{\"stream\":\"stderr\",\"time\":\"" TIME "\",\"text\":\"no\"}]");
}

static void
joins_what_frames_tear_apart(void **state)
{
    static const char bytes[] = "\1\0\0\0\0\0\0\2ab\2\0\0\0\0\0\0\2x\n\1\0\0\0\0\0\0\3c\nd";
    (void)state;

    expect(bytes, sizeof(bytes) - 1,
           "[{\"stream\":\"stderr\",\"time\":\"\",\"text\":\"x\"},"
           "{\"stream\":\"stdout\",\"time\":\"\",\"text\":\"abc\"},"
           "{\"stream\":\"stdout\",\"time\":\"\",\"text\":\"d\"}]");
}

static void
takes_a_terminals_plain_bytes(void **state)
{
    static const char bytes[] = TIME " one\r\n" TIME " two\r\n";
    (void)state;

    expect(bytes, sizeof(bytes) - 1,
           "[{\"stream\":\"stdout\",\"time\":\"" TIME "\",\"text\":\"one\"},"
           "{\"stream\":\"stdout\",\"time\":\"" TIME "\",\"text\":\"two\"}]");
}

static void
survives_what_is_cut_or_no_text(void **state)
{
    static const char cut[] = "\1\0\0\0\0\0\0\x7f"
                              "abc";
    static const char strange[] = "a\xff\xc3\xa4\n";
    (void)state;

    expect("", 0, "[]");
    expect("\1\0\0", 3,
           "[{\"stream\":\"stdout\",\"time\":\"\",\"text\":\"\\u0001\\u0000\\u0000\"}]");
    expect(cut, sizeof(cut) - 1, "[{\"stream\":\"stdout\",\"time\":\"\",\"text\":\"abc\"}]");
    expect(strange, sizeof(strange) - 1,
           "[{\"stream\":\"stdout\",\"time\":\"\",\"text\":\"a?\xc3\xa4\"}]");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines_of_both_streams),
        cmocka_unit_test(joins_what_frames_tear_apart),
        cmocka_unit_test(takes_a_terminals_plain_bytes),
        cmocka_unit_test(survives_what_is_cut_or_no_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

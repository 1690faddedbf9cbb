/* SPDX-License-Identifier: Apache-2.0 */
/* Records as lines: the ALB's form by a parser's regular expression, JSON by a JSON parser. */
#include "logger_unit.h"

#include <regex.h>
#include <stdlib.h>

#include <jansson.h>

#include "ipc/counters.h"
#include "logger/access_fields.h"

static char memory[ACCESS_LINE_BYTES_MAX + 1];

static struct access_record
forwarded_record(void)
{
    struct access_record record = {
        .created_wall_us = UINT64_C(1772619330079000),
        .ended_wall_us = UINT64_C(1772619330123456),
        .connection_id = 0x1a2b,
        .received_bytes = 512,
        .sent_bytes = 1843,
        .request_us = 1200,
        .target_us = 42700,
        .response_us = 80,
        .queue_us = 0,
        .connect_us = 350,
        .first_byte_us = 44000,
        .total_us = 44456,
        .client = address_of("203.0.113.9", 41822),
        .target = address_of("10.0.3.17", 32801),
        .listener = address_of("198.51.100.20", 80),
        .rule_priority = 10,
        .status = 200,
        .target_status = 200,
        .type = ACCESS_HTTP,
        .action = ACCESS_FORWARD,
        .end_reason = END_COMPLETE,
        .attempts = 1,
        .http_minor = 1,
    };

    record.texts[ACCESS_METHOD] = slice_of("GET");
    record.texts[ACCESS_TARGET_URI] = slice_of("/index.php?id=7");
    record.texts[ACCESS_HOST] = slice_of("shop.example.com");
    record.texts[ACCESS_USER_AGENT] = slice_of("curl/8.7.1");
    record.texts[ACCESS_TRACE_ID] = slice_of("Root=1-69a80552-0123456789abcdef01234567");
    record.texts[ACCESS_TARGET_GROUP] = slice_of("targetweb");
    record.texts[ACCESS_LISTENER] = slice_of("http");
    record.texts[ACCESS_TASK] = slice_of("c0ffee");
    record.texts[ACCESS_TARGET_GENERATION] = slice_of("3");
    return record;
}

static const char *
write_line(log_line_writer *writer, const struct access_record *record)
{
    return line_of(writer, &access_fields, record, memory, sizeof(memory));
}

static void
writes_the_albs_line(void **state)
{
    struct access_record record = forwarded_record();

    (void)state;
    assert_string_equal(
        write_line(log_line_write_alb, &record),
        "http 2026-03-04T10:15:30.123456Z app/albdocker/04bff04e97637b02 203.0.113.9:41822 "
        "10.0.3.17:32801 0.001 0.043 0.000 200 200 512 1843 "
        "\"GET http://shop.example.com:80/index.php?id=7 HTTP/1.1\" \"curl/8.7.1\" - - "
        "arn:fairlead:elasticloadbalancing:local:000000000000:targetgroup/targetweb/"
        "e962d0bfa1308f8e \"Root=1-69a80552-0123456789abcdef01234567\" \"-\" \"-\" 10 "
        "2026-03-04T10:15:30.079000Z \"forward\" \"-\" \"-\" \"10.0.3.17:32801\" \"200\" "
        "\"-\" \"-\" TID_802efba0179181f00000000000001a2b \"-\" \"-\" \"-\" 198.51.100.20");
}

/* One group a field, as published parsers write the pattern. */
static void
matches_a_parsers_pattern(const char *line)
{
    static const char number[] = "([-.0-9]*) ";
    static const char word[] = "([^ ]*) ";
    static const char quoted[] = "\"([^\"]*)\" ";
    char pattern[1024] = "^";
    regex_t regex;

    for (size_t i = 0; i < access_fields.alb_count; i++) {
        enum log_value_kind kind = access_fields.alb[i].kind;
        strcat(pattern, kind == LOG_VALUE_QUOTED   ? quoted
                        : kind == LOG_VALUE_NUMBER ? number
                                                   : word);
    }
    pattern[strlen(pattern) - 1] = '$';
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    assert_int_equal(regexec(&regex, line, 0, NULL, 0), 0);
    regfree(&regex);
}

static void
writes_34_fields_whatever_the_record_lacks(void **state)
{
    struct access_record forwarded = forwarded_record();
    struct access_record empty = {
        .request_us = -1, .target_us = -1, .response_us = -1, .rule_priority = -1};

    (void)state;
    matches_a_parsers_pattern(write_line(log_line_write_alb, &forwarded));
    matches_a_parsers_pattern(write_line(log_line_write_alb, &empty));
    assert_non_null(strstr(memory, " - - -1 -1 -1 - - 0 0 \"- http://-:0- -\" \"-\" "));
}

static void
escapes_what_is_not_printable(void **state)
{
    struct access_record record = forwarded_record();

    (void)state;
    record.texts[ACCESS_USER_AGENT] = slice_of("a\"b\\c\r\nd\xc3\xa9\x7f");
    matches_a_parsers_pattern(write_line(log_line_write_alb, &record));
    assert_non_null(strstr(memory, " \"a\\x22b\\x5cc\\x0d\\x0ad\\xc3\\xa9\\x7f\" "));
}

static void
writes_the_port_of_the_request_once(void **state)
{
    static const struct {
        const char *host, *uri, *expected;
    } cases[] = {
        {"a.example:8080", "/x", "\"GET http://a.example:8080/x HTTP/1.1\""},
        {"[::1]", "/x", "\"GET http://[::1]:80/x HTTP/1.1\""},
        {"a.example", "http://a.example/x", "\"GET http://a.example/x HTTP/1.1\""},
        {"a.example", "*", "\"GET http://a.example:80* HTTP/1.1\""},
    };
    struct access_record record = forwarded_record();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        record.texts[ACCESS_HOST] = slice_of(cases[i].host);
        record.texts[ACCESS_TARGET_URI] = slice_of(cases[i].uri);
        write_line(log_line_write_alb, &record);
        assert_non_null(strstr(memory, cases[i].expected));
    }
}

static void
tells_no_version_that_was_not_read(void **state)
{
    struct access_record record = forwarded_record();

    (void)state;
    record.http_minor = ACCESS_NO_VERSION;
    write_line(log_line_write_alb, &record);
    assert_non_null(strstr(memory, "\"GET http://shop.example.com:80/index.php?id=7 -\""));
    record.http_minor = 0;
    write_line(log_line_write_alb, &record);
    assert_non_null(strstr(memory, "?id=7 HTTP/1.0\""));
}

static void
never_truncates_the_longest_record(void **state)
{
    static char long_text[ACCESS_TEXT_BYTES];
    struct access_record record = forwarded_record();

    (void)state;
    memset(long_text, 0xff, sizeof(long_text));
    for (size_t i = 0; i < ACCESS_TEXT_COUNT; i++)
        record.texts[i] = slice_make(long_text, sizeof(long_text));
    write_line(log_line_write_alb, &record);
    write_line(log_line_write_json, &record);
}

static void
writes_json_with_the_albs_names_and_our_own(void **state)
{
    struct access_record record = forwarded_record();
    json_t *line;

    (void)state;
    record.texts[ACCESS_USER_AGENT] = slice_of("a\"b\xc3");
    line = json_loads(write_line(log_line_write_json, &record), 0, NULL);
    assert_non_null(line);
    assert_int_equal(json_object_size(line), access_fields.alb_count + access_fields.own_count);
    assert_string_equal(json_string_value(json_object_get(line, "client:port")),
                        "203.0.113.9:41822");
    assert_string_equal(json_string_value(json_object_get(line, "user_agent")), "a\"b\xc3\x83");
    assert_int_equal(json_integer_value(json_object_get(line, "elb_status_code")), 200);
    assert_true(json_is_null(json_object_get(line, "ssl_cipher")));
    assert_string_equal(json_string_value(json_object_get(line, "task")), "c0ffee");
    assert_string_equal(json_string_value(json_object_get(line, "end_reason")), "complete");
    assert_true(json_real_value(json_object_get(line, "total_time")) == 0.044456);
    json_decref(line);
}

static void
writes_null_for_what_a_json_record_lacks(void **state)
{
    struct access_record empty = {.request_us = -1, .rule_priority = -1};
    json_t *line = json_loads(write_line(log_line_write_json, &empty), 0, NULL);

    (void)state;
    assert_non_null(line);
    assert_true(json_is_null(json_object_get(line, "target:port")));
    assert_true(json_is_null(json_object_get(line, "target_status_code")));
    assert_true(json_is_null(json_object_get(line, "matched_rule_priority")));
    assert_int_equal(json_integer_value(json_object_get(line, "request_processing_time")), -1);
    json_decref(line);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_albs_line),
        cmocka_unit_test(writes_34_fields_whatever_the_record_lacks),
        cmocka_unit_test(escapes_what_is_not_printable),
        cmocka_unit_test(writes_the_port_of_the_request_once),
        cmocka_unit_test(tells_no_version_that_was_not_read),
        cmocka_unit_test(never_truncates_the_longest_record),
        cmocka_unit_test(writes_json_with_the_albs_names_and_our_own),
        cmocka_unit_test(writes_null_for_what_a_json_record_lacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

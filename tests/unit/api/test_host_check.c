/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include "api/host_check.h"

static const struct slice names = {"::1 lb.example.com 192.0.2.7 console", 36};

static void
takes_the_machine_itself_and_the_names(void **state)
{
    static const char *const ours[] = {
        "localhost",           "localhost:9181", "LocalHost:1", "127.0.0.1", "127.0.0.1:9181",
        "127.9.8.7:80",        "[::1]",          "[::1]:9181",  "[0:0::1]",  "lb.example.com",
        "LB.example.com:9181", "192.0.2.7:9181", "console",     " console ",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
        if (!host_check_is_ours(slice_of(ours[i]), names))
            fail_msg("%s is refused", ours[i]);
}

static void
refuses_whoever_else_leads_here(void **state)
{
    static const char *const foreign[] = {
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "lb.example.com.evil.example",
        "xlb.example.com",
        "example.com",
        "128.0.0.1",
        "192.0.2.8",
        "[::2]",
        "[::1",
        "::1",
        "[127.0.0.1]",
        "[localhost]",
        "localhost:",
        "localhost:9181:9181",
        "localhost:x",
        "localhost:99999",
        "localhost@evil.example",
        "localhost/",
        "localhost evil.example",
        "lb.example.com console",
        ":9181",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0.0.0.0",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
        if (host_check_is_ours(slice_of(foreign[i]), names))
            fail_msg("%s is taken", foreign[i]);
}

static void
needs_no_names(void **state)
{
    (void)state;
    assert_true(host_check_is_ours(SLICE_LITERAL("localhost"), SLICE_NONE));
    assert_false(host_check_is_ours(SLICE_LITERAL(""), SLICE_NONE));
    assert_false(host_check_is_ours(SLICE_LITERAL("console"), SLICE_NONE));
}

static void
knows_its_own_page(void **state)
{
    static const struct {
        const char *origin, *host;
        bool is_own;
    } rows[] = {
        {"http://localhost:9181", "localhost:9181", true},
        {"http://LOCALHOST:9181", "localhost:9181", true},
        {"https://lb.example.com", "lb.example.com", true},
        {"http://localhost", "localhost:9181", false},
        {"http://localhost:9182", "localhost:9181", false},
        {"http://127.0.0.1:9181", "localhost:9181", false},
        {"http://evil.example", "localhost:9181", false},
        {"http://localhost:9181.evil.example", "localhost:9181", false},
        {"http://localhost:9181/", "localhost:9181", false},
        {"ftp://localhost:9181", "localhost:9181", false},
        {"null", "localhost:9181", false},
        {"", "localhost:9181", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (host_check_is_same_origin(slice_of(rows[i].origin), slice_of(rows[i].host)) !=
            rows[i].is_own)
            fail_msg("%s asks %s", rows[i].origin, rows[i].host);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_machine_itself_and_the_names),
        cmocka_unit_test(refuses_whoever_else_leads_here),
        cmocka_unit_test(needs_no_names),
        cmocka_unit_test(knows_its_own_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

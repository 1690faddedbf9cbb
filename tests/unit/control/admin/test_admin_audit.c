/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/admin/admin_audit.h"

static void
expect(const char *path, const char *body, const char *wanted)
{
    char *text = admin_audit_text(path, slice_of(body));

    assert_string_equal(text, wanted);
    free(text);
}

static void
says_what_is_asked_for(void **state)
{
    (void)state;
    expect("/v1/drain",
           "{\"TargetGroupName\":\"web\",\"Targets\":[{\"Id\":\"127.0.0.1\",\"Port\":8081}]}",
           "drain web 127.0.0.1:8081");
    expect("/v1/register",
           "{\"TargetGroupName\":\"web\",\"Targets\":[{\"Id\":\"::1\"},{\"Id\":\"a\",\"Port\":"
           "\"80\"}]}",
           "register web ::1 a:80");
    expect("/v1/stop", "{\"Container\":\"app1-1\",\"Wait\":true}", "stop app1-1");
    expect("/v1/roll", "{\"Image\":\"app:2\",\"Service\":\"srvweb\"}", "roll srvweb app:2");
    expect("/v1/objects/create", "{\"Kind\":\"rule\",\"Name\":\"http/10\",\"Set\":[\"a=b\"]}",
           "objects/create rule http/10");
    expect("/v1/reload", "", "reload");
    expect("/other", "{}", "/other");
}

static void
says_little_of_much(void **state)
{
    char *body =
        memory_print("{\"TargetGroupName\":\"%0*d\",\"Targets\":[{\"Id\":\"a\"},{\"Id\":\"b\"},"
                     "{\"Id\":\"c\"},{\"Id\":\"d\"},{\"Id\":\"e\"}]}",
                     70, 0);

    (void)state;
    expect(
        "/v1/drain", body,
        "drain 0000000000000000000000000000000000000000000000000000000000000000… a b c and 2 "
        "more");
    free(body);
}

static void
prints_nothing_that_a_terminal_would_obey(void **state)
{
    (void)state;
    expect("/v1/stop", "{\"Container\":\"a\\u001b[2Jb\\nc\"}", "stop a?[2Jb?c");
    expect("/v1/\x1b[2J", "", "?[2J");
}

static void
bears_what_is_no_body(void **state)
{
    static const char *const bodies[] = {
        "garbage", "[]", "1", "{\"Targets\":1}", "{\"Container\":1}", "{\"Service\":null}"};

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
        expect("/v1/stop", bodies[i], "stop");
    expect("/v1/drain", "{\"Targets\":[1,{\"Id\":2,\"Port\":[]},{}]}", "drain");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_asked_for),
        cmocka_unit_test(says_little_of_much),
        cmocka_unit_test(prints_nothing_that_a_terminal_would_obey),
        cmocka_unit_test(bears_what_is_no_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

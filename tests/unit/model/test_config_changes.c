/* SPDX-License-Identifier: Apache-2.0 */
/* What a reload tells of the difference, what a check warns of, and the text's way to another
 * process. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/config.h"
#include "model/config_changes.h"
#include "model/config_source.h"

#define BASE(rules, more)                                                                      \
    "listeners = ( { name = \"http\"; unix = \"/x\";\n"                                        \
    "  default_actions = ( { type = \"forward\"; target_group = \"web\"; } );\n"               \
    "  rules = ( " rules " ); } );\n" more
#define RULE(priority, path)                                                                   \
    "{ priority = " priority "; conditions = ( { field = \"path-pattern\"; values = \"" path   \
    "\"; } ); actions = ( { type = \"forward\"; target_group = \"web\"; } ); }"
#define WEB(settings) "target_groups = ( { name = \"web\"; " settings " } );\n"

static char folder[] = "/tmp/fairlead-test-XXXXXX";

static int
enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) == -1;
}

static int
leave_folder(void **state)
{
    (void)state;
    return unlink("F") == -1 || chdir("/") == -1 || rmdir(folder) == -1;
}

static void
write_text(const char *text)
{
    FILE *file = fopen("F", "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct config *
load(const char *text)
{
    struct config_errors errors;

    write_text(text);
    struct config *config = config_load("F", NULL, &errors);
    if (config == NULL)
        fail_msg("%s", errors.lines[0]);
    return config;
}

static void
assert_change(const char *before, const char *after, const char *expected)
{
    struct config *old = load(before), *new = load(after);
    char *text = config_changes_text(old, new);

    assert_string_equal(text, expected);
    free(text);
    config_free(&old);
    config_free(&new);
}

static void
counts_what_came_went_and_changed(void **state)
{
    const char *plain = BASE("", WEB(""));

    (void)state;
    assert_change(plain, plain, "nothing has changed");
    assert_change(plain, BASE(RULE("1", "/a"), WEB("")), "+1 rule");
    assert_change(BASE(RULE("1", "/a"), WEB("")), plain, "-1 rule");
    assert_change(BASE(RULE("1", "/a"), WEB("")), BASE(RULE("1", "/b"), WEB("")),
                  "1 rule changed");
    assert_change(BASE(RULE("1", "/a"), WEB("")),
                  BASE(RULE("3", "/a") ", " RULE("2", "/a"), WEB("")), "+2 rules, -1 rule");
    assert_change(plain, BASE("", WEB("port = 81;")), "1 group changed");
    assert_change(plain, BASE("", WEB("targets = ( { id = \"::1\"; } );")), "1 group changed");
    assert_change(plain, BASE("", WEB("health_check = { matcher = \"204\"; };")),
                  "1 group changed");
    assert_change(plain, BASE("", WEB("") "limits = { fields = 9; };"),
                  "limits.fields changed");
    assert_change(plain, BASE("", WEB("") "shutdown_timeout_milliseconds = 7;"),
                  "shutdown_timeout_seconds changed");
    assert_change(plain, BASE("", WEB("") "zones = [ \"a\" ];"), "zones changed");
    assert_change(plain, BASE("", WEB("") "container_instances = ( { name = \"i\"; } );"),
                  "+1 provider, +1 container instance");
    assert_change(plain,
                  BASE("", WEB("") "services = ( { name = \"s\"; target_group = \"web\"; "
                                   "container_port = 1; } ); providers = ( { type = "
                                   "\"push\"; }, { type = \"docker\"; } );"),
                  "+1 service, +2 providers");
}

static void
assert_warnings(const char *text, size_t count, const char *first)
{
    struct config *config = load(text);

    assert_int_equal(config->warnings.count, count);
    if (count > 0)
        assert_string_equal(config->warnings.lines[0], first);
    config_free(&config);
}

static void
warns_of_what_is_hardly_meant(void **state)
{
    (void)state;
    assert_warnings(BASE("", WEB("")), 0, NULL);
    assert_warnings(BASE("", "target_groups = ( { name = \"web\"; },\n{ name = \"idle\"; } );"),
                    1,
                    "F:5: warning: target_groups[1]: no rule uses idle: its targets are not "
                    "checked and get no requests");
    assert_warnings(BASE("", WEB("") "services = ( { name = \"s\"; target_group = \"web\"; "
                                     "container_port = 1; } );"),
                    1,
                    "F:5: warning: services: there are no providers: nothing reports the tasks "
                    "of s");
    assert_warnings(BASE("", WEB("") "access_log = { path = \"/none/such/log\"; };"), 1,
                    "F:5: warning: access_log.path: there is no folder /none/such: fairlead "
                    "makes it if it can");
    assert_warnings(BASE("", WEB("") "access_log = { path = \"/log\"; };"), 0, NULL);
}

#define CALLS(rules)                                                                           \
    "listeners = (\n{ name = \"l\"; protocol = \"HTTPS\"; unix = \"/l\"; certificates = ( { "  \
    "certificate = \"/c\"; } ); default_actions = ( { type = \"forward\"; target_group = "     \
    "\"rpc\"; } );" rules " } );\ntarget_groups = ( { name = \"rpc\"; protocol_version = "     \
    "\"GRPC\"; } );"

static void
warns_of_answers_to_calls(void **state)
{
    (void)state;
    assert_warnings(CALLS(""), 0, NULL);
    assert_warnings(
        CALLS("rules = ( { priority = 1; conditions = ( { field = \"path-pattern\"; values = [ "
              "\"/x\" ]; } ); actions = ( { type = \"fixed-response\"; status_code = \"200\"; "
              "} ); "
              "} );"),
        1,
        "F:2: warning: listeners[0]: it has rules that redirect or answer by themselves "
        "besides "
        "rpc, whose protocol_version is not HTTP1: an ALB lets such a listener forward only");
}

static void
carries_a_text_to_another_process(void **state)
{
    struct config_source source, taken;
    struct config_errors errors;
    char *bytes;
    size_t length;

    (void)state;
    write_text("\n" BASE("", WEB("") "limits = { body_bytes = 4294967296; };"));
    struct config *config = config_load_text("F", NULL, NULL, &source, &errors);
    assert_non_null(config);
    config_free(&config);
    FILE *out = open_memstream(&bytes, &length);
    config_source_write(&source, out);
    assert_int_equal(fclose(out), 0);
    assert_true(config_source_take(&taken, bytes, length));
    config = config_read_text("F", NULL, &taken, &errors);
    assert_non_null(config);
    assert_int_equal(config->listeners[0].places->own.line, 2);
    assert_true(config->limits.body_bytes == UINT64_C(4294967296));
    config_free(&config);
    config_source_clear(&taken);
    /* Cut anywhere, it is no text at all. */
    for (size_t cut = 0; cut < length; cut++)
        assert_false(config_source_take(&taken, bytes, cut));
    free(bytes);
    config_source_clear(&source);
}

static void
warns_of_a_file_that_serves_nothing_on_purpose(void **state)
{
    (void)state;
    assert_warnings("listeners = ( );\n", 1,
                    "F:1: warning: listeners: there is none: nothing is served");
    assert_warnings("listeners = [ ];\n", 1,
                    "F:1: warning: listeners: there is none: nothing is served");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_came_went_and_changed),
        cmocka_unit_test(warns_of_what_is_hardly_meant),
        cmocka_unit_test(warns_of_answers_to_calls),
        cmocka_unit_test(carries_a_text_to_another_process),
        cmocka_unit_test(warns_of_a_file_that_serves_nothing_on_purpose),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Every setting by its path, with its value, its default and its place; and what waits for a
 * restart. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "model/config.h"
#include "model/config_changes.h"
#include "model/config_restart.h"
#include "model/config_walk.h"
#include "model/setting_value.h"

#define ACTIONS "actions = ( { type = \"forward\"; target_group = \"web\"; } );"
#define LISTENER(rules)                                                                        \
    "listeners = ( { name = \"http\"; unix = \"/x\";\n"                                        \
    "  default_actions = ( { type = \"forward\"; target_group = \"web\"; } );\n"               \
    "  rules = ( " rules " ); } );\n"
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
    unlink("F");
    unlink("G");
    return chdir("/") == -1 || rmdir(folder) == -1;
}

static void
write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct config *
load(const char *text)
{
    struct config_errors errors;

    write_text("F", text);
    struct config *config = config_load("F", NULL, &errors);
    if (config == NULL)
        fail_msg("%s", errors.lines[0]);
    return config;
}

/* "PATH=VALUE FILE:LINE", "PATH=VALUE default", or "PATH: FILE:LINE" of an element, each with a
 * line end. */
static void
write_fact(void *argument, const struct config_fact *fact)
{
    json_t *value = fact->is_element ? NULL : config_fact_value(fact);
    char *text = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    char *place = fact->place == NULL ? memory_copy_text("default")
                                      : config_place_text(fact->config, fact->place);

    fprintf(argument, text == NULL ? "%s:%s %s\n" : "%s=%s %s\n", fact->path,
            text == NULL ? "" : text, place);
    json_decref(value);
    free(text);
    free(place);
}

static void
assert_facts(const struct config *config, const char *wanted, const char *expected)
{
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    config_walk(config, wanted, write_fact, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void
tells_the_file_and_line_of_what_is_given(void **state)
{
    (void)state;
    write_text("G", "\n" WEB("\n health_check = { path = \"/up\";\n timeout_seconds = 4; };"));
    struct config *config = load("limits = { fields = 7; };\n@include \"G\"\n" LISTENER(""));

    assert_facts(config, "limits.fields", "limits.fields=7 F:1\n");
    assert_facts(config, "limits.body_bytes", "limits.body_bytes=0 default\n");
    assert_facts(config, "target_groups.web.health_check.path",
                 "target_groups.web.health_check.path=\"/up\" G:3\n");
    assert_facts(config, "target_groups.web.health_check.timeout_seconds",
                 "target_groups.web.health_check.timeout_seconds=4 G:4\n");
    assert_facts(config, "target_groups.web.targets", "target_groups.web.targets=[] default\n");
    config_free(&config);
}

static void
takes_beginnings_at_steps_only(void **state)
{
    struct config *config = load(WEB("") LISTENER(""));

    (void)state;
    assert_facts(config, "log", "log.format=\"text\" default\n");
    assert_facts(config, "lo", "");
    assert_facts(config, "log.", "");
    assert_facts(config, "target_groups.we", "");
    assert_facts(config, "metrics",
                 "metrics.address=null default\nmetrics.port=9180 default\n");
    config_free(&config);
}

static void
tells_elements_apart(void **state)
{
    struct config *config = load(
        "target_groups = ( { name = \"web\"; port = 81; targets = (\n"
        "  { id = \"127.0.0.1\"; }, { id = \"127.0.0.1\"; port = 5; }, { id = \"::1\"; } ); } "
        ");\n"
        "services = ( { name = \"s\"; target_group = \"web\"; container_port = 1; },\n"
        "  { name = \"t\"; target_group = \"web\"; container_port = 2; },\n"
        "  { name = \"s\"; target_group = \"web\"; container_port = 3; } );\n"
        "providers = ( { type = \"push\"; } );\n" LISTENER(""));

    (void)state;
    assert_facts(config, "target_groups.web.targets",
                 "target_groups.web.targets.127.0.0.1:81: F:2\n"
                 "target_groups.web.targets.127.0.0.1:81.zone=null default\n"
                 "target_groups.web.targets.127.0.0.1:5: F:2\n"
                 "target_groups.web.targets.127.0.0.1:5.zone=null default\n"
                 "target_groups.web.targets.[::1]:81: F:2\n"
                 "target_groups.web.targets.[::1]:81.zone=null default\n");
    assert_facts(
        config, "services.s",
        "services.s: F:3\nservices.s.target_group=\"web\" F:3\n"
        "services.s.container_name=null default\nservices.s.container_port=1 F:3\n"
        "services.s#2: F:5\nservices.s#2.target_group=\"web\" F:5\n"
        "services.s#2.container_name=null default\nservices.s#2.container_port=3 F:5\n");
    assert_facts(config, "services.s#2.container_port", "services.s#2.container_port=3 F:5\n");
    assert_facts(config, "providers.push.resync_seconds",
                 "providers.push.resync_seconds=30 default\n");
    config_free(&config);
}

static void
shows_rules_with_their_conditions_and_actions(void **state)
{
    struct config *config = load(WEB("") LISTENER(
        "{ priority = 9; conditions = ( { field = \"query-string\"; values = ( { key = \"a\"; "
        "value = \"b\"; }, \"c\" ); },\n"
        "  { field = \"query-string\"; query_string_config = { values = \"d\"; }; } );\n"
        "  actions = ( { type = \"forward\"; target_groups = ( { target_group = \"web\"; "
        "weight = 3; } ); } ); },\n"
        "{ priority = 2; conditions = ( { field = \"path-pattern\"; values = \"/b\"; } );\n"
        "  actions = ( { type = \"fixed-response\"; status_code = \"404\"; } ); }"));

    (void)state;
    assert_facts(config, "listeners.http.rules.9",
                 "listeners.http.rules.9: F:4\n"
                 "listeners.http.rules.9.conditions.query-string: F:4\n"
                 "listeners.http.rules.9.conditions.query-string.values=[\"a=b\", \"c\"] F:4\n"
                 "listeners.http.rules.9.conditions.query-string#2: F:5\n"
                 "listeners.http.rules.9.conditions.query-string#2.values=[\"d\"] F:5\n"
                 "listeners.http.rules.9.actions.type=\"forward\" F:6\n"
                 "listeners.http.rules.9.actions.target_groups=[\"web (weight 3)\"] F:6\n"
                 "listeners.http.rules.9.actions.stickiness.enabled=false default\n"
                 "listeners.http.rules.9.actions.stickiness.duration_seconds=null default\n");
    assert_facts(config, "listeners.http.rules.2.actions",
                 "listeners.http.rules.2.actions.type=\"fixed-response\" F:8\n"
                 "listeners.http.rules.2.actions.status_code=404 F:8\n"
                 "listeners.http.rules.2.actions.content_type=null default\n"
                 "listeners.http.rules.2.actions.message_body=null default\n");
    assert_facts(config, "listeners.http.default_actions.target_group",
                 "listeners.http.default_actions.target_group=[\"web\"] F:3\n");
    config_free(&config);
}

static void
shows_one_of_two_ways_to_say_the_same(void **state)
{
    struct config *config = load(
        "shutdown_timeout_milliseconds = 1500;\nliveness_seconds = 6;\n" WEB("") LISTENER(""));

    (void)state;
    assert_facts(config, "shutdown_timeout_milliseconds",
                 "shutdown_timeout_milliseconds=1500 F:1\n");
    assert_facts(config, "shutdown_timeout_seconds", "");
    assert_facts(config, "liveness_seconds", "liveness_seconds=6 F:2\n");
    assert_facts(config, "liveness_milliseconds", "");
    config_free(&config);
}

struct defaults {
    unsigned facts, changed, following;
    char *last; /* path of the last one that is changed */
};

static void
count_defaults(void *argument, const struct config_fact *fact)
{
    struct defaults *defaults = argument;
    json_t *standard = config_fact_standard(fact);

    defaults->facts++;
    defaults->following += !fact->is_element && config_fact_follows(fact) != NULL;
    if (!config_fact_is_default(fact)) {
        defaults->changed++;
        free(defaults->last);
        defaults->last = memory_copy_text(fact->path);
    } else {
        assert_non_null(standard);
    }
    json_decref(standard);
}

static void
assert_changed(const char *head, const char *wanted, const char *expected)
{
    char *text = memory_print("%s%s%s", head, WEB(""), LISTENER(""));
    struct config *config = load(text);
    struct defaults defaults = {0};

    config_walk(config, wanted, count_defaults, &defaults);
    assert_int_equal(defaults.changed, expected == NULL ? 0 : 1);
    if (expected != NULL)
        assert_string_equal(defaults.last, expected);
    free(defaults.last);
    free(text);
    config_free(&config);
}

static void
what_is_given_as_it_is_anyway_is_default(void **state)
{
    (void)state;
    assert_changed("workers = 0;", "limits", NULL);
    assert_changed("limits = { fields = 128; };", "limits", NULL);
    assert_changed("limits = { fields = 127; };", "limits", "limits.fields");
    assert_changed("liveness_milliseconds = 5000;", "liveness_milliseconds", NULL);
    assert_changed("liveness_milliseconds = 5001;", "liveness_milliseconds",
                   "liveness_milliseconds");
    assert_changed("timeouts = { client_head_seconds = 60; };", "timeouts", NULL);
    assert_changed("timeouts = { client_head_seconds = 61; };", "timeouts",
                   "timeouts.client_head_seconds");
    /* The others follow it, and so are as they are anyway. */
    assert_changed(
        "load_balancer = { attributes = { idle_timeout = { timeout_seconds = 7; }; }; };",
        "timeouts", NULL);
}

/* A value of its own kind, and the default of every row, come back as they were read. */
static void
writes_what_it_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *row = &settings[i];
        char *object = memory_take(1, setting_scopes[row->scope].size_bytes), *reason;
        const char *standard = row->standard;
        if (standard != NULL && standard != setting_required && *standard != '=') {
            assert_true(setting_value_read(row, standard, object, &reason));
            char *text = setting_value_text(row, object);
            bool is_off = strcmp(standard, "off") == 0 && strcmp(text, "false") == 0;
            if (!is_off)
                assert_string_equal(text, standard);
            free(text);
            if (setting_kind_owns_text(row->kind))
                free(*(char **)setting_member(row, object));
        }
        free(object);
    }
}

/* Else their elements had no path. */
static void
every_list_has_a_key_or_is_of_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *row = &settings[i];
        if (row->kind != SETTING_LIST)
            continue;
        bool has_key = setting_key(setting_scopes[row->elements].base).rows[0] != NULL;
        if (has_key == setting_scope_is_bare(row->elements))
            fail_msg("%s: give its elements a SETTING_KEY", row->path);
    }
}

static void
keeps_what_runs_until_a_restart(void **state)
{
    struct config *running = load("user = \"one\";" WEB("") LISTENER(""));
    struct config *new = load("\nuser = \"other\"; zone = \"z\";" WEB("") LISTENER(""));
    const struct setting *user = setting_find(SCOPE_ROOT, "user");
    char *text = config_changes_text(running, new);

    (void)state;
    assert_string_equal(text, "zone changed");
    free(text);
    config_keep_running(running, new);
    assert_string_equal(new->user, "one");
    assert_string_equal(new->zone, "z");
    assert_int_equal(new->later_count, 1);
    assert_ptr_equal(config_find_later(new, user), &new->later[0]);
    assert_string_equal(new->later[0].text, "other");
    assert_null(config_find_later(new, setting_find(SCOPE_ROOT, "zone")));
    config_free(&running);
    /* And still after the next one, which has what the first had. */
    struct config *next =
        load("user = \"one\"; log = { format = \"json\"; };" WEB("") LISTENER(""));
    config_keep_running(new, next);
    assert_int_equal(next->later_count, 1);
    assert_string_equal(next->later[0].text, "json");
    assert_int_equal(next->log_form, LOG_FORM_TEXT);
    config_free(&new);
    config_free(&next);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_file_and_line_of_what_is_given),
        cmocka_unit_test(takes_beginnings_at_steps_only),
        cmocka_unit_test(tells_elements_apart),
        cmocka_unit_test(shows_rules_with_their_conditions_and_actions),
        cmocka_unit_test(shows_one_of_two_ways_to_say_the_same),
        cmocka_unit_test(what_is_given_as_it_is_anyway_is_default),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(every_list_has_a_key_or_is_of_texts),
        cmocka_unit_test(keeps_what_runs_until_a_restart),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}

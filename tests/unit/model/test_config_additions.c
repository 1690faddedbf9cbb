/* SPDX-License-Identifier: Apache-2.0 */
/* Objects beside the file: read, judged and told of as what the file says is. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "model/config.h"
#include "model/config_additions.h"
#include "model/config_source.h"

#define FORWARD "\"default_actions\": [{\"type\": \"forward\", \"target_group\": \"web\"}]"
#define RULE(priority)                                                                         \
    "{\"priority\": " priority ", \"conditions\": [{\"field\": \"path-pattern\", \"values\": " \
    "[\"/a\"]}], \"actions\": [{\"type\": \"forward\", \"target_group\": \"api\"}]}"

static const char file_text[] =
    "api = { unix = \"/s\"; };\n"
    "listeners = ( { name = \"http\"; unix = \"/l\"; rules = ();\n"
    "  default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); } );\n"
    "target_groups = ( { name = \"web\"; } );\n";

struct given {
    const char *place, *list, *listener, *settings;
};

/* The same once more, of trees that were made before. */
static struct config *
read_again(struct config_additions *additions, struct config_addition *all,
           const struct config_source *source, struct config_errors *errors)
{
    for (size_t i = 0; i < additions->count; i++)
        if (strcmp(all[i].list, "listeners") != 0)
            all[i].tree = config_additions_tree(all[i].settings);
    struct config *config = config_read_text("F", additions, source, errors);
    config_free(&config);
    config_errors_clear(errors);
    config = config_read_text("F", additions, source, errors);
    for (size_t i = 0; i < additions->count; i++)
        free(all[i].tree);
    return config;
}

static void
are_same_errors(const struct config_errors *one, const struct config_errors *other)
{
    assert_int_equal(one->count, other->count);
    for (size_t i = 0; i < one->count; i++)
        assert_string_equal(one->lines[i], other->lines[i]);
}

/* The configuration of a text with these beside it; errors is empty where there is one. */
static struct config *
read_with(const char *text, const struct given *given, size_t count,
          struct config_errors *errors)
{
    char path[] = "/tmp/fairlead-test-XXXXXX";
    struct config_addition all[8];
    struct config_additions additions = {.all = all, .count = count};
    struct config_source source;
    struct config_errors again;
    int fd = mkstemp(path);

    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    for (size_t i = 0; i < count; i++) {
        json_error_t error;
        json_t *object = json_loads(given[i].settings, 0, &error);
        if (object == NULL)
            fail_msg("%s", error.text);
        all[i] = (struct config_addition){given[i].place, given[i].list, given[i].listener,
                                          object, NULL};
    }
    struct config *first = config_load_text(path, &additions, NULL, &source, errors);
    unlink(path);
    struct config *config = read_again(&additions, all, &source, &again);
    assert_int_equal(first == NULL, config == NULL);
    config_free(&first);
    are_same_errors(errors, &again);
    config_errors_clear(&again);
    config_source_clear(&source);
    for (size_t i = 0; i < count; i++)
        json_decref((json_t *)(uintptr_t)all[i].settings);
    return config;
}

static void
is_refused(const char *text, struct given given, const char *expected)
{
    struct config_errors errors;

    assert_null(read_with(text, &given, 1, &errors));
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.lines[0], expected);
    config_errors_clear(&errors);
}

static void
stand_beside_what_the_file_says(void **state)
{
    static const struct given given[] = {
        {"targetgroup/api/1", "target_groups", NULL,
         "{\"name\": \"api\", \"attributes\": {\"stickiness\": {\"enabled\": true}}}"},
        {"targetgroup/b/2", "target_groups", NULL, "{\"name\": \"b\", \"port\": 81}"},
        {"listener/x/3", "listeners", NULL, "{\"name\": \"x\", \"unix\": \"/x\", " FORWARD "}"},
        {"rule/http/4", "rules", "http", RULE("20")},
        {"rule/http/5", "rules", "http", RULE("10")},
        {"rule/x/6", "rules", "x", RULE("1")},
    };
    struct config_errors errors;
    struct config *config = read_with(file_text, given, 6, &errors);

    (void)state;
    assert_int_equal(config->target_group_count, 3);
    assert_true(config->target_groups[1].stickiness_enabled);
    assert_int_equal(config->target_groups[2].port, 81);
    assert_int_equal(config->listener_count, 2);
    assert_int_equal(config->listeners[0].rule_count, 3);
    assert_int_equal(config->listeners[0].rules[0].priority, 10);
    assert_int_equal(config->listeners[1].rule_count, 2);
    char *place = config_place_text(config, &config->listeners[0].rules[0].places->own);
    assert_string_equal(place, "rule/http/5");
    free(place);
    place = config_place_text(config, &config->target_groups[0].places->own);
    assert_non_null(strstr(place, ":4"));
    free(place);
    config_free(&config);
}

/* The same words as for a file, at the object's place, with the way from the object on. */
static void
are_judged_as_the_file_is(void **state)
{
    (void)state;
    is_refused(file_text,
               (struct given){"targetgroup/g/1", "target_groups", NULL,
                              "{\"name\": \"g\", \"health_check\": {\"path\": \"nope\"}}"},
               "targetgroup/g/1: health_check.path: must begin with a slash and hold no space");
    is_refused(file_text,
               (struct given){"targetgroup/g/1", "target_groups", NULL,
                              "{\"name\": \"g\", \"porrt\": 1}"},
               "targetgroup/g/1: porrt: unknown setting; did you mean port?");
    is_refused(file_text, (struct given){"targetgroup/g/1", "target_groups", NULL, "{}"},
               "targetgroup/g/1: name is missing");
}

static void
a_rule_needs_its_listener(void **state)
{
    (void)state;
    is_refused(
        file_text, (struct given){"rule/gone/1", "rules", "gone", RULE("1")},
        "rule/gone/1: its listener is not in the configuration any more: leave it there, "
        "or delete the rule first");
}

/* A list that the file does not have is made; one that is no list is told once, by the file. */
static void
a_file_may_lack_the_list(void **state)
{
    static const struct given given = {"targetgroup/g/1", "target_groups", NULL,
                                       "{\"name\": \"g\"}"};
    struct config_errors errors;
    struct config *config = read_with("api = { unix = \"/s\"; };\n", &given, 1, &errors);

    (void)state;
    assert_int_equal(config->target_group_count, 1);
    config_free(&config);
    assert_null(
        read_with("api = { unix = \"/s\"; };\ntarget_groups = 7;\n", &given, 1, &errors));
    assert_int_equal(errors.count, 1);
    config_errors_clear(&errors);
}

/* What is missing at the text's end is no mistake of the first object. */
static void
the_end_of_the_text_stays_the_files(void **state)
{
    static const struct given given = {"targetgroup/g/1", "target_groups", NULL,
                                       "{\"name\": \"g\"}"};
    struct config_errors errors;

    (void)state;
    assert_null(read_with("api = { unix = \"/s\";\n", &given, 1, &errors));
    assert_true(errors.count > 0);
    assert_null(strstr(errors.lines[0], "targetgroup"));
    config_errors_clear(&errors);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stand_beside_what_the_file_says),
        cmocka_unit_test(are_judged_as_the_file_is),
        cmocka_unit_test(a_rule_needs_its_listener),
        cmocka_unit_test(a_file_may_lack_the_list),
        cmocka_unit_test(the_end_of_the_text_stays_the_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

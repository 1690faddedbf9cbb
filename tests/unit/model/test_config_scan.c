/* SPDX-License-Identifier: Apache-2.0 */
/* What libconfig lets pass: found with its line, whatever stands around it. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/config_scan.h"

/* What one text gave: as it was written out, and the last thing that was wrong. */
struct outcome {
    char *out;
    unsigned line; /* being read */
    unsigned problems, problem_line;
    char reason[160];
};

static void
on_problem(void *argument, unsigned lines_before, const char *reason)
{
    struct outcome *outcome = argument;

    outcome->problems++;
    outcome->problem_line = outcome->line - lines_before;
    snprintf(outcome->reason, sizeof(outcome->reason), "%s", reason);
}

static struct outcome
scan(const char *text)
{
    struct outcome outcome = {0};
    struct config_scan state = {.on_problem = on_problem, .argument = &outcome};
    size_t length;
    FILE *out = open_memstream(&outcome.out, &length);

    while (*text != '\0') {
        size_t line_length = strcspn(text, "\n");
        line_length += text[line_length] == '\n';
        char *line = strndup(text, line_length);
        outcome.line++;
        config_scan_line(&state, line, out);
        free(line);
        text += line_length;
    }
    config_scan_end_file(&state);
    assert_int_equal(fclose(out), 0);
    return outcome;
}

static void
assert_written(const char *text, const char *expected)
{
    struct outcome outcome = scan(text);

    assert_string_equal(outcome.out, expected);
    assert_string_equal(outcome.reason, "");
    free(outcome.out);
}

static void
assert_wrong(const char *text, unsigned line, const char *start)
{
    struct outcome outcome = scan(text);

    if (outcome.problems != 1 || outcome.problem_line != line ||
        strncmp(outcome.reason, start, strlen(start)) != 0)
        fail_msg("%s: %u problems, line %u: %s", text, outcome.problems, outcome.problem_line,
                 outcome.reason);
    free(outcome.out);
}

static void
leaves_what_is_well_formed_as_it_is(void **state)
{
    static const char *const texts[] = {
        "",
        "a = \"x\"; b = \"y\";\n",
        "a = [ \"x\", \"y\" ]; # \"p\" \"q\"\n",
        "a = ( \"x\"\n, /* \" */ // \" \"\n\"y\" )",
        "a = \"x\" b = \"y\"\n",
        "a = \"x \\\" \\\\\"; b = \"/* # //\";\n",
        "/* \"a\" \"b\" @include 99999999999 */ a-b_9* = 1;\n",
        "/**/ a = 1; /***/ b = 2; /* /* */\n",
        "a = 2147483647; b = -2147483648; c = 5L; d = 5LL; e = 0x7fffffff; f = 080;\n",
        "a = 4294967296L; b = 9223372036854775807LL;\n",
        "a = 1.5; b = 1e10; c = .5; d = 99999999999.0; e = -1.5E-3;\n",
        "a99999999999 = \"99999999999\";\n",
        "a = \"one\ntwo\n\";\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        assert_written(texts[i], texts[i]);
}

static void
lets_long_numbers_be_read_as_such(void **state)
{
    (void)state;
    assert_written("a = 2147483648;", "a = 2147483648L;");
    assert_written("a=4294967296", "a=4294967296L");
    assert_written("a = [4294967296,-2147483649]\n", "a = [4294967296L,-2147483649L]\n");
    assert_written("a = 0x100000000;", "a = 0x100000000L;");
    assert_written("a = 0XFFFFFFFF;", "a = 0XFFFFFFFFL;");
    assert_written("a = +9223372036854775807;", "a = +9223372036854775807L;");
}

static void
refuses_numbers_that_nothing_holds(void **state)
{
    (void)state;
    assert_wrong("a = 1;\nb = 9223372036854775808;\n", 2, "9223372036854775808 is more than");
    assert_wrong("b = -9223372036854775809L;\n", 1, "-9223372036854775809 is more than");
    assert_wrong("b = 0xFFFFFFFFFFFFFFFF;\n", 1, "0xFFFFFFFFFFFFFFFF is more than");
    assert_wrong("b = 1000000000000000000000000000000000000000000;\n", 1,
                 "1000000000000000000000000000000000000000... is more than");
    assert_wrong("b = 4294967296b = 1;\n", 1, "4294967296b is not a number");
    assert_wrong("b = 16k;\n", 1, "16k is not a number");
}

static void
finds_texts_that_would_be_joined(void **state)
{
    static const char joined[] = "this text stands directly behind another one";

    (void)state;
    assert_wrong("a = [ \"/app1\" \"/app1/*\" ];\n", 1, joined);
    assert_wrong("a = ( \"g\"\n\"h\" );\n", 2, joined);
    assert_wrong("a = \"b\"\"c\";\n", 1, joined);
    assert_wrong("a = \"b\"\n# why\n// so\n\n  \"c\";\n", 5, joined);
    assert_wrong("a = \"b\" /* x\ny */ \"c\";\n", 2, joined);
    assert_wrong("a = \"b\\\\\" \"c\";\n", 1, joined);
    assert_wrong("a = \"\" \"\";\n", 1, joined);
    assert_wrong("a = \"b\nc\" \"d\";\n", 2, joined);
}

static void
finds_where_something_begins_that_does_not_end(void **state)
{
    (void)state;
    assert_wrong("a = 1;\n/* b = 2;\nc = 3;\n", 2, "the comment that begins here");
    assert_wrong("a = 1; /*", 1, "the comment that begins here");
    assert_wrong("/* a */ /* b\n* /\n/* c\n", 1, "the comment that begins here");
    assert_wrong("a = 1;\nb = \"c;\nd = 2;\n\n", 2, "the text that begins here");
    assert_wrong("b = \"c\\\";\n", 1, "the text that begins here");
}

static void
leaves_no_include_to_libconfig(void **state)
{
    static const char alone[] = "@include stands alone on its line";

    (void)state;
    assert_wrong("@include \"\"\n", 1, alone);
    assert_wrong("a = 1;\n@include \"\n", 2, alone);
    assert_wrong("a = 1; @include \"x\"\n", 1, alone);
    assert_wrong("@other\n", 1, alone);
}

/* The rest of such a text was lost without a word. */
static void
finds_a_zero_byte_that_a_text_spells(void **state)
{
    (void)state;
    assert_wrong("a = 1;\nb = \"c\\x00d\";\n", 2, "\\x00 in a text would cut it short");
    assert_wrong("b = \"\\\\\\x00\";\n", 1, "\\x00 in a text would cut it short");
    assert_written("b = \"\\\\x00 \\x01 \\x0\"; # \\x00\n",
                   "b = \"\\\\x00 \\x01 \\x0\"; # \\x00\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_what_is_well_formed_as_it_is),
        cmocka_unit_test(lets_long_numbers_be_read_as_such),
        cmocka_unit_test(refuses_numbers_that_nothing_holds),
        cmocka_unit_test(finds_texts_that_would_be_joined),
        cmocka_unit_test(finds_where_something_begins_that_does_not_end),
        cmocka_unit_test(leaves_no_include_to_libconfig),
        cmocka_unit_test(finds_a_zero_byte_that_a_text_spells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

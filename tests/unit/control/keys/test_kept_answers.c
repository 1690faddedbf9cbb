/* SPDX-License-Identifier: Apache-2.0 */
#include "keys_unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "control/keys/kept_answers.h"

static const struct kept_call call = {
    .key_id = SLICE_LITERAL("FAIRA"),
    .id = SLICE_LITERAL("i-1"),
    .body = SLICE_LITERAL("Action=CreateRule"),
};

static int
begin(void **state)
{
    set_now(BEGINNING_MS);
    *state = kept_answers_new();
    return 0;
}

static int
end(void **state)
{
    struct kept_answers *kept = *state;

    kept_answers_free(&kept);
    return 0;
}

static void
keep(struct kept_answers *kept, const struct kept_call *of, const char *text)
{
    kept_answers_finish(kept, kept_answers_begin(kept, of),
                        &(struct kept_answer_text){200, 2, slice_of(text)});
}

/* "" where the answer is not there yet, "none" where the call is not known. */
static void
expect(struct kept_answers *kept, const struct kept_call *of, const char *wanted)
{
    const struct kept_answer *answer = kept_answers_find(kept, of);
    const struct kept_answer_text *text = answer == NULL ? NULL : kept_answer_text(answer);
    struct slice got = answer == NULL ? SLICE_LITERAL("none")
                       : text == NULL ? SLICE_LITERAL("")
                                      : text->text;

    assert_true(slice_equal(got, slice_of(wanted)));
    assert_true(text == NULL || (text->status == 200 && text->content == 2));
}

static void
gives_the_answer_to_the_same_call(void **state)
{
    struct kept_call others[] = {call, call, call, call};

    expect(*state, &call, "none");
    uint64_t number = kept_answers_begin(*state, &call);
    expect(*state, &call, "");
    kept_answers_finish(*state, number,
                        &(struct kept_answer_text){200, 2, SLICE_LITERAL("it is made")});
    expect(*state, &call, "it is made");
    others[0].key_id = SLICE_LITERAL("FAIRB");
    others[1].id = SLICE_LITERAL("i-2");
    others[2].target = SLICE_LITERAL("x");
    others[3].body = SLICE_LITERAL("Action=CreateRule&x");
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        expect(*state, &others[i], "none");
}

static void
forgets_after_two_minutes(void **state)
{
    keep(*state, &call, "a");
    set_now(now_ms + KEPT_ANSWERS_SECONDS * 1000 - 1);
    expect(*state, &call, "a");
    set_now(now_ms + 1);
    expect(*state, &call, "none");
    keep(*state, &call, "b");
    expect(*state, &call, "b");
}

static void
forgets_what_was_dropped(void **state)
{
    uint64_t number = kept_answers_begin(*state, &call);

    kept_answers_drop(*state, number);
    expect(*state, &call, "none");
    kept_answers_drop(*state, number);
    kept_answers_finish(*state, number, &(struct kept_answer_text){200, 2, SLICE_NONE});
    expect(*state, &call, "none");
}

static void
forgets_the_oldest_beyond_its_number(void **state)
{
    char id[16];

    keep(*state, &call, "a");
    for (unsigned i = 0; i < KEPT_ANSWERS_MAX; i++) {
        struct kept_call other = call;
        snprintf(id, sizeof(id), "j-%u", i);
        other.id = slice_of(id);
        expect(*state, &call, "a");
        keep(*state, &other, "b");
    }
    expect(*state, &call, "none");
}

static void
forgets_the_oldest_beyond_its_bytes(void **state)
{
    char *text = memory_take(KEPT_ANSWERS_TEXT_MAX + 2, 1);
    char id[16];

    memset(text, 'x', KEPT_ANSWERS_TEXT_MAX + 1);
    keep(*state, &call, text);
    expect(*state, &call, "none");
    text[KEPT_ANSWERS_TEXT_MAX] = '\0';
    keep(*state, &call, "a");
    for (unsigned i = 0; i < KEPT_ANSWERS_BYTES_MAX / KEPT_ANSWERS_TEXT_MAX; i++) {
        struct kept_call other = call;
        snprintf(id, sizeof(id), "j-%u", i);
        other.id = slice_of(id);
        expect(*state, &call, "a");
        keep(*state, &other, text);
        expect(*state, &other, text);
    }
    expect(*state, &call, "none");
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_the_answer_to_the_same_call, begin, end),
        cmocka_unit_test_setup_teardown(forgets_after_two_minutes, begin, end),
        cmocka_unit_test_setup_teardown(forgets_what_was_dropped, begin, end),
        cmocka_unit_test_setup_teardown(forgets_the_oldest_beyond_its_number, begin, end),
        cmocka_unit_test_setup_teardown(forgets_the_oldest_beyond_its_bytes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a stickiness cookie carries, over several groups and balancers. */
#include "../../unit.h"

#include <string.h>

#include "worker/balancing/ticket.h"

#define NOW_S 1700000000

static const uint8_t ours[SEAL_KEY_BYTES] = {1}, theirs[SEAL_KEY_BYTES] = {2};

static struct ticket_entry
entry_of(uint64_t scope, uint64_t identity)
{
    return (struct ticket_entry){.balancer = 7,
                                 .scope = scope,
                                 .identity = identity,
                                 .since_s = NOW_S,
                                 .kind = TICKET_TARGET};
}

static uint64_t
identity_in(const struct ticket *ticket, uint64_t scope)
{
    const struct ticket_entry like = entry_of(scope, 0);
    const struct ticket_entry *found = ticket_find(ticket, &like);

    return found == NULL ? 0 : found->identity;
}

/* Adds an entry to what the text says; the new text is the caller's until the next but one. */
static struct slice
add(const uint8_t key[SEAL_KEY_BYTES], struct slice text, uint64_t scope, uint64_t identity)
{
    static char texts[2][TICKET_TEXT_MAX];
    static int turn;
    struct ticket ticket;
    const struct ticket_entry entry = entry_of(scope, identity);

    turn = !turn;
    ticket_read(&ticket, key, text, NOW_S);
    ticket_put(&ticket, &entry);
    return slice_make(texts[turn], ticket_write(&ticket, key, texts[turn]));
}

static void
keeps_a_target_in_each_group(void **state)
{
    struct ticket ticket;
    struct slice text = add(ours, add(ours, SLICE_NONE, 1, 11), 2, 22);
    (void)state;
    ticket_read(&ticket, ours, text, NOW_S);
    assert_int_equal(identity_in(&ticket, 1), 11);
    assert_int_equal(identity_in(&ticket, 2), 22);
    ticket_read(&ticket, ours, add(ours, text, 1, 111), NOW_S);
    assert_int_equal(ticket.count, 2);
    assert_int_equal(ticket.entries[0].identity, 111);
    assert_int_equal(identity_in(&ticket, 2), 22);
}

static void
forgets_the_oldest_of_too_many(void **state)
{
    struct ticket ticket;
    struct slice text = SLICE_NONE;
    (void)state;
    for (uint64_t scope = 1; scope <= TICKET_ENTRIES_MAX + 1; scope++)
        text = add(ours, text, scope, scope * 10);
    ticket_read(&ticket, ours, text, NOW_S);
    assert_int_equal(ticket.count, TICKET_ENTRIES_MAX);
    assert_int_equal(identity_in(&ticket, 1), 0);
    assert_int_equal(identity_in(&ticket, 2), 20);
    assert_int_equal(ticket.entries[0].scope, TICKET_ENTRIES_MAX + 1);
}

static void
carries_what_another_key_has_sealed(void **state)
{
    struct ticket ticket;
    struct slice text = add(theirs, add(ours, SLICE_NONE, 1, 11), 1, 99);
    (void)state;
    ticket_read(&ticket, ours, text, NOW_S);
    assert_int_equal(identity_in(&ticket, 1), 11);
    assert_int_equal(ticket.foreign_count, 1);
    text = add(ours, text, 1, 12);
    ticket_read(&ticket, theirs, text, NOW_S);
    assert_int_equal(identity_in(&ticket, 1), 99);
    ticket_read(&ticket, ours, text, NOW_S);
    assert_int_equal(identity_in(&ticket, 1), 12);
}

static void
does_not_grow_without_end(void **state)
{
    struct ticket ticket;
    char text[4096];
    (void)state;
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = i % 2 == 0 ? 'a' : '.';
    text[sizeof(text) - 1] = 'a';
    ticket_read(&ticket, ours, slice_make(text, sizeof(text)), NOW_S);
    assert_int_equal(ticket.count, 0);
    assert_int_equal(ticket.foreign_count, TICKET_FOREIGN_MAX);
    memset(text, 'a', sizeof(text));
    ticket_read(&ticket, ours, slice_make(text, sizeof(text)), NOW_S);
    assert_int_equal(ticket.foreign_count, 0);
    ticket_read(&ticket, ours, SLICE_LITERAL("a b.c\"d.e,f.\x7f"), NOW_S);
    assert_int_equal(ticket.foreign_count, 0);
}

static void
drops_entries_that_no_duration_reaches(void **state)
{
    struct ticket ticket;
    struct slice text = add(ours, SLICE_NONE, 1, 11);
    (void)state;
    ticket_read(&ticket, ours, text, NOW_S + 7 * 24 * 3600);
    assert_int_equal(ticket.count, 1);
    ticket_read(&ticket, ours, text, NOW_S + 7 * 24 * 3600 + 1);
    assert_int_equal(ticket.count, 0);
    ticket_read(&ticket, ours, text, NOW_S - 61);
    assert_int_equal(ticket.count, 0);
}

static void
tells_kinds_and_balancers_apart(void **state)
{
    struct ticket ticket;
    struct ticket_entry other = entry_of(1, 0);
    (void)state;
    ticket_read(&ticket, ours, add(ours, SLICE_NONE, 1, 11), NOW_S);
    other.kind = TICKET_GROUP;
    assert_null(ticket_find(&ticket, &other));
    other = entry_of(1, 0);
    other.balancer = 8;
    assert_null(ticket_find(&ticket, &other));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_target_in_each_group),
        cmocka_unit_test(forgets_the_oldest_of_too_many),
        cmocka_unit_test(carries_what_another_key_has_sealed),
        cmocka_unit_test(does_not_grow_without_end),
        cmocka_unit_test(drops_entries_that_no_duration_reaches),
        cmocka_unit_test(tells_kinds_and_balancers_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

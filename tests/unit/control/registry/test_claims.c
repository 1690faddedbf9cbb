/* SPDX-License-Identifier: Apache-2.0 */
/* Who has an address, row by row, and who hears when that may have changed. */
#include "../../unit.h"

#include <stdbool.h>
#include <string.h>

#include "control/registry/claims.h"

struct disturbed {
    struct claims *claims;
    const struct claimant *last;
    unsigned count;
};

static void
on_disturbed(void *argument, struct claimant *claimant)
{
    struct disturbed *disturbed = argument;

    disturbed->last = claimant;
    disturbed->count++;
}

static struct address
at_port(uint16_t port)
{
    struct address address;

    memset(&address, 0, sizeof(address));
    assert_true(address_parse(&address, "127.0.0.1", port));
    return address;
}

static void
begin(struct disturbed *disturbed)
{
    *disturbed = (struct disturbed){0};
    disturbed->claims = claims_new(on_disturbed, disturbed);
}

static void
claim(struct disturbed *disturbed, struct claimant *claimant, uint16_t port)
{
    struct address address = at_port(port);

    claims_set(disturbed->claims, claimant, &address, 1);
}

static bool
wins(struct disturbed *disturbed, const struct claimant *claimant, uint16_t port)
{
    struct address address = at_port(port);

    return claims_is_winner(disturbed->claims, claimant, &address);
}

/* Ends the claims first: a claim points at its claimant. */
static void
end(struct disturbed *disturbed, struct claimant *one, struct claimant *other)
{
    claims_set(disturbed->claims, one, NULL, 0);
    claims_set(disturbed->claims, other, NULL, 0);
    claims_free(&disturbed->claims);
    assert_null(disturbed->claims);
}

static void
gives_an_address_to_the_newest_start_and_then_to_the_latest_report(void **state)
{
    static const struct {
        uint64_t start, sequence, other_start, other_sequence;
        bool wins, other_wins;
    } rows[] = {
        {2, 1, 1, 1, true, false}, {1, 1, 2, 1, false, true}, {1, 9, 2, 1, false, true},
        {1, 2, 1, 1, true, false}, {1, 1, 1, 2, false, true}, {1, 1, 1, 1, true, true},
    };

    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct disturbed disturbed;
        struct claimant one = {rows[i].start, rows[i].sequence, {NULL}};
        struct claimant other = {rows[i].other_start, rows[i].other_sequence, {NULL}};
        begin(&disturbed);
        claimant_init(&one);
        claimant_init(&other);
        claim(&disturbed, &one, 80);
        claim(&disturbed, &other, 80);
        assert_int_equal(wins(&disturbed, &one, 80), rows[i].wins);
        assert_int_equal(wins(&disturbed, &other, 80), rows[i].other_wins);
        end(&disturbed, &one, &other);
    }
}

static void
nobody_wins_what_nobody_claims(void **state)
{
    struct disturbed disturbed;
    struct claimant one = {1, 1, {NULL}}, other = {2, 1, {NULL}};
    (void)state;

    begin(&disturbed);
    claimant_init(&one);
    claimant_init(&other);
    assert_false(wins(&disturbed, &one, 80));
    claim(&disturbed, &one, 80);
    assert_false(wins(&disturbed, &one, 81));
    assert_false(wins(&disturbed, &other, 80));
    end(&disturbed, &one, &other);
}

static void
the_earlier_one_has_it_again_when_the_newest_lets_go(void **state)
{
    struct disturbed disturbed;
    struct claimant one = {1, 1, {NULL}}, other = {2, 2, {NULL}};
    (void)state;

    begin(&disturbed);
    claimant_init(&one);
    claimant_init(&other);
    claim(&disturbed, &one, 80);
    claim(&disturbed, &other, 80);
    assert_false(wins(&disturbed, &one, 80));
    disturbed.count = 0;
    claim(&disturbed, &other, 81);
    assert_true(disturbed.last == &one);
    assert_int_equal(disturbed.count, 1);
    assert_true(wins(&disturbed, &one, 80));
    assert_true(wins(&disturbed, &other, 81));
    end(&disturbed, &one, &other);
}

static void
only_news_disturb_and_only_the_others(void **state)
{
    struct disturbed disturbed;
    struct claimant one = {1, 1, {NULL}}, other = {2, 2, {NULL}};
    (void)state;

    begin(&disturbed);
    claimant_init(&one);
    claimant_init(&other);
    claim(&disturbed, &one, 80);
    assert_int_equal(disturbed.count, 0);
    claim(&disturbed, &other, 80);
    assert_true(disturbed.last == &one);
    assert_int_equal(disturbed.count, 1);
    claim(&disturbed, &other, 80); /* the same again */
    claim(&disturbed, &one, 80);
    assert_int_equal(disturbed.count, 1);
    one.sequence = 3;
    claim(&disturbed, &one, 80);
    assert_true(disturbed.last == &other);
    assert_int_equal(disturbed.count, 2);
    end(&disturbed, &one, &other);
}

static void
an_address_twice_in_one_set_is_one_claim(void **state)
{
    struct disturbed disturbed;
    struct claimant one = {1, 1, {NULL}}, other = {0, 0, {NULL}};
    struct address twice[2] = {at_port(80), at_port(80)};
    (void)state;

    begin(&disturbed);
    claimant_init(&one);
    claimant_init(&other);
    claims_set(disturbed.claims, &one, twice, 2);
    assert_true(wins(&disturbed, &one, 80));
    claims_set(disturbed.claims, &one, NULL, 0);
    assert_false(wins(&disturbed, &one, 80));
    assert_int_equal(disturbed.count, 0);
    end(&disturbed, &one, &other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_an_address_to_the_newest_start_and_then_to_the_latest_report),
        cmocka_unit_test(nobody_wins_what_nobody_claims),
        cmocka_unit_test(the_earlier_one_has_it_again_when_the_newest_lets_go),
        cmocka_unit_test(only_news_disturb_and_only_the_others),
        cmocka_unit_test(an_address_twice_in_one_set_is_one_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A sentence has room for ten names. */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "control/admin/name_list.h"

#define MANY 30

static struct config_target_group groups[MANY];
static struct config_service services[2];
static char names[MANY][4];

static void
name_all(void)
{
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "g%u", i);
        groups[i].name = names[i];
    }
    services[0].name = names[3];
    services[1].name = names[4];
}

static void
expect_groups(size_t count, const char *expected)
{
    const struct config config = {.target_groups = groups, .target_group_count = count};
    char *text = name_list_of_groups(&config);

    assert_string_equal(text, expected);
    free(text);
}

static void
names_ten_and_counts_the_others(void **state)
{
    (void)state;
    name_all();
    expect_groups(0, "none");
    expect_groups(1, "g0");
    expect_groups(2, "g0, g1");
    expect_groups(10, "g0, g1, g2, g3, g4, g5, g6, g7, g8, g9");
    expect_groups(11, "g0, g1, g2, g3, g4, g5, g6, g7, g8, g9 and 1 more");
    expect_groups(MANY, "g0, g1, g2, g3, g4, g5, g6, g7, g8, g9 and 20 more");
}

static void
names_services(void **state)
{
    const struct config config = {.services = services, .service_count = 2};
    (void)state;
    name_all();
    char *text = name_list_of_services(&config);
    assert_string_equal(text, "g3, g4");
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_ten_and_counts_the_others),
        cmocka_unit_test(names_services),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What of the host an entry of api.allow permits. */
#include "../unit.h"

#include <stdlib.h>

#include "model/host_reach.h"

static bool
allows(const char *entry, enum host_reach reach, const char *value)
{
    char text[64];
    struct config_value entries[] = {{.value = text}};

    strcpy(text, entry);
    return host_reach_allows(entries, 1, reach, value);
}

static void
nothing_is_permitted_without_an_entry(void **state)
{
    (void)state;
    for (size_t i = 0; i < HOST_REACH_COUNT; i++)
        assert_false(host_reach_allows(NULL, 0, (enum host_reach)i, "/srv"));
}

/* Each kind by the entry that it asks for, and by no other kind's. */
static void
each_is_permitted_by_its_own_entry(void **state)
{
    (void)state;
    for (size_t i = 0; i < HOST_REACH_COUNT; i++) {
        char *entry = host_reach_entry((enum host_reach)i, "/srv");
        assert_null(host_reach_entry_fault(entry));
        for (size_t j = 0; j < HOST_REACH_COUNT; j++)
            assert_int_equal(allows(entry, (enum host_reach)j, "/srv"), i == j);
        free(entry);
    }
}

static void
paths_are_permitted_below_one(void **state)
{
    static const struct {
        const char *entry, *path;
        bool is_allowed;
    } rows[] = {
        {"host_mounts:/srv", "/srv", true},
        {"host_mounts:/srv", "/srv/a/b", true},
        {"host_mounts:/srv", "//srv//a/", true},
        {"host_mounts:/srv/", "/srv", true},
        {"host_mounts:/srv", "/srvold", false},
        {"host_mounts:/srv", "/", false},
        {"host_mounts:/srv", "/srv/../etc", false},
        {"host_mounts:/srv", "/srv/..", false},
        {"host_mounts:/srv", "/srv/./a", false},
        {"host_mounts:/srv", "srv", false},
        {"host_mounts:/srv/a", "/srv", false},
        {"host_mounts:/srv", "", false},
        {"host_mounts:/srv", NULL, false},
        {"host_mounts:/", "/etc", true},
        {"host_mounts", "/srv", false},
        {"host_mounts:", "/srv", false},
        {"host_mounts:*", "/srv", false},
        {"host_mounts:srv", "srv", false},
        {"devices:/dev/snd", "/dev/snd/timer", true},
        {"devices:/dev/snd", "/dev/mem", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        enum host_reach reach = *rows[i].entry == 'd' ? HOST_REACH_DEVICES : HOST_REACH_MOUNTS;
        if (allows(rows[i].entry, reach, rows[i].path) != rows[i].is_allowed)
            fail_msg("%s and %s", rows[i].entry, rows[i].path == NULL ? "-" : rows[i].path);
    }
}

static void
names_are_permitted_one_by_one_or_all(void **state)
{
    (void)state;
    assert_true(allows("capabilities:NET_ADMIN", HOST_REACH_CAPABILITIES, "NET_ADMIN"));
    assert_false(allows("capabilities:NET_ADMIN", HOST_REACH_CAPABILITIES, "SYS_ADMIN"));
    assert_false(allows("capabilities:NET_ADMIN", HOST_REACH_CAPABILITIES, "NET_ADMIN2"));
    assert_true(allows("capabilities:*", HOST_REACH_CAPABILITIES, "SYS_ADMIN"));
    assert_false(allows("capabilities", HOST_REACH_CAPABILITIES, "SYS_ADMIN"));
    assert_true(
        allows("security_options:label:disable", HOST_REACH_SECURITY_OPTIONS, "label:disable"));
    assert_false(allows("privileged:*", HOST_REACH_PRIVILEGED, NULL));
    assert_false(allows("privilegedly", HOST_REACH_PRIVILEGED, NULL));
}

static void
entries_that_say_nothing_are_faults(void **state)
{
    static const char *const bad[] = {"",
                                      "nonsense",
                                      "privileged:x",
                                      "host_mounts",
                                      "devices:",
                                      "host_mounts:srv",
                                      "capabilities",
                                      "log_drivers:",
                                      "host_mounts:/a/../b",
                                      "privilege"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char *fault = host_reach_entry_fault(bad[i]);
        if (fault == NULL)
            fail_msg("%s is taken", bad[i]);
        free(fault);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_permitted_without_an_entry),
        cmocka_unit_test(each_is_permitted_by_its_own_entry),
        cmocka_unit_test(paths_are_permitted_below_one),
        cmocka_unit_test(names_are_permitted_one_by_one_or_all),
        cmocka_unit_test(entries_that_say_nothing_are_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing an API version. */
#include "../../unit.h"

#include "control/docker/docker_version.h"

static void
is_version(struct docker_version version, unsigned major, unsigned minor)
{
    assert_int_equal(version.major, major);
    assert_int_equal(version.minor, minor);
}

static void
chooses_the_lower_of_ours_and_the_engines(void **state)
{
    (void)state;
    is_version(docker_version_choose("1.41"), 1, 41);
    is_version(docker_version_choose("1.99"), 1, 52);
    is_version(docker_version_choose("2.0"), 1, 52);
    is_version(docker_version_choose("1.24"), 1, 24);
    is_version(docker_version_choose(""), 1, 24);
    is_version(docker_version_choose("new"), 1, 24);
}

static void
takes_the_version_that_a_refusal_names(void **state)
{
    struct docker_version version;

    (void)state;
    assert_true(docker_version_from_refusal(
        &version,
        "{\"message\":\"client version 1.24 is too old. Minimum supported API version is "
        "1.44, please upgrade your client to a newer version\"}"));
    is_version(version, 1, 44);
    assert_true(docker_version_from_refusal(
        &version, "client version 1.60 is too new. Maximum supported API version is 1.41"));
    is_version(version, 1, 41);
    assert_false(docker_version_from_refusal(&version, "{\"message\":\"invalid filter\"}"));
    assert_false(docker_version_from_refusal(&version, NULL));
}

static void
reads_the_range_of_the_version_answer(void **state)
{
    static const char too_new[] = "{\"ApiVersion\":\"1.70\",\"MinAPIVersion\":\"1.60\"}";
    static const char old[] = "{\"ApiVersion\":\"1.30\",\"MinAPIVersion\":\"1.12\"}";
    struct docker_version version;

    (void)state;
    assert_true(docker_version_from_answer(&version, too_new, sizeof(too_new) - 1));
    is_version(version, 1, 60);
    assert_true(docker_version_from_answer(&version, old, sizeof(old) - 1));
    is_version(version, 1, 30);
    assert_false(docker_version_from_answer(&version, "{}", 2));
    assert_false(docker_version_from_answer(&version, "<", 1));
}

static void
reads_the_fields_of_a_greeting(void **state)
{
    struct docker_greeting greeting = {0};

    (void)state;
    docker_greeting_take_field(&greeting, "api-version", "1.41");
    docker_greeting_take_field(&greeting, "date", "Mon, 23 Nov 2026 14:01:45 GMT");
    docker_greeting_take_field(&greeting, "server", "Docker/20.10.24");
    assert_string_equal(greeting.newest, "1.41");
    assert_true(greeting.seconds == 1795442505);
    assert_false(docker_greeting_is_podman(&greeting));
    docker_greeting_take_field(&greeting, "libpod-api-version", "4.3.1");
    docker_greeting_take_field(&greeting, "date", "yesterday");
    assert_true(docker_greeting_is_podman(&greeting));
    assert_true(greeting.seconds == 1795442505);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_the_lower_of_ours_and_the_engines),
        cmocka_unit_test(takes_the_version_that_a_refusal_names),
        cmocka_unit_test(reads_the_range_of_the_version_answer),
        cmocka_unit_test(reads_the_fields_of_a_greeting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

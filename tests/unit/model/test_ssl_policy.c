/* SPDX-License-Identifier: Apache-2.0 */
/* Which policy connections to targets have, by those of the listeners (docs/tls.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/ssl_policy.h"

static void
follows_the_listeners(void **state)
{
    static const struct {
        const char *listeners[3];
        const char *targets;
    } cases[] = {
        {{NULL}, "TLS13-1-0-2021-06"},
        {{"2016-08"}, "2016-08"},
        {{"FS-1-2-Res-2020-10", "TLS-1-2-2017-01"}, "2016-08"},
        {{"2016-08", "TLS13-1-3-2021-06"}, "TLS13-1-0-2021-06"},
        {{"TLS13-1-2-Res-PQ-2025-09"}, "TLS13-1-0-PQ-2025-09"},
        {{"TLS13-1-2-Res-PQ-2025-09", "TLS13-1-2-FIPS-2023-04"}, "TLS13-1-0-FIPS-PQ-2025-09"},
        {{"TLS13-1-2-FIPS-2023-04"}, "TLS13-1-0-FIPS-2023-04"},
        {{"2016-08", "TLS13-1-3-RFC9151-FIPS-2023-07"},
         "TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ssl_policy_traits traits = {0};
        char name[96];
        for (size_t k = 0; cases[i].listeners[k] != NULL; k++) {
            snprintf(name, sizeof(name), SSL_POLICY_PREFIX "%s", cases[i].listeners[k]);
            unsigned found = ssl_policy_find(name);
            assert_int_not_equal(found, ssl_policy_count);
            ssl_policy_note(&traits, found);
        }
        snprintf(name, sizeof(name), SSL_POLICY_PREFIX "%s", cases[i].targets);
        unsigned wanted = ssl_policy_for_targets(&traits);
        assert_true(wanted < ssl_policy_count);
        assert_string_equal(ssl_policies[wanted].name, name);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(follows_the_listeners)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

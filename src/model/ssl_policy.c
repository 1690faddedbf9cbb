/* SPDX-License-Identifier: Apache-2.0 */
#include "model/ssl_policy.h"

#include <string.h>

enum { CLASSICAL, PQ };

#define SSL_SUITES(id, suites) static const char suites_##id[] = suites;
#include "model/ssl_policies.def"
#undef SSL_SUITES

const struct ssl_policy ssl_policies[] = {

#define SSL_POLICY(name, oldest, newest, suites_13, suites, level, exchange)                   \
    {SSL_POLICY_PREFIX name, oldest, newest,          suites_##suites_13,                      \
     suites_##suites,        level,  (exchange) == PQ},
#include "model/ssl_policies.def"
#undef SSL_POLICY
};

const unsigned ssl_policy_count = sizeof(ssl_policies) / sizeof(ssl_policies[0]);

void
ssl_policy_note(struct ssl_policy_traits *traits, unsigned policy)
{
    const struct ssl_policy *noted = &ssl_policies[policy];

    traits->has_any = true;
    traits->is_cnsa |= strstr(noted->name, "RFC9151") != NULL;
    traits->is_fips |= strstr(noted->name, "FIPS") != NULL;
    traits->is_hybrid |= noted->is_hybrid;
    traits->has_tls_1_3 |= noted->newest == TLS_1_3;
}

unsigned
ssl_policy_for_targets(const struct ssl_policy_traits *traits)
{
    const char *name = SSL_POLICY_PREFIX "2016-08";

    if (traits->is_cnsa)
        name = SSL_POLICY_PREFIX "TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07";
    else if (traits->is_fips && traits->is_hybrid)
        name = SSL_POLICY_PREFIX "TLS13-1-0-FIPS-PQ-2025-09";
    else if (traits->is_fips)
        name = SSL_POLICY_PREFIX "TLS13-1-0-FIPS-2023-04";
    else if (traits->is_hybrid)
        name = SSL_POLICY_PREFIX "TLS13-1-0-PQ-2025-09";
    else if (traits->has_tls_1_3 || !traits->has_any)
        name = SSL_POLICY_PREFIX "TLS13-1-0-2021-06";
    return ssl_policy_find(name);
}

unsigned
ssl_policy_find(const char *name)
{
    unsigned index = 0;

    while (index < ssl_policy_count && strcmp(ssl_policies[index].name, name) != 0)
        index++;
    return index;
}

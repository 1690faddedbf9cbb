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

unsigned
ssl_policy_find(const char *name)
{
    unsigned index = 0;

    while (index < ssl_policy_count && strcmp(ssl_policies[index].name, name) != 0)
        index++;
    return index;
}

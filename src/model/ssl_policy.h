/* SPDX-License-Identifier: Apache-2.0 */
/* The predefined security policies as data; ssl_policies.def lists them. */
#ifndef FAIRLEAD_MODEL_SSL_POLICY_H
#define FAIRLEAD_MODEL_SSL_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#define SSL_POLICY_PREFIX "ELBSecurityPolicy-"

/* The versions as they stand on the wire. */
enum ssl_protocol { TLS_1_0 = 0x0301, TLS_1_1, TLS_1_2, TLS_1_3 };

struct ssl_policy {
    const char *name; /* with the prefix */
    uint16_t oldest, newest;
    const char *suites_13, *suites; /* of TLS 1.3, and of those before; "": none */
    unsigned level;                 /* OpenSSL's security level */
    bool is_hybrid;                 /* key exchange with ML-KEM as well, where there is one */
};

/* An index in the table, which the configuration and the snapshot know a policy by. */
extern const struct ssl_policy ssl_policies[];
extern const unsigned ssl_policy_count;

/* ssl_policy_count: there is no policy of that name. */
unsigned ssl_policy_find(const char *name);

/* What the policies of listeners have, all together; zero it. */
struct ssl_policy_traits {
    bool is_cnsa, is_fips, is_hybrid, has_tls_1_3, has_any;
};

void ssl_policy_note(struct ssl_policy_traits *traits, unsigned policy);

/* The policy towards targets, which follows those of the listeners (ALB); an index. */
unsigned ssl_policy_for_targets(const struct ssl_policy_traits *traits);

#endif

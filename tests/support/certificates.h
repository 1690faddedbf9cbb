/* SPDX-License-Identifier: Apache-2.0 */
/* Self-signed certificates for tests, made anew each time. */
#ifndef FAIRLEAD_TESTS_CERTIFICATES_H
#define FAIRLEAD_TESTS_CERTIFICATES_H

/* What is wanted; times in seconds from now. */
struct wanted_pair {
    const char *key;   /* "RSA", "P-256", "P-384" or "P-521" */
    const char *names; /* "DNS:a.test,DNS:*.b.test"; NULL: only the common name */
    const char *common_name;
    long not_before_s, not_after_s; /* not_after_s 0: a day */
    unsigned rsa_bits;              /* 0: 2048 */
};

/* PEM texts, the caller's to free. */
struct made_pair {
    char *certificate, *key;
};

struct made_pair pair_make(const struct wanted_pair *wanted);
void pair_free(struct made_pair *pair);

#endif

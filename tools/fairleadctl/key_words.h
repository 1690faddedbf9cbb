/* SPDX-License-Identifier: Apache-2.0 */
/* What a row of key list says in words. */
#ifndef FAIRLEADCTL_KEY_WORDS_H
#define FAIRLEADCTL_KEY_WORDS_H

#include <jansson.h>

/* "3m", "never". Give back with free(). */
char *key_use_words(const json_t *key);

#endif

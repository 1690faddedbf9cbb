/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of the list of certificates, for a view's words; each is given back with free(). */
#ifndef FAIRLEADCTL_CERTIFICATE_WORDS_H
#define FAIRLEADCTL_CERTIFICATE_WORDS_H

#include <jansson.h>

/* "shop.example, +3" */
char *certificate_names_words(const json_t *certificate);

/* "expired" in place of a number below 0. */
char *certificate_days_words(const json_t *certificate);
char *certificate_listeners_words(const json_t *certificate);

#endif

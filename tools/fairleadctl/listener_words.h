/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of the list of listeners, for a view's words; each is given back with free(). */
#ifndef FAIRLEADCTL_LISTENER_WORDS_H
#define FAIRLEADCTL_LISTENER_WORDS_H

#include <jansson.h>

/* Who may connect: the first of them, and how many more there are. */
char *listener_sources_words(const json_t *listener);

#endif

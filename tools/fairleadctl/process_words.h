/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of the list of processes, for a view's words; each is given back with free(). */
#ifndef FAIRLEADCTL_PROCESS_WORDS_H
#define FAIRLEADCTL_PROCESS_WORDS_H

#include <jansson.h>

/* "worker 1", as of workers there are several. */
char *process_role_words(const json_t *process);
char *process_cpu_words(const json_t *process);
char *process_memory_words(const json_t *process);

#endif

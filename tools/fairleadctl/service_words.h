/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of services and container instances in words; each to be given back with free(). */
#ifndef FAIRLEADCTL_SERVICE_WORDS_H
#define FAIRLEADCTL_SERVICE_WORDS_H

#include <jansson.h>

/* "2 of 4": how many run of those that are wanted; of a service that others run, how many do.
 */
char *service_tasks_words(const json_t *service);
/* "PRIMARY web:2: 2 running" by commas. */
char *service_deployments_words(const json_t *service);
/* "steady", or what happens, or what is wrong. */
char *service_state_words(const json_t *service);

/* "ACTIVE", "DRAINING", "not reached". */
char *instance_status_words(const json_t *instance);
/* "1004 of 2048". */
char *instance_cpu_words(const json_t *instance);
char *instance_memory_words(const json_t *instance);

#endif

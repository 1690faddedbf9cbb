/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots for tests and benchmarks, from a configuration that is put together by hand: one
 * listener, its rules, target groups and their targets. The sample owns everything that it was
 * given; pointers that it returns are valid until the next of their kind is added.
 */
#ifndef FAIRLEAD_TESTS_SNAPSHOT_SAMPLE_H
#define FAIRLEAD_TESTS_SNAPSHOT_SAMPLE_H

#include "ipc/snapshot.h"
#include "ipc/snapshot_build.h"
#include "model/config.h"

struct snapshot_sample;

/* A listener "http" on 127.0.0.1:80 whose default action is a fixed response 404. */
struct snapshot_sample *snapshot_sample_new(void);
void snapshot_sample_free(struct snapshot_sample **sample);

struct config *snapshot_sample_config(struct snapshot_sample *sample);
struct config_listener *snapshot_sample_listener(struct snapshot_sample *sample);
struct config_target_group *snapshot_sample_add_group(struct snapshot_sample *sample,
                                                      const char *name);

/* The next rule, with priorities 10, 20, ...; forwards to the group, or answers 200 (NULL). */
struct config_rule *snapshot_sample_add_rule(struct snapshot_sample *sample, const char *group);

/* A condition of the last rule; values are separated by spaces, keys by '=' (query-string). */
void snapshot_sample_add_condition(struct snapshot_sample *sample,
                                   enum config_condition_field field, const char *values);

/* A healthy target in service at 10.0.0.1:port; all of them. */
struct snapshot_target_source *snapshot_sample_add_target(struct snapshot_sample *sample,
                                                          const char *group, uint64_t id,
                                                          uint16_t port);
struct snapshot_target_source *snapshot_sample_targets(struct snapshot_sample *sample,
                                                       size_t *count);

/* What becomes of all groups' requests where their targets do not say it; at first NONE. */
void snapshot_sample_set_vacancy(struct snapshot_sample *sample, enum snapshot_vacancy vacancy);

/* A copy of a text that lives as long as the sample. */
char *snapshot_sample_text(struct snapshot_sample *sample, const char *text);

/*
 * Compiles the sample, on a base of its own or again on the last one, for which only targets
 * may have changed; ends the program when that fails. The files are the caller's.
 */
struct snapshot_files snapshot_sample_build(struct snapshot_sample *sample,
                                            uint64_t generation);
struct snapshot_files snapshot_sample_build_again(struct snapshot_sample *sample,
                                                  uint64_t generation);

/* Compiles and opens it; ends the program when that fails. */
struct snapshot *snapshot_sample_open(struct snapshot_sample *sample);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A group that somebody watches: its targets as control describes them, asked again when a new
 * snapshot has come, and what each does now. One for all who watch it.
 */
#ifndef FAIRLEAD_API_GROUP_TOPIC_H
#define FAIRLEAD_API_GROUP_TOPIC_H

#include <stdbool.h>
#include <sys/queue.h>

#include "api/control_calls.h"
#include "api/sampler.h"
#include "ipc/snapshot.h"

/* Owned by its watchers together: made by the first, freed by the last. */
struct group_topic {
    LIST_ENTRY(group_topic) entry;
    char *name;
    unsigned watchers;
    struct control_calls *calls;
    uint64_t call_id; /* under way; 0: none */
    uint64_t asked_ms, asked_generation;
    char *targets;            /* a JSON array; NULL: not known, or no such group */
    uint64_t targets_version; /* counts the answers; 0: there was none yet */
    struct json_writer rates; /* a JSON object's only member */
    uint64_t rates_version;   /* counts when something moved */
};

struct group_topics {
    LIST_HEAD(, group_topic) topics;
};

struct group_topic *group_topic_watch(struct group_topics *topics, struct control_calls *calls,
                                      const char *name);
void group_topic_leave(struct group_topic **topic);

/* A second has passed: asks what is to be asked, and writes the rates anew. */
void group_topic_look(struct group_topic *topic, const struct snapshot *snapshot,
                      const struct sampler *sampler);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cluster query language: what a memberOf constraint and the filter of
 * ListContainerInstances say. "attribute:ecs.os-type == linux and not agentConnected == false".
 * Pure. A query is read once, and holds for an instance or does not.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_CLUSTER_QUERY_H
#define FAIRLEAD_CONTROL_SCHEDULER_CLUSTER_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* Of an expression; ECS's own limit. */
#define CLUSTER_QUERY_MOST 2000

struct cluster_query;

/* What a query may ask about. */
struct cluster_query_subject {
    const json_t *attributes; /* an object of texts */
    const char *instance_id;
    const char *const *groups; /* of the tasks that it runs */
    size_t group_count;
    unsigned running_tasks;
    bool is_connected;
};

/* NULL with *error, to free() (error may be NULL): where it is no query, and why. */
struct cluster_query *cluster_query_read(const char *text, char **error);
void cluster_query_free(struct cluster_query **query);

/* Whether it asks for groups: who makes a subject may leave them out otherwise. */
bool cluster_query_asks_for_groups(const struct cluster_query *query);

bool cluster_query_holds(const struct cluster_query *query,
                         const struct cluster_query_subject *subject);

#endif

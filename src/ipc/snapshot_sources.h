/* SPDX-License-Identifier: Apache-2.0 */
/* What control knows and snapshots are compiled from. */
#ifndef FAIRLEAD_IPC_SNAPSHOT_SOURCES_H
#define FAIRLEAD_IPC_SNAPSHOT_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "ipc/snapshot.h"
#include "model/config.h"
#include "model/target.h"

/*
 * What the registry contributes for each target; strings need to live only during the build.
 * A target that is gone, or whose group is not configured, is left out.
 */
struct snapshot_target_source {
    uint64_t id;
    const char *group;
    uint32_t counter_row;
    struct address address; /* as people know it */
    struct address dial;    /* where it is reached; family NONE: there */
    enum target_membership membership;
    enum target_health health;
    bool is_ejected, falls_back; /* falls_back: to address, where dial cannot be reached */
    uint64_t joined_ms;          /* when it was registered, or last fell sick or was ejected */
    uint64_t healthy_since_ms;   /* since when it is healthy; 0: before anyone looked */
    const char *name;            /* address and port as text; NULL: made here */
    const char *zone, *task, *generation; /* NULL: none */
};

/* Stable numbers that control assigns and keeps over generations. */
struct snapshot_numbers {
    uint32_t (*listener_id)(void *argument, const struct config_listener *listener);
    uint32_t (*group_id)(void *argument, const char *group);
    uint32_t (*group_row)(void *argument, const char *group);
    uint32_t (*route_row)(void *argument, const char *listener, const char *group);
    uint32_t (*rule_row)(void *argument, const char *listener, unsigned priority);
    void *argument;
};

/* What becomes of a group's requests as far as its targets do not say it; NULL: nothing. */
struct snapshot_vacancies {
    enum snapshot_vacancy (*of)(void *argument, const struct config_target_group *group);
    void *argument;
};

/* A challenge of an ACME client, and its answer. */
struct snapshot_challenge_source {
    const char *token, *answer;
};

/* Those that there are now; NULL: none. */
struct snapshot_challenges {
    size_t (*list)(const void *argument, const struct snapshot_challenge_source **list);
    const void *argument;
};

/* What only a new configuration changes. */
struct snapshot_sources {
    const struct config *config;
    const char *const *providers; /* names; row n of the provider counters is the n-th's */
    size_t provider_count;
    struct snapshot_numbers numbers;
    struct snapshot_vacancies vacancies;
    struct snapshot_challenges challenges;
    uint8_t stickiness_key[32];
};

#endif

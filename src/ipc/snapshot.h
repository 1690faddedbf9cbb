/*
 * The snapshot: configuration and registry compiled into one flat, position-independent,
 * read-only set of tables in a sealed memfd. Control writes it (snapshot_build), children map
 * and check it and use it in place. Indices instead of pointers, one string pool; a row's place
 * in its table is its index. Every index and text is checked once on opening, so readers need
 * no further bounds checks.
 */
#ifndef FAIRLEAD_IPC_SNAPSHOT_H
#define FAIRLEAD_IPC_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/slice.h"
#include "model/config.h"
#include "model/target.h"

#define SNAPSHOT_NO_INDEX UINT32_MAX

/* Bytes in the string pool, NUL-terminated there. */
struct snapshot_text {
    uint32_t offset;
    uint32_t length;
};

/* Rows [first, first + count) of the table that the member's name says. */
struct snapshot_rows {
    uint32_t first;
    uint32_t count;
};

struct snapshot_listener {
    uint32_t id; /* stable over generations while address and port stay; names its sockets */
    struct snapshot_text name;
    struct address address;     /* family UNIX for a unix socket */
    struct snapshot_rows rules; /* by rising priority; the default rule is the last */
    uint32_t index;             /* the row of its routing index in route_indexes */
};

struct snapshot_rule {
    uint32_t priority;               /* 0: the default rule */
    struct snapshot_rows conditions; /* all must hold */
    uint32_t action;
};

struct snapshot_condition {
    uint32_t field; /* enum config_condition_field */
    struct snapshot_text http_header_name;
    struct snapshot_rows values; /* one must hold */
};

struct snapshot_value {
    struct snapshot_text key; /* query-string; length 0 and offset 0: any key */
    struct snapshot_text value;
    struct address_block block; /* source-ip */
};

struct snapshot_action {
    uint32_t type; /* enum config_action_type */
    struct snapshot_rows weighted_groups;
    uint32_t total_weight;
    uint32_t stickiness_seconds; /* 0: no group stickiness */
    struct snapshot_text redirect_protocol, redirect_host, redirect_port, redirect_path,
        redirect_query;
    uint32_t status_code;
    struct snapshot_text content_type, message_body;
};

struct snapshot_weighted_group {
    uint32_t group;
    uint32_t weight;
    uint32_t counter_row; /* of (listener, group) in route counters */
};

/* Flags of a group. */
enum {
    GROUP_PASSIVE_HEALTH = 1 << 0,
    GROUP_STICKINESS = 1 << 1,
    GROUP_FAILS_OPEN =
        1 << 2, /* control found too few healthy targets: choose among all in service */
    GROUP_HAS_STARTING =
        1 << 3, /* nothing is ready, but a target is initial: requests may be held */
    GROUP_ANOMALY_MITIGATION = 1 << 4,
    GROUP_ZONE_PREFERENCE = 1 << 5,
    GROUP_IS_USED = 1 << 6, /* some rule names it */
};

struct snapshot_group {
    uint32_t id; /* stable while the name stays */
    uint32_t flags;
    struct snapshot_text name;
    struct snapshot_rows targets; /* all of the group's, also draining ones */
    uint32_t algorithm;           /* enum config_algorithm */
    uint32_t slow_start_ms;
    uint32_t stickiness_type; /* enum config_stickiness */
    uint32_t lb_cookie_seconds, app_cookie_seconds;
    struct snapshot_text app_cookie_name;
    uint32_t hold_requests, hold_ms;
    uint32_t counter_row; /* in the group counters */
    /* for the observer */
    uint32_t check_enabled;
    struct snapshot_text check_path;
    uint32_t check_port; /* 0: traffic port */
    uint32_t check_interval_ms, check_timeout_ms;
    uint32_t check_healthy_count, check_unhealthy_count, check_initial_count;
    struct http_codes check_codes;
};

struct snapshot_target {
    uint64_t id; /* never reused: identity of pools, health and in-flight counts */
    uint32_t group;
    uint32_t counter_row; /* in the target counters */
    struct address address;
    uint8_t membership; /* enum target_membership */
    uint8_t health;     /* enum target_health */
    uint8_t is_ejected; /* taken out by passive health */
    uint8_t unused;
    uint32_t unused2;
    uint64_t healthy_since_ms; /* monotonic; slow start ramps from here; 0: does not ramp */
    struct snapshot_text zone;
    struct snapshot_text task;       /* task id; length 0: static or registered by hand */
    struct snapshot_text generation; /* task generation as text */
    struct snapshot_text name;       /* "10.0.0.1:32768" as people and logs write it */
};

struct snapshot_provider {
    struct snapshot_text name;
    uint32_t counter_row; /* in the provider counters */
    uint32_t unused;
};

/* Settings that hold for all listeners; structs without pointers out of model/config.h. */
struct snapshot_settings {
    struct config_attributes attributes;
    struct config_timeouts timeouts;
    struct config_limits limits;
    uint32_t access_log_enabled;
    uint32_t access_log_format; /* enum config_log_format */
    uint32_t shutdown_timeout_ms;
    uint32_t worker_count;
    struct snapshot_text load_balancer_name;
    struct snapshot_text zone;
    uint8_t stickiness_key[32];
};

/* One row in each table: SNAPSHOT_TABLE(member and type name, plural). */
#define SNAPSHOT_TABLES(X)                                                                     \
    X(listener, listeners)                                                                     \
    X(rule, rules)                                                                             \
    X(condition, conditions)                                                                   \
    X(value, values)                                                                           \
    X(action, actions)                                                                         \
    X(weighted_group, weighted_groups)                                                         \
    X(group, groups)                                                                           \
    X(target, targets)                                                                         \
    X(provider, providers)                                                                     \
    X(route_index, route_indexes)                                                              \
    X(route_entry, route_entries)                                                              \
    X(route_bucket, route_buckets)

/* The routing index of one listener; written by route_index_build, read by route (ipc/route.c).
 */
struct snapshot_route_index {
    struct snapshot_rows buckets;  /* hash table, a power of two in size */
    struct snapshot_rows residual; /* entries that no key finds, by rule order */
    uint64_t prefix_lengths[3]; /* bit n: a literal path prefix of n bytes exists (up to 128) */
};

struct snapshot_route_bucket {
    struct snapshot_rows entries; /* of one or more colliding keys, by rule order */
};

struct snapshot_route_entry {
    uint64_t key;
    uint32_t rule; /* index in rules */
    uint32_t unused;
};

struct snapshot; /* a mapped one, in children and in control */

#define SNAPSHOT_DECLARE(type, plural)                                                         \
    const struct snapshot_##type *snapshot_##type(const struct snapshot *snapshot,             \
                                                  uint32_t index);                             \
    uint32_t snapshot_##type##_count(const struct snapshot *snapshot);
SNAPSHOT_TABLES(SNAPSHOT_DECLARE)
#undef SNAPSHOT_DECLARE

/*
 * Maps the snapshot behind a descriptor (which stays the caller's), checks header, layout and
 * every index. NULL with a reason in *error (static text) when it must not be used.
 */
struct snapshot *snapshot_open(int fd, const char **error);
void snapshot_close(struct snapshot **snapshot);

uint64_t snapshot_generation(const struct snapshot *snapshot);
const struct snapshot_settings *snapshot_settings(const struct snapshot *snapshot);
struct slice snapshot_slice(const struct snapshot *snapshot, struct snapshot_text text);

/* Index of the group or target with that id, or SNAPSHOT_NO_INDEX; linear, for control. */
uint32_t snapshot_find_group(const struct snapshot *snapshot, uint32_t group_id);

/* What the registry contributes for each target; strings need to live only during the build. */
struct snapshot_target_source {
    uint64_t id;
    const char *group;
    uint32_t counter_row;
    struct address address;
    enum target_membership membership;
    enum target_health health;
    bool is_ejected;
    uint64_t healthy_since_ms;
    const char *zone, *task, *generation; /* NULL: none */
};

/* Stable numbers that control assigns and keeps over generations. */
struct snapshot_numbers {
    uint32_t (*listener_id)(void *argument, const struct config_listener *listener);
    uint32_t (*group_id)(void *argument, const char *group);
    uint32_t (*group_row)(void *argument, const char *group);
    uint32_t (*route_row)(void *argument, const char *listener, const char *group);
    void *argument;
};

struct snapshot_sources {
    const struct config *config;
    const struct snapshot_target_source *targets; /* in any order */
    size_t target_count;
    const char *const *providers; /* names; row n of the provider counters is the n-th's */
    size_t provider_count;
    struct snapshot_numbers numbers;
    uint8_t stickiness_key[32];
};

/*
 * Compiles a snapshot into a sealed memfd and returns its descriptor, the caller's. Group flags
 * that depend on targets (fails open, has starting) are computed here, by the ALB's rules
 * (facts: target_group_health.unhealthy_state_routing). -1 with errno when the system refuses.
 */
int snapshot_build(const struct snapshot_sources *sources, uint64_t generation);

#endif

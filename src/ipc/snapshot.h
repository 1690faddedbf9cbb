/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The snapshot: configuration and registry compiled into flat, position-independent, read-only
 * tables in sealed memfds. Control writes it (snapshot_build), children map and check it and
 * use it in place. Indices instead of pointers, and string pools; a row's place in its table is
 * its index. Every index and text is checked once on opening, so readers need no further bounds
 * checks.
 *
 * It has two parts: the base, which only a new configuration changes and which its snapshots
 * share, and what each generation says of targets. With 10,000 rules the base is most of it:
 * nobody copies, maps or checks that for a change of one target.
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

enum snapshot_part { SNAPSHOT_BASE, SNAPSHOT_CURRENT };

#define SNAPSHOT_PART_COUNT 2

/* Bytes in the string pool of a part, NUL-terminated there. */
struct snapshot_text {
    uint32_t part : 1; /* enum snapshot_part */
    uint32_t offset : 31;
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
    struct address address;                             /* family UNIX for a unix socket */
    uint32_t balancer;                                  /* that it is of */
    uint32_t protocol;                                  /* enum config_protocol */
    uint32_t ssl_policy;                                /* HTTPS: an index of ssl_policies */
    uint32_t alpn_policy;                               /* HTTPS: enum config_alpn_policy */
    uint32_t mutual_mode;                               /* HTTPS: enum config_mutual_mode */
    uint32_t ignore_client_expiry, advertises_ca_names; /* 0: no */
    struct snapshot_text trust_store;                   /* its name; empty: none */
    struct snapshot_text request_fields[REQUEST_FIELD_COUNT]; /* their names */
    uint32_t server_header;                                   /* 0: no answer carries Server */
    struct snapshot_text response_fields; /* lines of every answer, in place of a target's */
    struct snapshot_rows sources;         /* who may connect; none: everybody */
    struct snapshot_rows proxy_sources;   /* that begin with a PROXY header */
    struct snapshot_rows rules;           /* by rising priority; the default rule is the last */
    uint32_t index;                       /* the row of its routing index in route_indexes */
    uint32_t counter_row; /* of answers without a target group, in the route counters */
};

struct snapshot_rule {
    uint32_t priority;               /* 0: the default rule */
    struct snapshot_rows conditions; /* all must hold */
    uint32_t action;
    uint32_t counter_row; /* in the rule counters */
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
    GROUP_ANOMALY_MITIGATION = 1 << 2,
    GROUP_ZONE_PREFERENCE = 1 << 3,
    GROUP_IS_USED = 1 << 4,      /* some rule names it */
    GROUP_PROXY_HEADER = 1 << 5, /* its targets are told whose each connection is */
    GROUP_VERIFIES = 1 << 6,     /* its targets' certificates */
};

struct snapshot_group {
    uint32_t id; /* stable while the name stays */
    uint32_t flags;
    struct snapshot_text name;
    uint32_t algorithm; /* enum config_algorithm */
    uint32_t slow_start_ms;
    uint32_t stickiness_type; /* enum config_stickiness */
    uint32_t lb_cookie_seconds, app_cookie_seconds;
    struct snapshot_text app_cookie_name;
    uint32_t hold_requests, hold_bytes, hold_ms;
    uint32_t counter_row;             /* in the group counters */
    uint32_t protocol;                /* enum config_protocol, to its targets */
    uint32_t protocol_version;        /* enum config_protocol_version */
    struct snapshot_text ca;          /* file that vouches for targets, with GROUP_VERIFIES */
    struct snapshot_text server_name; /* that targets are told; empty: none */
    /* for the observer */
    uint32_t check_enabled;
    uint32_t check_protocol; /* enum config_protocol */
    struct snapshot_text check_path;
    struct snapshot_text check_host; /* empty: the target's address */
    uint32_t check_port;             /* 0: traffic port */
    uint32_t check_interval_ms, check_timeout_ms;
    uint32_t check_healthy_count, check_unhealthy_count, check_initial_count;
    struct http_codes check_codes;
};

/* What becomes of a group's requests while no target can take them. */
enum snapshot_vacancy {
    VACANCY_NONE,  /* some can; or nothing is expected, and they are answered at once */
    VACANCY_HOLDS, /* one is starting or expected: they may be held */
    VACANCY_OVER   /* one was expected for too long */
};

/* Who is in a group; row n is the n-th group's. */
struct snapshot_roster {
    struct snapshot_rows targets; /* all of the group's, also draining ones, by id */
    uint32_t fails_open;          /* too few are healthy: choose among all in service */
    uint32_t vacancy;             /* enum snapshot_vacancy */
};

struct snapshot_target {
    uint64_t id; /* never reused: identity of pools, health and in-flight counts */
    uint32_t group;
    uint32_t counter_row;      /* in the target counters */
    struct address address;    /* as people know it */
    struct address dial;       /* where it is reached */
    uint8_t membership;        /* enum target_membership */
    uint8_t health;            /* enum target_health */
    uint8_t is_ejected;        /* taken out by passive health */
    uint8_t falls_back;        /* to address, where dial cannot be reached */
    uint64_t healthy_since_ms; /* monotonic; slow start ramps from here; 0: does not ramp */
    struct snapshot_text zone;
    struct snapshot_text task;       /* task id; length 0: static or registered by hand */
    struct snapshot_text generation; /* task generation as text */
    struct snapshot_text name;       /* "10.0.0.1:32768" as people and logs write it */
};

/* What an ACME client wants to be answered. */
struct snapshot_challenge {
    struct snapshot_text token, answer;
};

struct snapshot_provider {
    struct snapshot_text name;
    uint32_t counter_row; /* in the provider counters */
    uint32_t unused;
};

/* Of those who may connect, or whose word about their clients is believed. */
struct snapshot_source {
    struct address_block block; /* family UNIX: all of a unix listener; NONE: nobody */
};

/* What holds for the listeners of a load balancer; row 0 is that of the setting load_balancer.
 */
struct snapshot_balancer {
    struct config_attributes attributes;
    struct snapshot_rows trusted_sources; /* of X-Forwarded-* */
    struct config_timeouts timeouts;
    struct snapshot_text name;
};

/* Settings that hold for all listeners; structs without pointers out of model/config.h. */
struct snapshot_settings {
    struct config_limits limits;
    uint32_t access_log_enabled;
    uint32_t access_log_format; /* enum config_log_format */
    uint32_t connection_log_enabled;
    uint32_t shutdown_timeout_ms;
    uint32_t worker_count;
    uint32_t has_shaping_listeners; /* any with response_fields or without server_header */
    uint32_t has_mutual_listeners;  /* any whose clients show certificates */
    struct snapshot_text
        renamed_fields; /* of requests, of all listeners, a blank behind each */
    struct snapshot_text zone;
    uint8_t stickiness_key[32];
    /* for the api role */
    struct snapshot_text api_names; /* that it may be called by, with a blank between them */
    uint32_t has_api;               /* which wants to know of answers of our own */
    uint32_t api_anonymous_read;
};

/* The tables of each part: X(name of a row's type, name of the table). */
#define SNAPSHOT_BASE_TABLES(X)                                                                \
    X(balancer, balancers)                                                                     \
    X(listener, listeners)                                                                     \
    X(rule, rules)                                                                             \
    X(condition, conditions)                                                                   \
    X(value, values)                                                                           \
    X(action, actions)                                                                         \
    X(weighted_group, weighted_groups)                                                         \
    X(group, groups)                                                                           \
    X(provider, providers)                                                                     \
    X(source, sources)                                                                         \
    X(route_index, route_indexes)                                                              \
    X(route_host, route_hosts)                                                                 \
    X(route_bucket, route_buckets)                                                             \
    X(route_entry, route_entries)
#define SNAPSHOT_CURRENT_TABLES(X)                                                             \
    X(roster, rosters)                                                                         \
    X(target, targets)                                                                         \
    X(challenge, challenges)
#define SNAPSHOT_TABLES(X) SNAPSHOT_BASE_TABLES(X) SNAPSHOT_CURRENT_TABLES(X)

/* Literal path prefixes are indexed up to this length, host suffixes likewise. */
#define SNAPSHOT_INDEXED_BYTES 128

/* Bit n: a literal path prefix of n bytes exists. */
struct snapshot_prefix_lengths {
    uint64_t bits[SNAPSHOT_INDEXED_BYTES / 64 + 1];
};

/*
 * The routing index of one listener; written by route_index_build, read by route. Hosts and
 * buckets are hash tables with linear probing: a power of two in size, or empty, and never
 * full.
 */
struct snapshot_route_index {
    struct snapshot_prefix_lengths any_host; /* of rules that no host finds */
    struct snapshot_rows hosts;
    struct snapshot_rows buckets;
    struct snapshot_rows residual; /* route entries that no key finds, by rule order */
    uint32_t longest_prefix;       /* of all its rules */
    uint32_t unused;
};

/* A host, or a suffix of hosts that begins with a dot; no prefix length at all: a free place.
 */
struct snapshot_route_host {
    uint64_t key;
    struct snapshot_prefix_lengths prefixes;
};

/* The rules of one (host, path prefix); no entry: a free place. */
struct snapshot_route_bucket {
    uint64_t key;
    struct snapshot_rows entries; /* by rule order */
};

struct snapshot_route_entry {
    uint32_t rule; /* index in rules */
};

struct snapshot_base;

/*
 * A mapped one, in children and in control. Made by snapshot_open, owned by whoever opened it;
 * the members are for the functions below only.
 */
struct snapshot {
    struct snapshot_base *base; /* shared */
    const char *mapping;
    size_t size_bytes;
    uint64_t generation;
    const struct snapshot_settings *settings;
    const char *strings[SNAPSHOT_PART_COUNT];
    uint32_t string_bytes[SNAPSHOT_PART_COUNT];
#define SNAPSHOT_COUNT(type, table) uint32_t type##_count;
    SNAPSHOT_TABLES(SNAPSHOT_COUNT)
#undef SNAPSHOT_COUNT
#define SNAPSHOT_ROWS(type, table) const struct snapshot_##type *type##_rows;
    SNAPSHOT_TABLES(SNAPSHOT_ROWS)
#undef SNAPSHOT_ROWS
};

/* snapshot_rule(snapshot, index) and snapshot_rule_count(snapshot), for each table. */
#define SNAPSHOT_ACCESSORS(type, table)                                                        \
    static inline const struct snapshot_##type *snapshot_##type(                               \
        const struct snapshot *snapshot, uint32_t index)                                       \
    {                                                                                          \
        return &snapshot->type##_rows[index];                                                  \
    }                                                                                          \
    static inline uint32_t snapshot_##type##_count(const struct snapshot *snapshot)            \
    {                                                                                          \
        return snapshot->type##_count;                                                         \
    }
SNAPSHOT_TABLES(SNAPSHOT_ACCESSORS)
#undef SNAPSHOT_ACCESSORS

static inline uint64_t
snapshot_generation(const struct snapshot *snapshot)
{
    return snapshot->generation;
}

/* Then their rules and groups are the same ones, at the same places. */
static inline bool
snapshot_has_same_base(const struct snapshot *one, const struct snapshot *other)
{
    return one->base == other->base;
}

static inline const struct snapshot_settings *
snapshot_settings(const struct snapshot *snapshot)
{
    return snapshot->settings;
}

static inline struct slice
snapshot_slice(const struct snapshot *snapshot, struct snapshot_text text)
{
    return slice_make(snapshot->strings[text.part] + text.offset, text.length);
}

/* The rows of a group's targets. */
static inline struct snapshot_rows
snapshot_targets_of(const struct snapshot *snapshot, uint32_t group)
{
    return snapshot_roster(snapshot, group)->targets;
}

/* Whether one of the rows holds the address. */
bool snapshot_has_source(const struct snapshot *snapshot, struct snapshot_rows sources,
                         const struct address *address);

/* A snapshot as it travels: two sealed memfds, the owner's. */
struct snapshot_files {
    uint64_t base_number; /* the same one: the same base */
    int base_fd, fd;      /* -1: none */
};

void snapshot_files_close(struct snapshot_files *files);

/* Index of a group's target with that id, or SNAPSHOT_NO_INDEX; a binary search. */
uint32_t snapshot_find_target(const struct snapshot *snapshot, uint32_t group,
                              uint64_t target_id);

#endif

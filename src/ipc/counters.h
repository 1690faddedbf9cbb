/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters in shared memory: one memfd a row owner (slot 0 is control, 1..N the workers, N + 1
 * the logger, N + 2 the api role, N + 3 the observer), one writer each, relaxed loads and
 * stores, so counting costs an ordinary add. Control makes the memory and keeps it over a
 * worker's death; everybody else maps the others' read-only and sums.
 */
#ifndef FAIRLEAD_IPC_COUNTERS_H
#define FAIRLEAD_IPC_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/config.h"

/* Sizes are fixed; memory is touched only where something counts. */
#define COUNTERS_TARGET_ROWS CONFIG_MOST_TARGETS
#define COUNTERS_GROUP_ROWS CONFIG_MOST_GROUPS
#define COUNTERS_ROUTE_ROWS CONFIG_MOST_ROUTES
#define COUNTERS_RULE_ROWS 65536
#define COUNTERS_PROVIDER_ROWS CONFIG_MOST_PROVIDERS
#define COUNTERS_FIRST_CODE 100
#define COUNTERS_CODES 500
/* Control, at most 256 workers, the logger, the api role, the observer. */
#define COUNTERS_SLOTS 260

/* Upper bounds of the response-time histogram in microseconds; the last bucket has none. */
#define COUNTERS_BUCKETS 16
extern const uint64_t counters_bucket_bounds_us[COUNTERS_BUCKETS - 1];

/* Why an exchange ended: rows of end_reasons.def. */
enum end_reason {

#define END_REASON(id, name, status, text) END_##id,
#include "ipc/end_reasons.def"
#undef END_REASON
    END_REASON_COUNT
};

const char *end_reason_name(enum end_reason reason);
const char *end_reason_text(enum end_reason reason);

/* The status that it is answered with; 0: it has none. */
unsigned end_reason_status(enum end_reason reason);

enum counter {

#define COUNTER(id, metric, labels, type, cloudwatch, help) COUNTER_##id,
#include "ipc/counters.def"
#undef COUNTER
    COUNTER_COUNT
};

struct target_counters {
    uint64_t in_flight; /* a gauge, with the target_id it belongs to */
    uint64_t target_id;
    uint64_t requests;
    uint64_t connect_failures;
    uint64_t resets;
    uint64_t codes_5xx;
    uint64_t connections_open; /* a gauge */
    uint64_t last_check_s;     /* control: Unix time of the last health check; 0: none */
    uint32_t response_time[COUNTERS_BUCKETS]; /* wraps: only differences tell */
};

struct group_counters {
    uint64_t requests;
    uint64_t target_codes[5]; /* 1xx .. 5xx from targets */
    uint64_t own_5xx;         /* answers of our own with a 5xx code */
    uint64_t fail_open_requests;
    uint64_t non_sticky_requests;
    uint64_t held, held_bytes;     /* gauges */
    uint64_t anomalous, mitigated; /* gauges: targets as this worker sees them */
    uint64_t response_time_sum_us;
    uint64_t response_time[COUNTERS_BUCKETS];
};

struct route_counters {
    uint64_t codes[COUNTERS_CODES]; /* responses to clients by status code from 100 */
};

struct rule_counters {
    uint64_t requests; /* that were routed by it */
};

struct provider_counters {
    uint64_t connected;    /* gauge 0 or 1 */
    uint64_t last_sync_ms; /* monotonic, 0: never */
    uint64_t missed_events;
    uint64_t syncs;
    uint64_t events;
    uint64_t tasks; /* gauge */
    uint64_t unused[2];
};

/* Control's row for each process: what the system says of it. */
struct process_counters {
    uint64_t role;    /* enum process_title; 0: there is none here */
    uint64_t running; /* 0 or 1 */
    uint64_t cpu_us, memory_bytes;
};

/* Control 0, workers 1..N, the logger N + 1, the api role N + 2, as slots are; the observer
 * last.
 */
#define COUNTERS_PROCESS_ROWS (COUNTERS_SLOTS + 1)

enum process_title {
    PROCESS_TITLE_NONE,
    PROCESS_TITLE_CONTROL,
    PROCESS_TITLE_WORKER,
    PROCESS_TITLE_LOGGER,
    PROCESS_TITLE_OBSERVER,
    PROCESS_TITLE_API
};

struct counters {
    uint64_t values[COUNTER_COUNT];
    uint64_t ends[END_REASON_COUNT];
    uint64_t heartbeat;             /* grows each second while its owner's loop runs */
    uint64_t evaluations_elsewhere; /* of rules: those that no row below tells of */
    uint64_t rule_rows;             /* control: of rules, that were in use so far */
    struct process_counters processes[COUNTERS_PROCESS_ROWS];
    struct provider_counters providers[COUNTERS_PROVIDER_ROWS];
    struct group_counters groups[COUNTERS_GROUP_ROWS];
    struct target_counters targets[COUNTERS_TARGET_ROWS];
    struct route_counters routes[COUNTERS_ROUTE_ROWS];
    struct rule_counters rules[COUNTERS_RULE_ROWS];
};

/* New zeroed counter memory; the descriptor is the caller's. -1 with errno. */
int counters_create(void);

/* Maps counters behind a descriptor; NULL when it is not one. Unmap with counters_unmap. */
struct counters *counters_map(int fd, bool is_writable);
void counters_unmap(struct counters **counters);

/* Another descriptor of the same memory that can only be mapped read-only; -1 with errno. */
int counters_reopen_read_only(int fd);

/* The only ways to touch a counter. */
/* NOLINTBEGIN(readability-non-const-parameter): the builtins write through them. */
static inline void
counter_add(uint64_t *counter, uint64_t amount)
{
    __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + amount,
                     __ATOMIC_RELAXED);
}

static inline void
counter_add_small(uint32_t *counter, uint32_t amount)
{
    __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + amount,
                     __ATOMIC_RELAXED);
}

static inline void
counter_set(uint64_t *counter, uint64_t value)
{
    __atomic_store_n(counter, value, __ATOMIC_RELAXED);
}

/* NOLINTEND(readability-non-const-parameter) */

static inline uint64_t
counter_read(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static inline uint32_t
counter_read_small(const uint32_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Adds a response time to a group's and a target's histogram, and to the group's sum. Most
 * responses are fast, so the first bounds decide. */
static inline void
counters_note_response_time(struct group_counters *group, struct target_counters *target,
                            uint64_t microseconds)
{
    unsigned bucket = 0;

    while (bucket < COUNTERS_BUCKETS - 1 && microseconds > counters_bucket_bounds_us[bucket])
        bucket++;
    counter_add(&group->response_time[bucket], 1);
    counter_add(&group->response_time_sum_us, microseconds);
    counter_add_small(&target->response_time[bucket], 1);
}

/* Adds what a worker has counted of a target to a sum, unless its row is another target's. */
void counters_add_target(struct target_counters *sum, const struct target_counters *target);

/* After a worker's death: its gauges go to zero, its totals stay. */
void counters_clear_gauges(struct counters *counters);

#endif

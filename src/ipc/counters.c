/* SPDX-License-Identifier: Apache-2.0 */
/* Counter memory: made sparse and of a sealed size, so that a mapping can never fault. */
#include "ipc/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The last one, so that no owner can seal it against its successor's writes. */
#define COUNTERS_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

const uint64_t counters_bucket_bounds_us[COUNTERS_BUCKETS - 1] = {
    500,    1000,   2500,    5000,    10000,   25000,    50000,    100000,
    250000, 500000, 1000000, 2500000, 5000000, 10000000, 60000000,
};

static const struct {
    const char *name, *text;
    uint16_t status;
} end_reasons[END_REASON_COUNT] = {

#define END_REASON(id, name, status, text) {name, text, status},
#include "ipc/end_reasons.def"
#undef END_REASON
};

static const char *const counter_types[COUNTER_COUNT] = {
#define COUNTER(id, metric, labels, type, cloudwatch, help) type,
#include "ipc/counters.def"
#undef COUNTER
};

const char *
end_reason_name(enum end_reason reason)
{
    return reason < END_REASON_COUNT ? end_reasons[reason].name : "unknown";
}

const char *
end_reason_text(enum end_reason reason)
{
    return reason < END_REASON_COUNT ? end_reasons[reason].text : "";
}

unsigned
end_reason_status(enum end_reason reason)
{
    return reason < END_REASON_COUNT ? end_reasons[reason].status : 0;
}

int
counters_create(void)
{
    int fd = memfd_create("fairlead-counters", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd == -1)
        return -1;
    if (ftruncate(fd, sizeof(struct counters)) == -1 ||
        fcntl(fd, F_ADD_SEALS, COUNTERS_SEALS) == -1) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

struct counters *
counters_map(int fd, bool is_writable)
{
    struct stat status;
    int seals = fcntl(fd, F_GET_SEALS);

    if (seals == -1 || (seals & COUNTERS_SEALS) != COUNTERS_SEALS || fstat(fd, &status) == -1 ||
        status.st_size != (off_t)sizeof(struct counters))
        return NULL;
    void *memory = mmap(NULL, sizeof(struct counters),
                        is_writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void
counters_unmap(struct counters **counters)
{
    if (*counters != NULL)
        munmap(*counters, sizeof(struct counters));
    *counters = NULL;
}

int
counters_reopen_read_only(int fd)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

void
counters_add_target(struct target_counters *sum, const struct target_counters *target)
{
    if (counter_read(&target->target_id) != sum->target_id)
        return;
    sum->in_flight += counter_read(&target->in_flight);
    sum->requests += counter_read(&target->requests);
    sum->codes_5xx += counter_read(&target->codes_5xx);
    sum->connections_open += counter_read(&target->connections_open);
    for (size_t i = 0; i < COUNTERS_BUCKETS; i++)
        sum->response_time[i] += counter_read_small(&target->response_time[i]);
}

/* Only what is not zero is written: untouched rows stay without memory of their own. */
static void
clear(uint64_t *gauge)
{
    if (counter_read(gauge) != 0)
        counter_set(gauge, 0);
}

void
counters_clear_gauges(struct counters *counters)
{
    for (int i = 0; i < COUNTER_COUNT; i++)
        if (strcmp(counter_types[i], "gauge") == 0)
            clear(&counters->values[i]);
    for (int i = 0; i < COUNTERS_GROUP_ROWS; i++) {
        clear(&counters->groups[i].held);
        clear(&counters->groups[i].held_bytes);
        clear(&counters->groups[i].anomalous);
        clear(&counters->groups[i].mitigated);
    }
    for (int i = 0; i < COUNTERS_TARGET_ROWS; i++) {
        clear(&counters->targets[i].in_flight);
        clear(&counters->targets[i].connections_open);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of /proc/PID/stat: proc(5). The name, field 2, may hold blanks and parentheses. */
#include "control/processes/process_usage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

#define LOOK_EVERY_MS 5000
#define STAT_BYTES 1024
#define MICROSECONDS 1000000

enum { FIELD_UTIME = 14, FIELD_STIME = 15, FIELD_RSS = 24 };

struct process_usage {
    struct process_usage_parts parts;
    struct timer timer;
};

/* The number in that field, of which the text begins with the third; 0 where there is none. */
static uint64_t
field_of(const char *from_third, unsigned field)
{
    const char *at = from_third + strspn(from_third, " ");

    for (unsigned i = 3; i < field; i++) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    return strtoull(at, NULL, 10);
}

bool
process_usage_parse(const char *stat, uint64_t *cpu_us, uint64_t *memory_bytes)
{
    const char *rest = strrchr(stat, ')');
    uint64_t ticks, pages;

    if (rest == NULL)
        return false;
    ticks = field_of(rest + 1, FIELD_UTIME) + field_of(rest + 1, FIELD_STIME);
    pages = field_of(rest + 1, FIELD_RSS);
    *cpu_us = ticks * MICROSECONDS / (uint64_t)sysconf(_SC_CLK_TCK);
    *memory_bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return pages != 0;
}

static bool
read_stat(pid_t pid, uint64_t *cpu_us, uint64_t *memory_bytes)
{
    char path[64], text[STAT_BYTES];

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return false;
    ssize_t length = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    return process_usage_parse(text, cpu_us, memory_bytes);
}

/* The numbers of one that is away stay until there is another. */
static void
note(struct process_counters *row, enum process_title title, pid_t pid)
{
    uint64_t cpu_us, memory_bytes;
    bool is_running = pid > 0 && read_stat(pid, &cpu_us, &memory_bytes);

    counter_set(&row->role, title);
    counter_set(&row->running, is_running ? 1 : 0);
    counter_set(&row->memory_bytes, is_running ? memory_bytes : 0);
    if (is_running)
        counter_set(&row->cpu_us, cpu_us);
}

/* Of a child that there is not always. */
static void
note_optional(struct process_counters *rows, enum process_title title,
              const struct process *process)
{
    if (process->is_wanted || process->pid != 0)
        note(&rows[process->slot], title, process->pid);
    else
        counter_set(&rows[process->slot].role, PROCESS_TITLE_NONE);
}

static void
look(struct process_usage *usage)
{
    struct processes *processes = usage->parts.processes;
    struct process_counters *rows = counter_board_own(usage->parts.board)->processes;

    note(&rows[0], PROCESS_TITLE_CONTROL, getpid());
    for (unsigned slot = 1; slot <= processes_worker_count(processes); slot++)
        note(&rows[slot], PROCESS_TITLE_WORKER, processes_at(processes, slot)->pid);
    note_optional(rows, PROCESS_TITLE_LOGGER, processes_logger(processes));
    note_optional(rows, PROCESS_TITLE_API, processes_api(processes));
    note(&rows[COUNTERS_PROCESS_ROWS - 1], PROCESS_TITLE_OBSERVER,
         processes_at(processes, PROCESS_OBSERVER)->pid);
}

static void
on_time(void *argument)
{
    struct process_usage *usage = argument;

    look(usage);
    timer_set(&usage->timer, usage->parts.loop, LOOK_EVERY_MS);
}

struct process_usage *
process_usage_new(const struct process_usage_parts *parts)
{
    struct process_usage *usage = memory_take(1, sizeof(*usage));

    usage->parts = *parts;
    timer_init(&usage->timer, on_time, usage);
    timer_set(&usage->timer, parts->loop, 0);
    counter_set(&counter_board_own(parts->board)->values[COUNTER_START_TIME],
                clock_wall_us() / MICROSECONDS);
    return usage;
}

void
process_usage_free(struct process_usage **usage)
{
    if (*usage == NULL)
        return;
    timer_close(&(*usage)->timer, (*usage)->parts.loop);
    free(*usage);
    *usage = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue is a flat piece of memory from start to end. Everything that is lost goes through
 * drop_queue or note_lost, which count and complain, once a minute.
 */
#include "logger/log_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#define COMPLAIN_EVERY_MS (60 * 1000)

struct log_file {
    struct loop *loop;
    struct log_file_totals *totals;
    struct watch watch; /* open while the descriptor takes nothing */
    int fd;
    bool is_regular;
    bool is_torn;           /* it ends within a line, and could not be cut */
    uint64_t complained_ms; /* 0: never */
    size_t start, end;
    char queue[LOG_FILE_QUEUE_BYTES];
};

struct log_file *
log_file_new(struct loop *loop, int fd, struct log_file_totals *totals)
{
    struct log_file *file = memory_take(1, sizeof(*file));
    struct stat status;

    file->loop = loop;
    file->fd = fd;
    file->totals = totals;
    file->is_regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    return file;
}

static uint64_t
count_lines(const char *at, size_t length)
{
    uint64_t lines = 0;
    const char *end = at + length;

    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        lines++;
        at++;
    }
    return lines;
}

static void
note_lost(struct log_file *file, uint64_t lines, const char *why)
{
    file->totals->lost_lines += lines;
    if (file->complained_ms != 0 && clock_ms() - file->complained_ms < COMPLAIN_EVERY_MS)
        return;
    file->complained_ms = clock_ms();
    log_error("access log: %s, %llu lines lost so far", why,
              (unsigned long long)file->totals->lost_lines);
}

/* How many bytes of the line in which the queue begins were written already. */
static size_t
torn_bytes(const struct log_file *file)
{
    size_t torn = 0;

    while (torn < file->start && file->queue[file->start - torn - 1] != '\n')
        torn++;
    return torn;
}

/*
 * Takes the half line at the file's end away, unless somebody else has written behind it: then
 * a newline will end it.
 */
static void
cut_half_line(struct log_file *file)
{
    off_t torn = (off_t)torn_bytes(file);
    off_t ours = torn == 0 ? 0 : lseek(file->fd, 0, SEEK_CUR);

    file->is_torn =
        torn > 0 && (!file->is_regular || ours < torn || lseek(file->fd, 0, SEEK_END) != ours ||
                     ftruncate(file->fd, ours - torn) == -1);
}

static void
drop_queue(struct log_file *file, const char *why)
{
    uint64_t lines = count_lines(file->queue + file->start, file->end - file->start);

    cut_half_line(file);
    file->start = file->end = 0;
    if (lines > 0)
        note_lost(file, lines, why);
}

static void
on_writable(int fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    log_file_flush(argument);
}

static void
wait_for_reader(struct log_file *file)
{
    if (!watch_is_active(&file->watch))
        watch_open(&file->watch, file->loop, file->fd, WATCH_WRITE, on_writable, file);
}

/*
 * How much to write at once: all of it to a file, but to a pipe lines of together at most
 * PIPE_BUF bytes, which it takes wholly or not at all, so that no half line stays in it when
 * this process ends. Only a line that is longer than that can be torn.
 */
static size_t
portion(const struct log_file *file)
{
    size_t queued = file->end - file->start;
    const char *at = file->queue + file->start;

    if (file->is_regular || queued <= PIPE_BUF)
        return queued;
    const char *last = memrchr(at, '\n', PIPE_BUF);
    return last != NULL ? (size_t)(last - at) + 1 : queued;
}

/* False: not now, or never. */
static bool
write_some(struct log_file *file)
{
    const char *at = file->queue + file->start;
    ssize_t taken = write(file->fd, at, portion(file));

    if (taken >= 0) {
        file->totals->lines += count_lines(at, (size_t)taken);
        file->start += (size_t)taken;
        return true;
    }
    if (errno == EAGAIN)
        wait_for_reader(file);
    else if (errno != EINTR)
        drop_queue(file, strerror(errno));
    return errno == EINTR;
}

/* A half line that was left there is ended before another one begins. */
static bool
mend(struct log_file *file)
{
    if (file->is_torn && write(file->fd, "\n", 1) == 1)
        file->is_torn = false;
    return !file->is_torn;
}

void
log_file_flush(struct log_file *file)
{
    if (file->end == 0)
        return;
    if (!mend(file)) {
        drop_queue(file, strerror(errno));
        return;
    }
    while (file->start < file->end) {
        if (!write_some(file))
            return;
    }
    file->start = file->end = 0;
    watch_close(&file->watch);
}

/* What was written goes, but for the beginning of a line that was written in part. */
static void
compact(struct log_file *file)
{
    size_t from = file->start - torn_bytes(file);

    memmove(file->queue, file->queue + from, file->end - from);
    file->start -= from;
    file->end -= from;
}

void
log_file_add(struct log_file *file, struct slice line)
{
    if (line.length > sizeof(file->queue) - file->end)
        compact(file);
    if (line.length > sizeof(file->queue) - file->end) {
        note_lost(file, 1, "its reader does not keep up");
        return;
    }
    memcpy(file->queue + file->end, line.at, line.length);
    file->end += line.length;
}

bool
log_file_is_waiting(const struct log_file *file)
{
    return watch_is_active(&file->watch);
}

size_t
log_file_queued(const struct log_file *file)
{
    return file->end - file->start;
}

void
log_file_free(struct log_file **file)
{
    struct log_file *old = *file;

    if (old == NULL)
        return;
    *file = NULL;
    log_file_flush(old);
    drop_queue(old, "its reader did not keep up until the end");
    watch_close(&old->watch);
    close(old->fd);
    loop_free_later(old->loop, old, NULL);
}

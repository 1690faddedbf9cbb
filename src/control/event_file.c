/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event is written at once; those that follow within GATHER_MS go together, so that a burst
 * of them costs a few writes. Nothing waits for the disk.
 */
#include "control/event_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/own_file.h"

#define GATHER_MS 50
#define GATHERED_MOST ((size_t)64 * 1024)
#define MODE 0600

struct event_file {
    struct loop *loop;
    char *path, *old_path;
    struct event_follower follower;
    struct timer timer;
    int fd; /* -1: nothing can be kept */
    size_t length;
    bool is_torn; /* what was written last does not end its line */
    char *gathered;
    size_t gathered_length, gathered_room;
    bool has_warned;
};

static void
warn(struct event_file *file, const char *reason)
{
    if (!file->has_warned)
        log_warning("%s: %s; events will not be kept over a restart", file->path, reason);
    file->has_warned = true;
}

/* False for what is no event, or of a kind that this version does not know. */
static bool
read_entry(const char *line, struct event_log *events)
{
    json_t *object = json_loads(line, 0, NULL);
    json_int_t sequence = 0, wall_us = 0;
    const char *kind = NULL, *subject = NULL, *message = NULL;
    struct log_entry entry = {0};

    bool is_good =
        json_unpack(object, "{s:I, s:I, s:s, s:s, s:s}", "Sequence", &sequence, "WallUs",
                    &wall_us, "Kind", &kind, "Subject", &subject, "Message", &message) == 0 &&
        sequence > 0 && wall_us > 0 && event_kind_parse(kind, &entry.kind);
    if (is_good) {
        entry.sequence = (uint64_t)sequence;
        entry.wall_us = (uint64_t)wall_us;
        event_log_restore(events, &entry, subject, message);
    }
    json_decref(object);
    return is_good;
}

static void
read_file(struct event_file *file, const char *path, struct event_log *events)
{
    const char *reason;
    char *line = NULL;
    size_t room = 0;
    unsigned bad = 0;
    int fd = own_file_open(path, &reason);
    FILE *in = fd == -1 ? NULL : fdopen(fd, "r");

    if (in == NULL) {
        if (fd != -1)
            close(fd);
        else if (errno != ENOENT)
            warn(file, reason);
        return;
    }
    while (getline(&line, &room, in) != -1)
        bad += read_entry(line, events) ? 0 : 1;
    if (bad > 0)
        log_notice("%s: %u lines are no events and are passed over", path, bad);
    free(line);
    fclose(in);
}

/* Goes on at the end of the file of that name, or makes it. */
static void
open_for_writing(struct event_file *file)
{
    const char *reason;
    char last = '\n';
    off_t end;

    file->fd = open(
        file->path,
        O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, MODE);
    if (file->fd == -1) {
        warn(file, errno == ELOOP ? "it is a symbolic link" : strerror(errno));
        return;
    }
    if (!own_file_is_ours(file->fd, &reason)) {
        warn(file, reason);
        close(file->fd);
        file->fd = -1;
        return;
    }
    end = lseek(file->fd, 0, SEEK_END);
    file->length = end > 0 ? (size_t)end : 0;
    if (file->length > 0 && pread(file->fd, &last, 1, end - 1) != 1)
        last = '\0';
    file->is_torn = last != '\n';
}

static void
rotate(struct event_file *file)
{
    close(file->fd);
    file->fd = -1;
    if (rename(file->path, file->old_path) == -1)
        warn(file, strerror(errno));
    else
        open_for_writing(file);
}

static void
write_gathered(struct event_file *file)
{
    size_t length = file->gathered_length;

    file->gathered_length = 0;
    if (file->fd == -1 || length == 0)
        return;
    /* What was torn ends here, as a line of its own. */
    if (file->is_torn && write(file->fd, "\n", 1) == 1)
        file->is_torn = false;
    ssize_t written = write(file->fd, file->gathered, length);
    if (written == -1) {
        warn(file, strerror(errno));
        return;
    }
    file->is_torn = file->is_torn || (size_t)written < length;
    file->length += (size_t)written;
    if (file->length >= EVENT_FILE_BYTES)
        rotate(file);
}

static void
on_time(void *argument)
{
    write_gathered(argument);
}

static void
gather(struct event_file *file, const char *line)
{
    size_t length = strlen(line), needed = file->gathered_length + length + 1;

    if (needed > file->gathered_room) {
        file->gathered_room = needed * 2;
        file->gathered = memory_resize(file->gathered, file->gathered_room, 1);
    }
    memcpy(file->gathered + file->gathered_length, line, length);
    file->gathered[needed - 1] = '\n';
    file->gathered_length = needed;
}

static void
on_entry(void *argument, const struct log_entry *entry)
{
    struct event_file *file = argument;

    if (file->fd == -1)
        return;
    json_t *object =
        json_pack("{s:I, s:I, s:s, s:s, s:s}", "Sequence", (json_int_t)entry->sequence,
                  "WallUs", (json_int_t)entry->wall_us, "Kind", event_kind_row(entry->kind)->id,
                  "Subject", entry->subject, "Message", entry->message);
    char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    if (line != NULL)
        gather(file, line);
    free(line);
    json_decref(object);
    if (timer_is_set(&file->timer) && file->gathered_length < GATHERED_MOST)
        return;
    write_gathered(file);
    timer_set(&file->timer, file->loop, GATHER_MS);
}

struct event_file *
event_file_open(struct loop *loop, struct event_log *events, const char *directory)
{
    struct event_file *file = memory_take(1, sizeof(*file));

    file->loop = loop;
    file->path = memory_print("%s/events.jsonl", directory);
    file->old_path = memory_print("%s/events.jsonl.1", directory);
    timer_init(&file->timer, on_time, file);
    read_file(file, file->old_path, events);
    read_file(file, file->path, events);
    open_for_writing(file);
    file->follower = (struct event_follower){.on_entry = on_entry, .argument = file};
    event_log_follow(events, &file->follower);
    return file;
}

void
event_file_flush(struct event_file *file)
{
    write_gathered(file);
}

void
event_file_close(struct event_file **file)
{
    if (*file == NULL)
        return;
    event_log_unfollow(&(*file)->follower);
    timer_close(&(*file)->timer, (*file)->loop);
    write_gathered(*file);
    if ((*file)->fd != -1)
        close((*file)->fd);
    free((*file)->gathered);
    free((*file)->path);
    free((*file)->old_path);
    free(*file);
    *file = NULL;
}

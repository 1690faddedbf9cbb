/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks from *.json files in a directory (docs/task-files.md). The directory is watched,
 * not the files, so that editors' renames and swapped symbolic links are seen; where inotify
 * sees nothing (network file systems) the files' stamps are read every few seconds. Whatever
 * was told, everything is compared again: start reading at scan. What a file is stands in
 * task_file.c.
 */
#include "control/discovery/discovery.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uthash.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/discovery/task_file.h"
#include "control/discovery/task_set.h"

#define FILE_TAG 0x66696c65
#define POLL_MS 5000
/* Many files written one after another are read once. */
#define SETTLE_US 20000
#define FILES_MOST 10000
#define WATCHED                                                                                \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |        \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct file_provider {
    uint32_t tag;
    struct loop *loop;
    const struct config_provider *config;
    const char *name;
    const struct discovery_sink *sink;
    struct task_file *files; /* a table by name */
    size_t left_out_count;   /* by the scan under way, beyond FILES_MOST */
    bool has_left_out;       /* and reported */
    int inotify_fd;
    int watch_id; /* -1: the directory is not watched */
    struct watch watch;
    struct alarm_clock settle;
    struct timer poll;
    bool was_told; /* by inotify, since the last scan */
    bool is_connected;
    uint64_t last_sync_ms, last_event_ms, syncs, events, missed_events;
    char *error;
};

/* Reports what is new only; takes the reason over. */
static void
set_problem(struct file_provider *provider, struct task_file *file, char *reason)
{
    const struct discovery_sink *sink = provider->sink;
    bool is_news = reason == NULL ? file->problem != NULL
                                  : file->problem == NULL || strcmp(file->problem, reason) != 0;

    free(file->problem);
    file->problem = reason;
    if (is_news)
        sink->on_problem(sink->argument, provider->name, file->name, reason);
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
/* NULL: there are too many. */
static struct task_file *
find_or_add(struct file_provider *provider, const char *name)
{
    struct task_file *file;

    HASH_FIND_STR(provider->files, name, file);
    if (file != NULL || HASH_COUNT(provider->files) == FILES_MOST)
        return file;
    file = task_file_new(name);
    HASH_ADD_KEYPTR(hh, provider->files, file->name, strlen(file->name), file);
    return file;
}

static int
compare_files(const struct task_file *one, const struct task_file *other)
{
    return strcmp(one->name, other->name);
}

/* So that of two equal ids always the same one wins. */
static void
sort_files(struct file_provider *provider)
{
    HASH_SRT(hh, provider->files, compare_files);
}

static void
take_out(struct file_provider *provider, struct task_file *file)
{
    HASH_DEL(provider->files, file);
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

static void
release_task_file(void *object)
{
    struct task_file *file = object;

    task_file_free(&file);
}

static void
drop(struct file_provider *provider, struct task_file *file)
{
    take_out(provider, file);
    loop_free_later(provider->loop, file, release_task_file);
}

/* False: it has gone. A link that leads nowhere is there, and so is what cannot be looked at.
 */
static bool
find_status(int directory_fd, const char *name, struct stat *status)
{
    if (fstatat(directory_fd, name, status, 0) == 0 ||
        fstatat(directory_fd, name, status, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    *status = (struct stat){.st_size = -1};
    return errno != ENOENT;
}

/* True when something is not as the last scan found it. */
static bool
look_at(struct file_provider *provider, int directory_fd, const char *name)
{
    struct stat status;
    struct task_file *file;

    if (!task_file_is_name(name) || !find_status(directory_fd, name, &status))
        return false;
    file = find_or_add(provider, name);
    if (file == NULL) {
        provider->left_out_count++;
        return false;
    }
    file->is_present = true;
    return task_file_look(file, directory_fd, &status, provider->name);
}

/* The folder's own problem: which files are left out is by chance. */
static void
report_left_out(struct file_provider *provider)
{
    const struct discovery_sink *sink = provider->sink;
    char *reason = NULL;

    if (provider->left_out_count > 0)
        reason = memory_print("has %zu files more than the %d that are read: put several tasks "
                              "in one file",
                              provider->left_out_count, FILES_MOST);
    if (reason != NULL || provider->has_left_out)
        sink->on_problem(sink->argument, provider->name, provider->config->directory, reason);
    provider->has_left_out = reason != NULL;
    free(reason);
}

static bool
scan_files(struct file_provider *provider, DIR *directory)
{
    struct task_file *file, *next;
    struct dirent *row;
    bool has_changed = false;

    provider->left_out_count = 0;
    for (file = provider->files; file != NULL; file = file->hh.next)
        file->is_present = false;
    while ((row = readdir(directory)) != NULL)
        has_changed |= look_at(provider, dirfd(directory), row->d_name);
    for (file = provider->files; file != NULL; file = next) {
        next = file->hh.next;
        if (file->is_present)
            continue;
        set_problem(provider, file, NULL);
        drop(provider, file);
        has_changed = true;
    }
    report_left_out(provider);
    return has_changed;
}

/* A task without a host lives where the provider's setting says. */
static void
complete_hosts(const struct file_provider *provider, struct task **tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tasks[i]->host == NULL)
            tasks[i]->host = memory_copy_text(provider->config->host);
}

static void
add_file_to_set(struct file_provider *provider, struct task_file *file, struct task_set *set)
{
    size_t count = 0;
    struct task **tasks = task_file_tasks(file, provider->name, &count);
    char *reason = NULL;

    if (tasks != NULL) {
        complete_hosts(provider, tasks, count);
        reason = task_set_add(set, tasks, count);
    }
    free(tasks);
    if (file->fault != NULL) {
        free(reason);
        reason = memory_copy_text(file->fault);
    }
    set_problem(provider, file, reason);
}

static unsigned
hand_over(struct file_provider *provider)
{
    const struct discovery_sink *sink = provider->sink;
    struct task_set set = {.tasks = memory_take(1, sizeof(struct task *))};
    struct task_file *file;

    sort_files(provider);
    for (file = provider->files; file != NULL; file = file->hh.next)
        add_file_to_set(provider, file, &set);
    task_set_end(&set);
    provider->syncs++;
    return sink->on_full_set(sink->argument, provider->name, set.tasks, set.count);
}

static void
watch_directory(struct file_provider *provider)
{
    if (provider->watch_id == -1 && provider->inotify_fd != -1)
        provider->watch_id =
            inotify_add_watch(provider->inotify_fd, provider->config->directory, WATCHED);
}

/* Nothing is removed because the directory cannot be read. */
static void
fail(struct file_provider *provider, int error_number)
{
    char *error = memory_print("directory %s: %s: %s; keeping what is known",
                               provider->config->directory, strerror(error_number),
                               error_number == EACCES ? "let fairlead's user read it"
                                                      : "create it, or change the setting");

    if (provider->error == NULL || strcmp(provider->error, error) != 0)
        log_debug("provider %s: %s", provider->name, error);
    free(provider->error);
    provider->error = error;
    provider->is_connected = false;
}

static void
scan(struct file_provider *provider)
{
    bool was_told = provider->was_told || !provider->is_connected;

    /* First the watch, then the look: what changes in between is told. */
    watch_directory(provider);
    provider->was_told = false;
    DIR *directory = opendir(provider->config->directory);
    if (directory == NULL) {
        fail(provider, errno);
        return;
    }
    bool has_changed = scan_files(provider, directory);
    closedir(directory);
    has_changed |= !provider->is_connected;
    provider->is_connected = true;
    free(provider->error);
    provider->error = NULL;
    provider->last_sync_ms = clock_ms();
    if (!has_changed)
        return;
    unsigned missed = hand_over(provider);
    provider->missed_events += was_told ? 0 : missed;
}

static void
on_poll(void *argument)
{
    struct file_provider *provider = argument;

    CHECK_TAG(provider, FILE_TAG);
    scan(provider);
    timer_set(&provider->poll, provider->loop, POLL_MS);
}

static void
on_settled(void *argument)
{
    struct file_provider *provider = argument;

    CHECK_TAG(provider, FILE_TAG);
    scan(provider);
}

/* The directory itself went; another may come under its name. */
static void
note_event(struct file_provider *provider, const struct inotify_event *event)
{
    provider->events++;
    if (!(event->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)))
        return;
    if (provider->watch_id != -1)
        inotify_rm_watch(provider->inotify_fd, provider->watch_id);
    provider->watch_id = -1;
}

/* Which file it was does not matter, nor whether events were lost (IN_Q_OVERFLOW): a scan sees
 * everything. */
static void
on_inotify(int fd, short what, void *argument)
{
    struct file_provider *provider = argument;
    _Alignas(
        struct inotify_event) char bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
    const struct inotify_event *event;
    ssize_t length;

    (void)what;
    CHECK_TAG(provider, FILE_TAG);
    while ((length = read(fd, bytes, sizeof(bytes))) > 0) {
        for (char *at = bytes; at < bytes + length; at += sizeof(*event) + event->len) {
            event = (const struct inotify_event *)(const void *)at;
            note_event(provider, event);
        }
        provider->last_event_ms = clock_ms();
        provider->was_told = true;
    }
    if (!alarm_clock_is_set(&provider->settle))
        alarm_clock_set(&provider->settle, SETTLE_US);
}

static void *
open_file(struct loop *loop, const struct config_provider *config, const char *name,
          const struct discovery_sink *sink)
{
    struct file_provider *provider = memory_take(1, sizeof(*provider));

    CHECK(config->directory != NULL);
    provider->tag = FILE_TAG;
    provider->loop = loop;
    provider->config = config;
    provider->name = name;
    provider->sink = sink;
    provider->watch_id = -1;
    timer_init(&provider->poll, on_poll, provider);
    alarm_clock_open(&provider->settle, loop, on_settled, provider);
    provider->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (provider->inotify_fd == -1)
        log_warning("provider %s: no inotify (%s); reading %s every %d s", name,
                    strerror(errno), config->directory, POLL_MS / 1000);
    else
        watch_open(&provider->watch, loop, provider->inotify_fd, WATCH_READ, on_inotify,
                   provider);
    /* The first scan comes when the opener is ready to hear of it. */
    alarm_clock_set(&provider->settle, 0);
    timer_set(&provider->poll, loop, POLL_MS);
    return provider;
}

static void
read_status(void *argument, struct discovery_status *status)
{
    struct file_provider *provider = argument;

    CHECK_TAG(provider, FILE_TAG);
    status->is_connected = provider->is_connected;
    status->last_sync_ms = provider->last_sync_ms;
    status->last_event_ms = provider->last_event_ms;
    status->syncs = provider->syncs;
    status->events = provider->events;
    status->missed_events = provider->missed_events;
    status->error = provider->error;
}

static void
release_file(void *object)
{
    struct file_provider *provider = object;

    free(provider->error);
    free(provider);
}

static void
close_file(void *argument)
{
    struct file_provider *provider = argument;
    struct task_file *file;

    CHECK_TAG(provider, FILE_TAG);
    watch_close(&provider->watch);
    if (provider->inotify_fd != -1)
        close(provider->inotify_fd);
    alarm_clock_close(&provider->settle);
    timer_close(&provider->poll, provider->loop);
    while ((file = provider->files) != NULL) {
        set_problem(provider, file, NULL);
        drop(provider, file);
    }
    provider->tag = 0;
    loop_free_later(provider->loop, provider, release_file);
}

const struct discovery_kind discovery_file = {
    .type = "file",
    .open = open_file,
    .status = read_status,
    .close = close_file,
};

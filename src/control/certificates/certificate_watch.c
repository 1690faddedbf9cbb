/* SPDX-License-Identifier: Apache-2.0 */
/* Which file it was does not matter: the reader knows unchanged ones by their stamps. */
#include "control/certificates/certificate_watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#define WATCH_TAG 0x63776174
/* The two files of a pair come one after the other. */
#define SETTLE_US 500000
/* Others may write into the same folder all the time. */
#define SETTLE_MOST_US 2000000
#define POLL_MS 60000
/* Of thousands of files, so many microseconds' worth are looked up at a time. */
#define SLICE_US 5000
#define CHANGES                                                                                \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_ATTRIB)

struct notifier {
    int fd; /* -1: nothing is told */
    struct watch watch;
};

struct certificate_watch {
    uint32_t tag;
    struct loop *loop;
    void (*on_change)(void *argument);
    void *argument;
    /* Until all files of a configuration are watched, so are those of the one before. */
    struct notifier notifiers[2];
    unsigned current; /* of the newest configuration */
    struct alarm_clock settle;
    uint64_t unsettled_us; /* since then */
    struct timer poll;
    bool has_files;
    /* What is to be watched, the configuration's own text; those from next on in later slices.
     */
    const char **paths;
    size_t path_count, path_capacity, next;
    struct alarm_clock slice;
    int reason;                 /* errno why some are not told of; 0: all are */
    char last_folder[PATH_MAX]; /* that was watched: most files have their neighbours' */
};

static void
tell(struct certificate_watch *watch)
{
    timer_set(&watch->poll, watch->loop, POLL_MS);
    if (watch->has_files)
        watch->on_change(watch->argument);
}

static void
on_settled(void *argument)
{
    struct certificate_watch *watch = argument;

    CHECK_TAG(watch, WATCH_TAG);
    tell(watch);
}

static void
on_poll(void *argument)
{
    struct certificate_watch *watch = argument;

    CHECK_TAG(watch, WATCH_TAG);
    tell(watch);
}

static void
on_inotify(int fd, short what, void *argument)
{
    struct certificate_watch *watch = argument;
    char bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];

    (void)what;
    CHECK_TAG(watch, WATCH_TAG);
    while (read(fd, bytes, sizeof(bytes)) > 0)
        continue;
    if (!alarm_clock_is_set(&watch->settle))
        watch->unsettled_us = clock_us();
    else if (clock_us() - watch->unsettled_us > SETTLE_MOST_US)
        return;
    alarm_clock_set(&watch->settle, SETTLE_US);
}

static void on_slice(void *argument);

struct certificate_watch *
certificate_watch_new(struct loop *loop, void (*on_change)(void *argument), void *argument)
{
    struct certificate_watch *watch = memory_take(1, sizeof(*watch));

    watch->tag = WATCH_TAG;
    watch->loop = loop;
    watch->on_change = on_change;
    watch->argument = argument;
    watch->notifiers[0].fd = watch->notifiers[1].fd = -1;
    alarm_clock_open(&watch->settle, loop, on_settled, watch);
    alarm_clock_open(&watch->slice, loop, on_slice, watch);
    timer_init(&watch->poll, on_poll, watch);
    timer_set(&watch->poll, loop, POLL_MS);
    return watch;
}

static void
close_notifier(struct notifier *notifier)
{
    watch_close(&notifier->watch);
    if (notifier->fd != -1)
        close(notifier->fd);
    notifier->fd = -1;
}

static void
release(void *object)
{
    struct certificate_watch *watch = object;

    free(watch->paths);
    free(watch);
}

void
certificate_watch_free(struct certificate_watch **watch)
{
    if (*watch == NULL)
        return;
    close_notifier(&(*watch)->notifiers[0]);
    close_notifier(&(*watch)->notifiers[1]);
    alarm_clock_close(&(*watch)->settle);
    alarm_clock_close(&(*watch)->slice);
    timer_close(&(*watch)->poll, (*watch)->loop);
    (*watch)->tag = 0;
    loop_free_later((*watch)->loop, *watch, release);
    *watch = NULL;
}

static void
watch_folder(struct certificate_watch *watch, const char *folder)
{
    int fd = watch->notifiers[watch->current].fd;

    if (strcmp(folder, watch->last_folder) == 0)
        return;
    if (inotify_add_watch(fd, folder, CHANGES | IN_ONLYDIR) == -1)
        watch->reason = errno;
    else
        snprintf(watch->last_folder, sizeof(watch->last_folder), "%s", folder);
}

/* The folder that a path stands in; the same one twice is one watch. */
static void
watch_folder_of(struct certificate_watch *watch, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL || slash == path ? 1 : (size_t)(slash - path);

    if (slash == NULL || length >= sizeof(folder)) {
        watch->reason = ENAMETOOLONG;
        return;
    }
    memcpy(folder, path, length);
    folder[length] = '\0';
    watch_folder(watch, folder);
}

/* Where its name stands, and where the file itself does. */
static void
watch_file(struct certificate_watch *watch, const char *path)
{
    char real[PATH_MAX];

    watch_folder_of(watch, path);
    if (realpath(path, real) != NULL && strcmp(path, real) != 0)
        watch_folder_of(watch, real);
}

static void
end_slices(struct certificate_watch *watch)
{
    close_notifier(&watch->notifiers[!watch->current]);
    if (watch->has_files && watch->reason != 0)
        log_warning("changes of certificate files are not told of (%s): they are looked at "
                    "every %d s",
                    strerror(watch->reason), POLL_MS / 1000);
}

static void
on_slice(void *argument)
{
    struct certificate_watch *watch = argument;
    uint64_t end_us = clock_precise_us() + SLICE_US;

    CHECK_TAG(watch, WATCH_TAG);
    while (watch->next < watch->path_count) {
        watch_file(watch, watch->paths[watch->next++]);
        if (clock_precise_us() >= end_us) {
            alarm_clock_set(&watch->slice, 0);
            return;
        }
    }
    end_slices(watch);
}

/* path NULL: there is none. */
static void
add_file(struct certificate_watch *watch, const char *path)
{
    if (path == NULL)
        return;
    if (watch->path_count == watch->path_capacity) {
        watch->path_capacity = 2 * watch->path_capacity + 16;
        watch->paths = memory_resize(watch->paths, watch->path_capacity, sizeof(*watch->paths));
    }
    watch->paths[watch->path_count++] = path;
}

static void
add_list(struct certificate_watch *watch, const struct config_certificate *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add_file(watch, list[i].certificate);
        add_file(watch, list[i].private_key);
    }
}

static void
add_trust_store(struct certificate_watch *watch, const struct config_trust_store *store)
{
    add_file(watch, store->ca_certificates_bundle);
    for (size_t i = 0; i < store->revocation_list_count; i++)
        add_file(watch, store->revocation_lists[i].value);
}

static void
add_files(struct certificate_watch *watch, const struct config *config)
{
    watch->path_count = watch->next = 0;
    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        add_list(watch, listener->certificates, listener->certificate_count);
        add_list(watch, listener->certificate_list, listener->certificate_list_count);
    }
    add_list(watch, config->api_certificates, config->api_certificate_count);
    for (size_t i = 0; i < config->trust_store_count; i++)
        add_trust_store(watch, &config->trust_stores[i]);
    for (size_t i = 0; i < config->target_group_count; i++)
        if (config->target_groups[i].tls_verify)
            add_file(watch, config->target_groups[i].tls_ca);
    for (size_t i = 0; i < config->target_group_count; i++)
        if (config->target_groups[i].tls_verify)
            add_file(watch, config->target_groups[i].tls_ca);
}

/* False: there is none, and watch->reason says why. */
static bool
open_notifier(struct certificate_watch *watch)
{
    struct notifier *notifier = &watch->notifiers[watch->current];

    notifier->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    watch->reason = notifier->fd == -1 ? errno : 0;
    watch->last_folder[0] = '\0';
    if (notifier->fd != -1)
        watch_open(&notifier->watch, watch->loop, notifier->fd, WATCH_READ, on_inotify, watch);
    return notifier->fd != -1;
}

void
certificate_watch_set_config(struct certificate_watch *watch, const struct config *config)
{
    bool is_complete = watch->next == watch->path_count;

    if (is_complete)
        watch->current = !watch->current;
    close_notifier(&watch->notifiers[watch->current]);
    alarm_clock_stop(&watch->slice);
    add_files(watch, config);
    watch->has_files = watch->path_count > 0 || config->certificates_dir != NULL;
    if (watch->has_files && open_notifier(watch)) {
        /* The folder itself; a file in it may be a link to one elsewhere, which is seen in a
         * minute. */
        if (config->certificates_dir != NULL)
            watch_folder(watch, config->certificates_dir);
        on_slice(watch);
        return;
    }
    watch->next = watch->path_count;
    end_slices(watch);
}

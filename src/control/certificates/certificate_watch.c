/* SPDX-License-Identifier: Apache-2.0 */
/* Which file it was does not matter: the reader knows unchanged ones by their stamps. */
#include "control/certificates/certificate_watch.h"

#include <errno.h>
#include <limits.h>
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
#define CHANGES                                                                                \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_ATTRIB)

struct certificate_watch {
    uint32_t tag;
    struct loop *loop;
    void (*on_change)(void *argument);
    void *argument;
    int fd; /* -1: nothing is told */
    struct watch watch;
    struct alarm_clock settle;
    uint64_t unsettled_us; /* since then */
    struct timer poll;
    bool has_files;
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

struct certificate_watch *
certificate_watch_new(struct loop *loop, void (*on_change)(void *argument), void *argument)
{
    struct certificate_watch *watch = memory_take(1, sizeof(*watch));

    watch->tag = WATCH_TAG;
    watch->loop = loop;
    watch->on_change = on_change;
    watch->argument = argument;
    watch->fd = -1;
    alarm_clock_open(&watch->settle, loop, on_settled, watch);
    timer_init(&watch->poll, on_poll, watch);
    timer_set(&watch->poll, loop, POLL_MS);
    return watch;
}

static void
close_inotify(struct certificate_watch *watch)
{
    watch_close(&watch->watch);
    if (watch->fd != -1)
        close(watch->fd);
    watch->fd = -1;
}

void
certificate_watch_free(struct certificate_watch **watch)
{
    if (*watch == NULL)
        return;
    close_inotify(*watch);
    alarm_clock_close(&(*watch)->settle);
    timer_close(&(*watch)->poll, (*watch)->loop);
    (*watch)->tag = 0;
    loop_free_later((*watch)->loop, *watch, NULL);
    *watch = NULL;
}

/* The folder that a path stands in; the same one twice is one watch. False: it is not told of.
 */
static bool
watch_folder(const struct certificate_watch *watch, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL || slash == path ? 1 : (size_t)(slash - path);

    if (slash == NULL || length >= sizeof(folder))
        return false;
    memcpy(folder, path, length);
    folder[length] = '\0';
    return inotify_add_watch(watch->fd, folder, CHANGES | IN_ONLYDIR) != -1;
}

/* Where its name stands, and where the file itself does. */
static bool
watch_file(struct certificate_watch *watch, const char *path)
{
    char real[PATH_MAX];

    if (path == NULL)
        return true;
    watch->has_files = true;
    if (watch->fd == -1)
        return true;
    return watch_folder(watch, path) &&
           (realpath(path, real) == NULL || watch_folder(watch, real));
}

static bool
watch_list(struct certificate_watch *watch, const struct config_certificate *list, size_t count)
{
    bool are_told = true;

    for (size_t i = 0; i < count; i++) {
        are_told &= watch_file(watch, list[i].certificate);
        are_told &= watch_file(watch, list[i].private_key);
    }
    return are_told;
}

static bool
watch_trust_store(struct certificate_watch *watch, const struct config_trust_store *store)
{
    bool is_told = watch_file(watch, store->ca_certificates_bundle);

    for (size_t i = 0; i < store->revocation_list_count; i++)
        is_told &= watch_file(watch, store->revocation_lists[i].value);
    return is_told;
}

/* The folder itself; a file in it may be a link to one elsewhere, which is seen in a minute. */
static bool
watch_files_of(struct certificate_watch *watch, const char *folder)
{
    watch->has_files = true;
    return watch->fd == -1 || inotify_add_watch(watch->fd, folder, CHANGES | IN_ONLYDIR) != -1;
}

void
certificate_watch_set_config(struct certificate_watch *watch, const struct config *config)
{
    bool are_told = true;

    close_inotify(watch);
    watch->has_files = false;
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        are_told &= watch_list(watch, listener->certificates, listener->certificate_count);
        are_told &=
            watch_list(watch, listener->certificate_list, listener->certificate_list_count);
    }
    are_told &= watch_list(watch, config->api_certificates, config->api_certificate_count);
    for (size_t i = 0; i < config->trust_store_count; i++)
        are_told &= watch_trust_store(watch, &config->trust_stores[i]);
    for (size_t i = 0; i < config->target_group_count; i++)
        if (config->target_groups[i].tls_verify)
            are_told &= watch_file(watch, config->target_groups[i].tls_ca);
    if (config->certificates_dir != NULL)
        are_told &= watch_files_of(watch, config->certificates_dir);
    if (watch->has_files && (watch->fd == -1 || !are_told))
        log_warning("changes of certificate files are not told of (%s): they are looked at "
                    "every %d s",
                    strerror(errno), POLL_MS / 1000);
    if (watch->fd != -1 && !watch->has_files)
        close_inotify(watch);
    if (watch->fd != -1)
        watch_open(&watch->watch, watch->loop, watch->fd, WATCH_READ, on_inotify, watch);
}

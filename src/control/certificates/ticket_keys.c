/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file has one to three keys of 80 bytes (name, cipher key, MAC key), the newest first; the
 * newest of our own is as old as the file.
 */
#include "control/certificates/ticket_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/own_file.h"
#include "base/random.h"
#include "base/short_child.h"
#include "net/tls/tls_tickets.h"

#define LOOK_MS 60000
#define COMMIT_MS 1000 /* after which a child that waits for the disk is looked for */
#define SECONDS_AN_HOUR 3600
#define US_PER_SECOND 1000000
#define KEY_BYTES sizeof(struct tls_ticket_key)
#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

_Static_assert(KEY_BYTES == 80, "a ticket key has 80 bytes");

struct ticket_keys {
    struct loop *loop;
    void (*on_change)(void *argument);
    void *argument;
    struct timer timer;
    struct tls_ticket_keys keys; /* count 0: none are wanted yet */
    time_t made_s;               /* the newest */
    unsigned rotation_s;         /* 0: never, they are somebody else's */
    char *path, *new_path;       /* of our own file */
    pid_t commit_pid;            /* a child that waits for the disk; 0: none */
    int fd;
};

static void on_time(void *argument);

static time_t
now_s(void)
{
    return (time_t)(clock_wall_us() / US_PER_SECOND);
}

struct ticket_keys *
ticket_keys_new(struct loop *loop, void (*on_change)(void *argument), void *argument)
{
    struct ticket_keys *keys = memory_take(1, sizeof(*keys));

    keys->loop = loop;
    keys->on_change = on_change;
    keys->argument = argument;
    keys->fd = -1;
    timer_init(&keys->timer, on_time, keys);
    return keys;
}

void
ticket_keys_free(struct ticket_keys **freed)
{
    struct ticket_keys *keys = *freed;

    *freed = NULL;
    if (keys == NULL)
        return;
    timer_close(&keys->timer, keys->loop);
    if (keys->commit_pid != 0)
        waitpid(keys->commit_pid, NULL, 0);
    if (keys->fd != -1)
        close(keys->fd);
    free(keys->path);
    free(keys->new_path);
    explicit_bzero(&keys->keys, sizeof(keys->keys));
    free(keys);
}

/* False with *reason: NULL where there is no file. */
static bool
read_keys(struct ticket_keys *keys, const char *path, bool is_own, const char **reason)
{
    int fd =
        is_own ? own_file_open(path, reason) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct tls_ticket_keys read_now = {.count = 0};
    struct stat status;
    char byte;

    if (fd == -1) {
        *reason = errno == ENOENT && is_own ? NULL : is_own ? *reason : strerror(errno);
        return false;
    }
    ssize_t length = read(fd, read_now.keys, sizeof(read_now.keys));
    bool is_good = length > 0 && length % (ssize_t)KEY_BYTES == 0 && read(fd, &byte, 1) == 0 &&
                   fstat(fd, &status) == 0;
    close(fd);
    *reason = "it has not one to three keys of 80 bytes";
    if (!is_good)
        return false;
    read_now.count = (uint32_t)length / KEY_BYTES;
    keys->keys = read_now;
    keys->made_s = status.st_mtime;
    return true;
}

static bool
write_keys(const struct ticket_keys *keys)
{
    FILE *file = own_file_begin(keys->new_path);
    bool is_written = file != NULL && fwrite(keys->keys.keys, KEY_BYTES, keys->keys.count,
                                             file) == keys->keys.count;

    return file != NULL && fclose(file) == 0 && is_written;
}

static void
warn(const struct ticket_keys *keys, int error)
{
    log_warning("session tickets %s: %s; TLS sessions end with this process; let this user "
                "write there",
                keys->path, strerror(error));
}

/* How: 0 or WNOHANG. */
static void
end_commit(struct ticket_keys *keys, int how)
{
    int status = 0;

    if (keys->commit_pid == 0 || waitpid(keys->commit_pid, &status, how) == 0)
        return;
    keys->commit_pid = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        warn(keys, WIFEXITED(status) ? WEXITSTATUS(status) : EIO);
}

static void
look_later(struct ticket_keys *keys)
{
    timer_set(&keys->timer, keys->loop, keys->commit_pid != 0 ? COMMIT_MS : LOOK_MS);
}

/* The disk may take its time: a child waits for it, and control does not. */
static void
save(struct ticket_keys *keys)
{
    end_commit(keys, WNOHANG);
    if (keys->commit_pid != 0 || !write_keys(keys)) {
        warn(keys, errno);
        return;
    }
    keys->commit_pid = short_child_fork(NULL, 0);
    if (keys->commit_pid == 0)
        _exit(own_file_commit(keys->new_path, keys->path) == 0 ? 0 : errno);
    if (keys->commit_pid == -1) {
        keys->commit_pid = 0;
        warn(keys, errno);
    }
}

/* A new one in front of those that open what is on its way. */
static void
draw(struct ticket_keys *keys)
{
    uint32_t kept =
        keys->keys.count < TLS_TICKET_KEYS_MOST ? keys->keys.count : TLS_TICKET_KEYS_MOST - 1;

    memmove(&keys->keys.keys[1], &keys->keys.keys[0], kept * KEY_BYTES);
    random_fill(&keys->keys.keys[0], KEY_BYTES);
    keys->keys.count = kept + 1;
    keys->made_s = now_s();
    save(keys);
}

static void
publish(struct ticket_keys *keys)
{
    int fd = memfd_create("fairlead-tickets", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd == -1 || write(fd, &keys->keys, sizeof(keys->keys)) != (ssize_t)sizeof(keys->keys) ||
        fcntl(fd, F_ADD_SEALS, SEALS) == -1) {
        log_error("session tickets: no memory file: %s; those before go on", strerror(errno));
        if (fd != -1)
            close(fd);
        return;
    }
    if (keys->fd != -1)
        close(keys->fd);
    keys->fd = fd;
    keys->on_change(keys->argument);
}

/* A clock that was set back does not keep a key for ever. */
static bool
is_due(const struct ticket_keys *keys)
{
    time_t now = now_s();

    return keys->rotation_s != 0 &&
           (now < keys->made_s || now - keys->made_s >= (time_t)keys->rotation_s);
}

static void
on_time(void *argument)
{
    struct ticket_keys *keys = argument;

    end_commit(keys, WNOHANG);
    if (is_due(keys)) {
        draw(keys);
        publish(keys);
    }
    look_later(keys);
}

static void
take_given(struct ticket_keys *keys, const char *path)
{
    const char *reason;

    if (read_keys(keys, path, false, &reason))
        return;
    log_warning("session tickets %s: %s; new keys are used, sessions of other instances are "
                "not resumed",
                path, reason);
    random_fill(&keys->keys.keys[0], KEY_BYTES);
    keys->keys.count = 1;
}

static void
take_own(struct ticket_keys *keys, const char *state_dir)
{
    const char *reason = NULL;

    keys->path = memory_print("%s/ticket.keys", state_dir);
    keys->new_path = memory_print("%s.new", keys->path);
    if (read_keys(keys, keys->path, true, &reason) && !is_due(keys))
        return;
    if (keys->keys.count == 0 && reason != NULL)
        log_warning("session tickets %s: %s; the keys are made again", keys->path, reason);
    draw(keys);
}

static bool
has_tls(const struct config *config)
{
    for (size_t i = 0; i < config->listener_count; i++)
        if (config->listeners[i].protocol == PROTOCOL_HTTPS)
            return true;
    return false;
}

void
ticket_keys_set_config(struct ticket_keys *keys, const struct config *config)
{
    bool is_given = config->ticket_key_path != NULL;

    if (keys->path != NULL)
        keys->rotation_s = config->ticket_rotation_hours * SECONDS_AN_HOUR;
    if (keys->keys.count != 0 || !has_tls(config))
        return;
    keys->rotation_s = is_given ? 0 : config->ticket_rotation_hours * SECONDS_AN_HOUR;
    if (is_given)
        take_given(keys, config->ticket_key_path);
    else
        take_own(keys, config->state_dir);
    publish(keys);
    look_later(keys);
}

int
ticket_keys_fd(const struct ticket_keys *keys)
{
    return keys->fd;
}

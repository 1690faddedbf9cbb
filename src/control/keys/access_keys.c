/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list in force, and while a change is on its way to the disk the one after it. The disk
 * may take its time: a child waits for it, and control does not.
 */
#include "control/keys/access_keys.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/own_file.h"
#include "base/short_child.h"
#include "control/keys/key_file.h"

#define REASON_BYTES 128
#define TEXT_BYTES 512

struct access_keys {
    struct loop *loop;
    char *path, *new_path;
    struct access_key_list list;
    bool is_usable;            /* the list is what the file has */
    char obstacle[TEXT_BYTES]; /* why it is not, or a change was not made */
    struct access_key_list next;
    pid_t commit_pid;              /* has the disk keep the next list; 0: none */
    access_keys_callback *on_done; /* NULL: nobody waits */
    void *argument;
    struct watch child_watch;
};

static void
end_commit(struct access_keys *keys, bool is_done, int error)
{
    access_keys_callback *on_done = keys->on_done;

    if (is_done) {
        access_key_list_clear(&keys->list);
        keys->list = keys->next;
        keys->next = (struct access_key_list){0};
    } else {
        access_key_list_clear(&keys->next);
        unlink(keys->new_path); /* secrets are in it */
        snprintf(keys->obstacle, sizeof(keys->obstacle),
                 "keys %s: %s; nothing has changed: make room, and let this user write there",
                 keys->path, strerror(error));
        log_warning("%s", keys->obstacle);
    }
    keys->on_done = NULL;
    if (on_done != NULL)
        on_done(keys->argument, is_done ? NULL : keys->obstacle);
}

static void
look_for_commit(struct access_keys *keys)
{
    int status = 0;

    if (keys->commit_pid == 0 || waitpid(keys->commit_pid, &status, WNOHANG) == 0)
        return;
    keys->commit_pid = 0;
    end_commit(keys, WIFEXITED(status) && WEXITSTATUS(status) == 0,
               WIFEXITED(status) ? WEXITSTATUS(status) : EIO);
}

static void
on_child_signal(int number, short what, void *argument)
{
    (void)number;
    (void)what;
    look_for_commit(argument);
}

struct access_keys *
access_keys_new(struct loop *loop, const char *state_dir)
{
    struct access_keys *keys = memory_take(1, sizeof(*keys));

    keys->loop = loop;
    keys->path = memory_print("%s/keys.json", state_dir);
    keys->new_path = memory_print("%s/keys.json.new", state_dir);
    watch_signal(&keys->child_watch, loop, SIGCHLD, on_child_signal, keys);
    return keys;
}

void
access_keys_free(struct access_keys **keys)
{
    if (*keys == NULL)
        return;
    (*keys)->on_done = NULL;
    look_for_commit(*keys);
    watch_close(&(*keys)->child_watch);
    access_key_list_clear(&(*keys)->list);
    access_key_list_clear(&(*keys)->next);
    free((*keys)->path);
    free((*keys)->new_path);
    free(*keys);
    *keys = NULL;
}

void
access_keys_load(struct access_keys *keys)
{
    char reason[REASON_BYTES], obstacle[TEXT_BYTES];

    keys->is_usable = key_file_read(keys->path, &keys->list, reason, sizeof(reason));
    if (keys->is_usable)
        return;
    snprintf(obstacle, sizeof(obstacle),
             "keys %s: %s; no key is valid and none can be made: mend the file or move it away",
             keys->path, reason);
    if (strcmp(obstacle, keys->obstacle) != 0)
        log_error("%s", obstacle);
    memcpy(keys->obstacle, obstacle, sizeof(obstacle));
}

const struct access_key_list *
access_keys_list(const struct access_keys *keys)
{
    return &keys->list;
}

bool
access_keys_is_ready(struct access_keys *keys, const char **reason)
{
    *reason = NULL;
    if (keys->commit_pid != 0)
        *reason = "another change of keys is on its way to the disk; try again";
    else if (!keys->is_usable)
        access_keys_load(keys);
    if (*reason == NULL && !keys->is_usable)
        *reason = keys->obstacle;
    return *reason == NULL;
}

/* Puts the next list onto the disk, and then in force. */
static void
commit(struct access_keys *keys, access_keys_callback *on_done, void *argument)
{
    keys->on_done = on_done;
    keys->argument = argument;
    if (key_file_write(keys->new_path, &keys->next) == -1) {
        end_commit(keys, false, errno);
        return;
    }
    keys->commit_pid = short_child_fork(NULL, 0);
    if (keys->commit_pid == 0)
        _exit(own_file_commit(keys->new_path, keys->path) == 0 ? 0 : errno);
    if (keys->commit_pid != -1)
        return;
    keys->commit_pid = 0;
    end_commit(keys, false, errno);
}

void
access_keys_add(struct access_keys *keys, const struct access_key *key,
                access_keys_callback *on_done, void *argument)
{
    keys->next = access_key_list_copy(&keys->list, NULL);
    access_key_list_add(&keys->next, key);
    commit(keys, on_done, argument);
}

void
access_keys_remove(struct access_keys *keys, const struct access_key *key,
                   access_keys_callback *on_done, void *argument)
{
    keys->next = access_key_list_copy(&keys->list, key);
    commit(keys, on_done, argument);
}

void
access_keys_forget(struct access_keys *keys, const void *argument)
{
    if (keys->argument == argument)
        keys->on_done = NULL;
}

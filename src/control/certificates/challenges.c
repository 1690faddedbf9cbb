/* SPDX-License-Identifier: Apache-2.0 */
/* A reading that finds what is known already changes nothing. Start reading at read_folder. */
#include "control/certificates/challenges.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/memory.h"

#define CHALLENGES_TAG 0x6163616d
/* A client asks its authority right behind its last byte. */
#define SETTLE_US 5000
/* A folder that is not there yet, and one whose file system tells nothing. */
#define POLL_MS 2000
#define CHANGES (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)

struct token_list {
    struct snapshot_challenge_source rows[CHALLENGES_MOST];
    uint64_t generations[CHALLENGES_MOST];
    size_t count;
};

struct challenges {
    uint32_t tag;
    struct loop *loop;
    void (*on_change)(void *argument);
    void *argument;
    char *folder; /* NULL: none */
    int fd;       /* of inotify; -1: none */
    struct watch watch;
    struct alarm_clock settle;
    struct timer poll;
    bool is_told; /* that the folder cannot be read */
    struct token_list *known;
};

static void
clear(struct token_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free((char *)list->rows[i].token);
        free((char *)list->rows[i].answer);
    }
    list->count = 0;
}

/* Base64url (RFC 8555 8.1), which no path can leave the folder by. */
static bool
is_token(const char *name)
{
    size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789-_");

    return length > 0 && name[length] == '\0';
}

/* "TOKEN.THUMBPRINT", and nothing else: no folder that was named by mistake is published. */
static bool
is_answer(const char *token, const char *answer)
{
    size_t length = strlen(token);

    return strncmp(answer, token, length) == 0 && answer[length] == '.' &&
           is_token(answer + length + 1);
}

/* The file's text without the end of its line, new memory; NULL: it is no answer. */
static char *
read_answer(int folder_fd, const char *token)
{
    char text[CHALLENGE_MOST_BYTES + 1];
    struct stat status;
    ssize_t length = -1;
    int fd = openat(folder_fd, token, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd == -1)
        return NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        length = read(fd, text, sizeof(text));
    close(fd);
    if (length <= 0 || length == sizeof(text))
        return NULL;
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    return is_answer(token, text) ? memory_copy_text(text) : NULL;
}

/* The generation of one that is known with that answer; 0: it is new. */
static uint64_t
known_generation(const struct token_list *known, const char *token, const char *answer)
{
    for (size_t i = 0; i < known->count; i++) {
        if (strcmp(known->rows[i].token, token) == 0 &&
            strcmp(known->rows[i].answer, answer) == 0)
            return known->generations[i];
    }
    return 0;
}

static bool
is_known(const struct token_list *known, const char *token, const char *answer)
{
    for (size_t i = 0; i < known->count; i++) {
        if (strcmp(known->rows[i].token, token) == 0 &&
            strcmp(known->rows[i].answer, answer) == 0)
            return true;
    }
    return false;
}

static bool
are_same(const struct token_list *one, const struct token_list *other)
{
    if (one->count != other->count)
        return false;
    for (size_t i = 0; i < one->count; i++)
        if (!is_known(other, one->rows[i].token, one->rows[i].answer))
            return false;
    return true;
}

static void
read_entries(DIR *folder, const struct token_list *known, struct token_list *found)
{
    const struct dirent *entry;

    while ((entry = readdir(folder)) != NULL && found->count < CHALLENGES_MOST) {
        char *answer =
            is_token(entry->d_name) ? read_answer(dirfd(folder), entry->d_name) : NULL;
        if (answer == NULL)
            continue;
        found->generations[found->count] = known_generation(known, entry->d_name, answer);
        found->rows[found->count++] = (struct snapshot_challenge_source){
            .token = memory_copy_text(entry->d_name), .answer = answer};
    }
}

static void
read_folder(struct challenges *challenges)
{
    struct token_list *found = memory_take(1, sizeof(*found));
    DIR *folder = challenges->folder == NULL ? NULL : opendir(challenges->folder);

    if (folder != NULL) {
        read_entries(folder, challenges->known, found);
        closedir(folder);
    } else if (challenges->folder != NULL && !challenges->is_told) {
        log_warning(
            "acme.challenge_dir %s cannot be read: %s; make it, for the ACME client and "
            "fairlead",
            challenges->folder, strerror(errno));
    }
    challenges->is_told = folder == NULL && challenges->folder != NULL;
    bool has_changed = !are_same(found, challenges->known);
    clear(challenges->known);
    free(challenges->known);
    challenges->known = found;
    if (has_changed)
        challenges->on_change(challenges->argument);
}

static void
watch_folder(struct challenges *challenges)
{
    if (challenges->fd != -1 && challenges->folder != NULL)
        (void)inotify_add_watch(challenges->fd, challenges->folder, CHANGES | IN_ONLYDIR);
}

static void
look(struct challenges *challenges)
{
    watch_folder(challenges);
    read_folder(challenges);
    if (challenges->folder != NULL)
        timer_set(&challenges->poll, challenges->loop, POLL_MS);
}

static void
on_time(void *argument)
{
    struct challenges *challenges = argument;

    CHECK_TAG(challenges, CHALLENGES_TAG);
    look(challenges);
}

static void
on_inotify(int fd, short what, void *argument)
{
    struct challenges *challenges = argument;
    char bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];

    (void)what;
    CHECK_TAG(challenges, CHALLENGES_TAG);
    while (read(fd, bytes, sizeof(bytes)) > 0)
        continue;
    if (!alarm_clock_is_set(&challenges->settle))
        alarm_clock_set(&challenges->settle, SETTLE_US);
}

struct challenges *
challenges_new(struct loop *loop, void (*on_change)(void *argument), void *argument)
{
    struct challenges *challenges = memory_take(1, sizeof(*challenges));

    challenges->tag = CHALLENGES_TAG;
    challenges->loop = loop;
    challenges->on_change = on_change;
    challenges->argument = argument;
    challenges->known = memory_take(1, sizeof(*challenges->known));
    challenges->fd = -1;
    alarm_clock_open(&challenges->settle, loop, on_time, challenges);
    timer_init(&challenges->poll, on_time, challenges);
    return challenges;
}

static void
close_inotify(struct challenges *challenges)
{
    watch_close(&challenges->watch);
    if (challenges->fd != -1)
        close(challenges->fd);
    challenges->fd = -1;
}

void
challenges_free(struct challenges **challenges)
{
    struct challenges *old = *challenges;

    *challenges = NULL;
    if (old == NULL)
        return;
    close_inotify(old);
    alarm_clock_close(&old->settle);
    timer_close(&old->poll, old->loop);
    clear(old->known);
    free(old->known);
    free(old->folder);
    old->tag = 0;
    loop_free_later(old->loop, old, NULL);
}

void
challenges_set_folder(struct challenges *challenges, const char *folder)
{
    close_inotify(challenges);
    timer_stop(&challenges->poll);
    free(challenges->folder);
    challenges->folder = memory_copy_text(folder);
    challenges->is_told = false;
    if (folder != NULL)
        challenges->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (challenges->fd != -1)
        watch_open(&challenges->watch, challenges->loop, challenges->fd, WATCH_READ, on_inotify,
                   challenges);
    look(challenges);
}

size_t
challenges_list(const void *argument, const struct snapshot_challenge_source **list)
{
    const struct challenges *challenges = argument;

    *list = challenges->known->rows;
    return challenges->known->count;
}

void
challenges_note_published(struct challenges *challenges, uint64_t generation)
{
    struct token_list *known = challenges->known;

    for (size_t i = 0; i < known->count; i++) {
        if (known->generations[i] == 0)
            known->generations[i] = generation;
    }
}

uint64_t
challenges_generation(const struct challenges *challenges, size_t row)
{
    return challenges->known->generations[row];
}

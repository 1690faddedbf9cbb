/* SPDX-License-Identifier: Apache-2.0 */
/* The name of what is kept is where it listens, with another sign for the colons that stand
 * between names. */
#include "control/socket_store.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/memory.h"
#include "net/notify_socket.h"
#include "net/socket.h"

#define NAME_START "listener "
#define COLON '|'

struct kept_listener {
    char *name;
    int *fds; /* while they are handed over */
    unsigned count;
    bool is_wanted;
    LIST_ENTRY(kept_listener) link;
};

struct socket_store {
    struct listener_sockets *sockets;
    LIST_HEAD(, kept_listener) kept;
};

static struct kept_listener *
find_or_add(struct socket_store *store, const char *name)
{
    struct kept_listener *kept;

    LIST_FOREACH (kept, &store->kept, link)
        if (strcmp(kept->name, name) == 0)
            return kept;
    kept = memory_take(1, sizeof(*kept));
    kept->name = memory_copy_text(name);
    LIST_INSERT_HEAD(&store->kept, kept, link);
    return kept;
}

static void
release(struct kept_listener *kept)
{
    free(kept->fds);
    free(kept->name);
    free(kept);
}

static void
replace(char *text, char from, char to)
{
    for (; *text != '\0'; text++)
        if (*text == from)
            *text = to;
}

/* One that listens no more was ruined by a worker, and is bound anew. */
static void
take_one(struct socket_store *store, const char *name, int fd)
{
    if (strncmp(name, NAME_START, strlen(NAME_START)) != 0 || !socket_mend_listening(fd)) {
        close(fd);
        return;
    }
    struct kept_listener *kept = find_or_add(store, name);
    kept->fds = memory_resize(kept->fds, kept->count + 1, sizeof(*kept->fds));
    kept->fds[kept->count++] = fd;
}

static void
hand_over(struct socket_store *store)
{
    const struct kept_listener *kept;

    LIST_FOREACH (kept, &store->kept, link) {
        char *place = memory_copy_text(kept->name + strlen(NAME_START));
        replace(place, COLON, ':');
        listener_sockets_adopt(store->sockets, place, kept->fds, kept->count);
        free(place);
    }
}

struct socket_store *
socket_store_new(struct listener_sockets *sockets)
{
    struct socket_store *store = memory_take(1, sizeof(*store));
    char *names = NULL;
    unsigned count = notify_socket_take_stored(&names);
    char *rest = names;

    store->sockets = sockets;
    LIST_INIT(&store->kept);
    for (unsigned i = 0; i < count; i++) {
        const char *name = rest == NULL ? NULL : strsep(&rest, ":");
        take_one(store, name == NULL ? "" : name, NOTIFY_SOCKET_FIRST_FD + (int)i);
    }
    free(names);
    hand_over(store);
    return store;
}

void
socket_store_free(struct socket_store **store)
{
    struct kept_listener *kept, *next;

    if (*store == NULL)
        return;
    for (kept = LIST_FIRST(&(*store)->kept); kept != NULL; kept = next) {
        next = LIST_NEXT(kept, link);
        release(kept);
    }
    free(*store);
    *store = NULL;
}

/* A file's socket ends with its file, which a stop removes. Kept is what there is now, and
 * nothing that nobody accepts from any more: the port's connections would be shared with it. */
static void
keep(void *argument, const char *place, const int *fds, unsigned count)
{
    struct socket_store *store = argument;

    if (strchr(place, '/') != NULL)
        return;
    char *name = memory_print(NAME_START "%s", place);
    replace(name, ':', COLON);
    find_or_add(store, name)->is_wanted = true;
    notify_socket_drop(name);
    notify_socket_store(name, fds, count);
    free(name);
}

void
socket_store_update(struct socket_store *store)
{
    struct kept_listener *kept, *next;

    LIST_FOREACH (kept, &store->kept, link)
        kept->is_wanted = false;
    listener_sockets_visit(store->sockets, keep, store);
    for (kept = LIST_FIRST(&store->kept); kept != NULL; kept = next) {
        next = LIST_NEXT(kept, link);
        if (kept->is_wanted)
            continue;
        notify_socket_drop(kept->name);
        LIST_REMOVE(kept, link);
        release(kept);
    }
}

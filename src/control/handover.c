/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: what another version wrote. handover_write.c has the other side. */
#include "control/handover.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "control/handover_form.h"
#include "ipc/certificate_book.h"
#include "ipc/page.h"

struct handover {
    json_t *root;
    bool is_of_our_form, has_our_counters, has_our_records;
};

static json_int_t
number(const json_t *object, const char *member)
{
    return json_integer_value(json_object_get(object, member));
}

static const char *
text(const json_t *object, const char *member)
{
    const char *value = json_string_value(json_object_get(object, member));

    return value == NULL ? "" : value;
}

static json_t *
read_root(int fd)
{
    const char *error;
    size_t length = 0;
    char *bytes = page_read(fd, PAGE_BYTES_MAX, &length, &error);
    json_t *root = bytes == NULL ? NULL : json_loadb(bytes, length, 0, NULL);

    free(bytes);
    return root;
}

/* Of the environment, where it stands once; -1: none. */
static int
find_fd(void)
{
    const char *value = getenv(HANDOVER_VARIABLE);
    char *end;
    long fd = value == NULL ? -1 : strtol(value, &end, 10);

    if (value == NULL || *value == '\0' || *end != '\0' || fd < 0 || fd > INT32_MAX)
        fd = -1;
    unsetenv(HANDOVER_VARIABLE);
    return (int)fd;
}

static bool
has_text(const json_t *root, const char *member, char *own)
{
    bool is_same = strcmp(text(root, member), own) == 0;

    free(own);
    return is_same;
}

struct handover *
handover_receive(bool is_trial)
{
    int fd = find_fd();
    json_t *root = fd == -1 ? NULL : read_root(fd);

    if (root == NULL || (!is_trial && number(root, "pid") != (json_int_t)getpid())) {
        if (fd != -1)
            log_warning("what %s names is no hand-over to this process: it is not used",
                        HANDOVER_VARIABLE);
        json_decref(root);
        return NULL;
    }
    if (!is_trial) {
        handover_keep_open(fd, false);
        close(fd);
    }
    struct handover *handover = memory_take(1, sizeof(*handover));
    handover->root = root;
    handover->is_of_our_form = number(root, "form") == HANDOVER_FORM;
    handover->has_our_counters =
        handover->is_of_our_form && has_text(root, "layout", handover_counter_layout());
    handover->has_our_records =
        handover->is_of_our_form && has_text(root, "records", handover_record_layout());
    return handover;
}

void
handover_free(struct handover **handover)
{
    if (*handover == NULL)
        return;
    json_decref((*handover)->root);
    free(*handover);
    *handover = NULL;
}

const char *
handover_obstacle(const struct handover *handover, const struct config *config)
{
    if (strcmp(text(handover->root, "state_dir"), config->state_dir) != 0)
        return "state_dir is another one now, which needs a restart";
    if (strcmp(text(handover->root, "admin_socket"), config->admin_socket) != 0)
        return "admin.socket is another one now, which needs a restart";
    return NULL;
}

unsigned
handover_number(const struct handover *handover)
{
    return (unsigned)number(handover->root, "number");
}

unsigned
handover_workers(const struct handover *handover)
{
    return (unsigned)number(handover->root, "workers");
}

const char *
handover_version(const struct handover *handover)
{
    return text(handover->root, "version");
}

int
handover_admin_fd(const struct handover *handover)
{
    return (int)number(handover->root, "admin");
}

/* What nobody takes is closed. */
static void
close_fds(const json_t *blocks)
{
    const json_t *block;
    size_t index;

    json_array_foreach (blocks, index, block) {
        json_int_t fd = number(block, "fd");
        if (fd > STDERR_FILENO)
            close((int)fd);
    }
}

struct counter_board *
handover_board(struct handover *handover, unsigned workers)
{
    const json_t *blocks = json_object_get(handover->root, "blocks"), *block;
    size_t index;

    if (!handover->has_our_counters || handover_workers(handover) != workers) {
        handover->has_our_counters = false;
        close_fds(blocks);
        return NULL;
    }
    struct counter_board_past past = {.count = (unsigned)json_array_size(blocks)};
    past.blocks = memory_take(past.count + 1, sizeof(*past.blocks));
    json_array_foreach (blocks, index, block)
        past.blocks[index] = (struct counter_board_block){
            .fd = (int)number(block, "fd"),
            .is_of_worker = json_is_true(json_object_get(block, "worker")),
            .owner = (pid_t)number(block, "owner")};
    struct counter_board *board = counter_board_go_on(workers, &past);
    for (unsigned i = 0; i < past.count; i++)
        if (past.blocks[i].fd != -1)
            close(past.blocks[i].fd);
    free(past.blocks);
    return board;
}

static void
close_pairs(const json_t *pairs)
{
    const json_t *pair, *fd;
    size_t index, end;

    json_array_foreach (pairs, index, pair)
        json_array_foreach (pair, end, fd)
            if (json_integer_value(fd) > STDERR_FILENO)
                close((int)json_integer_value(fd));
}

struct access_channels *
handover_channels(struct handover *handover, unsigned workers, bool is_of_failures)
{
    const json_t *pairs =
        json_object_get(handover->root, is_of_failures ? "failures" : "access");
    const json_t *pair;
    size_t index;

    if (!handover->has_our_records || json_array_size(pairs) != workers) {
        close_pairs(pairs);
        return NULL;
    }
    int(*fds)[2] = memory_take(workers, sizeof(*fds));
    json_array_foreach (pairs, index, pair)
        for (size_t end = 0; end < 2; end++)
            fds[index][end] = (int)json_integer_value(json_array_get(pair, end));
    return access_channels_go_on(workers, fds);
}

/* Opened for once, so that what follows need not doubt them. */
static bool
are_sound(const struct certificate_files *files)
{
    const char *error;
    struct certificate_book *book = certificate_book_open(files->fd, files->keys_fd, &error);
    bool is_sound = book != NULL;

    certificate_book_release(&book);
    return is_sound;
}

struct certificate_files
handover_certificates(const struct handover *handover)
{
    const json_t *list = json_object_get(handover->root, "certificates");
    struct certificate_files files = CERTIFICATE_FILES_NONE;

    if (json_array_size(list) != 3)
        return files;
    files.fd = (int)json_integer_value(json_array_get(list, 0));
    files.keys_fd = (int)json_integer_value(json_array_get(list, 1));
    files.api_fd = (int)json_integer_value(json_array_get(list, 2));
    if (!has_text(handover->root, "book", certificate_book_layout()) || !are_sound(&files))
        certificate_files_close(&files);
    return files;
}

static void
put_target_rows(const struct handover *handover, struct numbers *numbers)
{
    const json_t *targets =
        json_object_get(json_object_get(handover->root, "state"), "targets");
    const json_t *target;
    size_t index, count = json_array_size(targets);
    uint32_t *rows = memory_take(count + 1, sizeof(*rows));

    json_array_foreach (targets, index, target)
        rows[index] = (uint32_t)number(target, "row");
    numbers_keep_target_rows(numbers, rows, count);
    free(rows);
}

void
handover_put_numbers(const struct handover *handover, struct parts *parts)
{
    json_t *tables = json_object_get(handover->root, "rows"), *row;
    const char *name;

    if (!handover->is_of_our_form)
        return;
    parts->started_ms = (uint64_t)number(handover->root, "started_ms");
    parts->started_wall_us = (uint64_t)number(handover->root, "started_wall_us");
    if (!handover->has_our_counters)
        return;
    for (size_t kind = 0; kind < NUMBERS_ROW_KINDS; kind++)
        json_object_foreach (json_array_get(tables, kind), name, row)
            numbers_put_row(parts->numbers, (enum numbers_row)kind, name,
                            (uint32_t)json_integer_value(row));
    put_target_rows(handover, parts->numbers);
}

struct run_lock *
handover_lock(const struct handover *handover, const char *state_dir)
{
    if (strcmp(text(handover->root, "state_dir"), state_dir) != 0)
        return NULL;
    return run_lock_adopt((int)number(handover->root, "lock"));
}

static void
put_listener(const json_t *listener, struct listener_sockets *sockets)
{
    const json_t *list = json_object_get(listener, "fds"), *fd;
    int *fds = memory_take(json_array_size(list) + 1, sizeof(*fds));
    size_t index;

    json_array_foreach (list, index, fd)
        fds[index] = (int)json_integer_value(fd);
    if (json_array_size(list) > 0)
        listener_sockets_adopt(sockets, text(listener, "place"), fds,
                               (unsigned)json_array_size(list));
    free(fds);
}

void
handover_put_sockets(const struct handover *handover, struct parts *parts)
{
    const json_t *one;
    size_t index;

    json_array_foreach (json_object_get(handover->root, "listeners"), index, one)
        put_listener(one, parts->sockets);
    json_array_foreach (json_object_get(handover->root, "opened"), index, one) {
        json_int_t which = number(one, "which");
        if (which >= 0 && which < OBSERVER_FD_COUNT)
            observer_fds_adopt(parts->observer_fds, (enum observer_fd)which, text(one, "name"),
                               (int)number(one, "fd"));
    }
}

bool
handover_put_state(const struct handover *handover, struct parts *parts)
{
    json_t *state = json_object_get(handover->root, "state");

    if (!handover->is_of_our_form || !json_is_object(state))
        return false;
    publisher_go_on(parts->publisher, (uint64_t)number(handover->root, "generation"));
    state_file_take(parts->state, state, handover->has_our_counters);
    return true;
}

void
handover_put_children(const struct handover *handover, struct parts *parts)
{
    const json_t *child;
    size_t index;

    json_array_foreach (json_object_get(handover->root, "children"), index, child)
        finishing_add(parts->finishing, (pid_t)number(child, "pid"),
                      (int)number(child, "channel"));
}

/* --- the descriptors */

static void
keep_one(int fd, bool is_kept)
{
    if (fd > STDERR_FILENO)
        fcntl(fd, F_SETFD, is_kept ? 0 : FD_CLOEXEC);
}

/* Every member that holds some is known here: "fd", "fds", pairs. */
static void
keep_all(const json_t *list, const char *member, bool is_kept)
{
    const json_t *one, *fd;
    size_t index, inner;

    json_array_foreach (list, index, one) {
        const json_t *value = member == NULL ? one : json_object_get(one, member);
        if (json_is_integer(value))
            keep_one((int)json_integer_value(value), is_kept);
        json_array_foreach (value, inner, fd)
            keep_one((int)json_integer_value(fd), is_kept);
    }
}

void
handover_keep_open(int fd, bool is_kept)
{
    static const struct {
        const char *list, *member;
    } rows[] = {{"listeners", "fds"},  {"opened", "fd"}, {"children", "channel"},
                {"blocks", "fd"},      {"access", NULL}, {"failures", NULL},
                {"certificates", NULL}};

    json_t *root = read_root(fd);

    keep_one(fd, is_kept);
    keep_one((int)number(root, "lock"), is_kept);
    keep_one((int)number(root, "admin"), is_kept);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        keep_all(json_object_get(root, rows[i].list), rows[i].member, is_kept);
    json_decref(root);
}

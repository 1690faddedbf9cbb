/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/slice.h"
#include "control/handover.h"
#include "control/handover_form.h"
#include "ipc/access_record.h"
#include "ipc/certificate_book.h"
#include "ipc/page.h"

/* The names in their order: the same number of others lies elsewhere. */
static const char counter_names[] =

#define COUNTER(id, metric, labels, type, cloudwatch, help) #id " "
#include "ipc/counters.def"
#undef COUNTER
#define END_REASON(id, name, status, text) #id " "
#include "ipc/end_reasons.def"
#undef END_REASON
    ;

char *
handover_counter_layout(void)
{
    return memory_print("%zu %016" PRIx64, sizeof(struct counters),
                        slice_hash(SLICE_HASH_START, slice_of(counter_names)));
}

char *
handover_record_layout(void)
{
    return memory_print("%d %zu", ACCESS_RECORD_FORM, sizeof(struct access_record));
}

static void
add_listener(void *argument, const char *place, const int *fds, unsigned count)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < count; i++)
        json_array_append_new(list, json_integer(fds[i]));
    json_array_append_new(argument, json_pack("{s:s, s:o}", "place", place, "fds", list));
}

static json_t *
listeners(const struct parts *parts)
{
    json_t *array = json_array();

    listener_sockets_visit(parts->sockets, add_listener, array);
    return array;
}

static json_t *
opened(const struct parts *parts)
{
    json_t *array = json_array();

    for (int which = 0; which < OBSERVER_FD_COUNT; which++) {
        int fd;
        const char *name = observer_fds_name(parts->observer_fds, (enum observer_fd)which, &fd);
        if (name != NULL)
            json_array_append_new(
                array, json_pack("{s:i, s:s, s:i}", "which", which, "name", name, "fd", fd));
    }
    return array;
}

/* Workers alone: the others have ended by then. The oldest first. */
static json_t *
children(const struct parts *parts)
{
    struct processes *processes = children_processes(parts->children);
    json_t *array = json_array();
    int fd = -1;
    pid_t pid;

    for (size_t i = 0; (pid = finishing_at(parts->finishing, i, &fd)) != 0; i++)
        json_array_append_new(array, json_pack("{s:i, s:i}", "pid", (int)pid, "channel", fd));
    for (unsigned slot = 1; slot <= processes_worker_count(processes); slot++) {
        const struct process *process = processes_at(processes, slot);
        if (process_is_alive(process))
            json_array_append_new(array, json_pack("{s:i, s:i}", "pid", (int)process->pid,
                                                   "channel", channel_fd(process->channel)));
    }
    return array;
}

static pid_t
owner_of(const struct parts *parts, unsigned slot)
{
    struct processes *processes = children_processes(parts->children);

    if (slot >= 1 && slot <= processes_worker_count(processes))
        return processes_at(processes, slot)->pid;
    return counter_board_owner(parts->board, slot);
}

static json_t *
blocks(const struct parts *parts)
{
    json_t *array = json_array();

    for (unsigned slot = 0; slot < counter_board_slot_count(parts->board); slot++)
        json_array_append_new(array,
                              json_pack("{s:i, s:b, s:i}", "fd",
                                        counter_board_writable_fd(parts->board, slot), "worker",
                                        (int)counter_board_is_of_worker(parts->board, slot),
                                        "owner", (int)owner_of(parts, slot)));
    return array;
}

static void
add_row(void *argument, const char *text, uint32_t row)
{
    json_object_set_new(argument, text, json_integer(row));
}

static json_t *
rows(const struct parts *parts)
{
    json_t *array = json_array();

    for (int kind = 0; kind < NUMBERS_ROW_KINDS; kind++) {
        json_t *table = json_object();
        numbers_each_row(parts->numbers, (enum numbers_row)kind, add_row, table);
        json_array_append_new(array, table);
    }
    return array;
}

static json_t *
channels(const struct parts *parts, const struct access_channels *channels)
{
    unsigned workers = processes_worker_count(children_processes(parts->children));
    json_t *array = json_array();

    for (unsigned slot = 1; slot <= workers; slot++)
        json_array_append_new(array,
                              json_pack("[i, i]", access_channels_reading_fd(channels, slot),
                                        access_channels_writing_fd(channels, slot)));
    return array;
}

static void
add_text(json_t *root, const char *member, char *text)
{
    json_object_set_new(root, member, json_string(text));
    free(text);
}

static void
add_state(json_t *root, const struct parts *parts)
{
    char *state = state_file_text(parts->state);
    json_t *value = state == NULL ? NULL : json_loads(state, 0, NULL);

    free(state);
    if (value != NULL)
        json_object_set_new(root, "state", value);
}

static void
add_number(json_t *root, const char *member, uint64_t number)
{
    json_object_set_new(root, member, json_integer((json_int_t)number));
}

static void
add_certificates(json_t *root, const struct certificate_store *store)
{
    const struct certificate_files *files = certificate_store_files(store);

    if (files->fd == -1)
        return;
    json_object_set_new(root, "certificates",
                        json_pack("[i, i, i]", files->fd, files->keys_fd, files->api_fd));
    add_text(root, "book", certificate_book_layout());
}

/* What every form has. */
static json_t *
make_core(const struct parts *parts, unsigned number)
{
    const struct config *config = reload_config(parts->reload);

    return json_pack(
        "{s:i, s:i, s:s, s:i, s:i, s:s, s:i, s:s, s:i, s:o, s:o, s:o}", "form", HANDOVER_FORM,
        "pid", (int)getpid(), "version", PACKAGE_VERSION, "number", (int)number, "workers",
        (int)processes_worker_count(children_processes(parts->children)), "state_dir",
        config->state_dir, "lock", run_lock_fd(parts->run_lock), "admin_socket",
        config->admin_socket, "admin", admin_listening_fd(parts->admin), "listeners",
        listeners(parts), "opened", opened(parts), "children", children(parts));
}

int
handover_write(const struct parts *parts, unsigned number)
{
    json_t *root = make_core(parts, number);

    if (root == NULL) {
        errno = ENOMEM;
        return -1;
    }
    add_number(root, "started_ms", parts->started_ms);
    add_number(root, "started_wall_us", parts->started_wall_us);
    add_number(root, "generation", publisher_generation(parts->publisher));
    add_text(root, "layout", handover_counter_layout());
    json_object_set_new(root, "blocks", blocks(parts));
    json_object_set_new(root, "rows", rows(parts));
    add_text(root, "records", handover_record_layout());
    json_object_set_new(root, "access", channels(parts, parts->access_channels));
    json_object_set_new(root, "failures", channels(parts, parts->failure_channels));
    add_certificates(root, parts->certificates);
    add_state(root, parts);
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    int fd = text == NULL ? -1 : page_create(slice_of(text));
    free(text);
    return fd;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer of GET /containers/json. A fingerprint must not depend on the order of arrays and
 * maps, which engines give at random, so the parts' hashes are summed up.
 */
#include "control/docker/docker_container.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"
#include "control/docker/docker_labels.h"

/* One container with its labels. */
#define ITEM_MOST_BYTES ((size_t)1024 * 1024)

static uint64_t
hash_json(const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    uint64_t hash = slice_hash(SLICE_HASH_START, slice_of(text));

    free(text);
    return hash;
}

static uint64_t
hash_elements(const json_t *array)
{
    uint64_t sum = 0;
    size_t index;
    json_t *element;

    json_array_foreach (array, index, element)
        sum += hash_json(element);
    return sum;
}

/* Health stands only in the text before API 1.52: "Up 3 minutes (healthy)". */
static uint64_t
hash_health(const char *status)
{
    const char *open = status == NULL ? NULL : strchr(status, '(');

    return slice_hash(SLICE_HASH_START, slice_of(open));
}

static uint64_t
hash_networks(json_t *networks)
{
    uint64_t sum = 0;
    const char *name;
    json_t *network;

    json_object_foreach (networks, name, network) {
        uint64_t hash = slice_hash(SLICE_HASH_START, slice_of(name));
        sum += slice_hash(hash,
                          slice_of(json_string_value(json_object_get(network, "IPAddress"))));
    }
    return sum;
}

static uint64_t
take_fingerprint(const json_t *object)
{
    const json_t *settings = json_object_get(object, "NetworkSettings");
    const json_t *health = json_object_get(object, "Health");
    uint64_t parts[] = {
        slice_hash(SLICE_HASH_START,
                   slice_of(json_string_value(json_object_get(object, "State")))),
        slice_hash(SLICE_HASH_START,
                   slice_of(json_string_value(json_object_get(health, "Status")))),
        hash_health(json_string_value(json_object_get(object, "Status"))),
        hash_elements(json_object_get(object, "Names")),
        hash_elements(json_object_get(object, "Ports")),
        hash_networks(json_object_get(settings, "Networks")),
    };

    return slice_hash(SLICE_HASH_START, slice_make((const char *)parts, sizeof(parts)));
}

/* "Up 5 seconds", "Up Less than a second"; a text in another form tells nothing: young too. */
static bool
is_young(const char *status)
{
    return status == NULL || strncmp(status, "Up ", 3) != 0 || strstr(status, "second") != NULL;
}

static void
keep(struct docker_list *list, const struct docker_listed *listed)
{
    if (list->count == DOCKER_LISTED_MOST) {
        list->left_out++;
        return;
    }
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        list->rows = memory_resize(list->rows, list->capacity, sizeof(*list->rows));
    }
    list->rows[list->count++] = *listed;
}

static void
read_listed(struct docker_list *list, const json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "Id"));
    struct docker_listed listed = {0};
    struct docker_labels labels;

    if (!docker_id_is_valid(id))
        return;
    strcpy(listed.id, id);
    docker_labels_read(&labels, json_object_get(object, "Labels"));
    bool is_off = labels.verdict == DOCKER_LABELS_OFF;
    docker_labels_clear(&labels);
    if (is_off)
        return;
    listed.is_young = is_young(json_string_value(json_object_get(object, "Status")));
    listed.fingerprint = take_fingerprint(object);
    keep(list, &listed);
}

/* One that is too long is read as changed: inspect will tell. */
static void
keep_cut(struct docker_list *list, const char *text, size_t length)
{
    struct docker_listed listed = {.is_young = true, .is_cut = true};

    if (docker_items_find_id(text, length, listed.id, sizeof(listed.id)) &&
        docker_id_is_valid(listed.id))
        keep(list, &listed);
}

static int
on_item(void *argument, const char *text, size_t length, bool is_cut)
{
    struct docker_list *list = argument;
    json_error_t where;

    if (is_cut) {
        keep_cut(list, text, length);
        return 0;
    }
    json_t *object = json_loadb(text, length, JSON_ALLOW_NUL, &where);
    if (object == NULL) {
        list->error = memory_copy_text(where.text);
        return -1;
    }
    read_listed(list, object);
    json_decref(object);
    return 0;
}

void
docker_list_feed(struct docker_list *list, const char *bytes, size_t length)
{
    list->items.is_array = true;
    list->items.most_bytes = ITEM_MOST_BYTES;
    if (list->error == NULL &&
        docker_items_feed(&list->items, bytes, length, on_item, list) == -1 &&
        list->error == NULL)
        list->error = memory_copy_text("not an array of objects");
}

char *
docker_list_finish(struct docker_list *list)
{
    if (list->error == NULL && !list->items.has_ended)
        list->error = memory_copy_text(list->items.has_begun ? "it ends too soon"
                                                             : "not an array of objects");
    return list->error == NULL
               ? NULL
               : memory_print("the engine's list of containers cannot be read: %s",
                              list->error);
}

void
docker_list_clear(struct docker_list *list)
{
    docker_items_clear(&list->items);
    free(list->rows);
    free(list->error);
    *list = (struct docker_list){0};
}

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

static bool
read_listed(struct docker_listed *listed, const json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "Id"));
    struct docker_labels labels;

    if (!docker_id_is_valid(id))
        return false;
    strcpy(listed->id, id);
    docker_labels_read(&labels, json_object_get(object, "Labels"));
    listed->is_ours = labels.verdict != DOCKER_LABELS_OFF;
    docker_labels_clear(&labels);
    listed->is_young = is_young(json_string_value(json_object_get(object, "Status")));
    if (listed->is_ours)
        listed->fingerprint = take_fingerprint(object);
    return true;
}

struct docker_listed *
docker_list_read(const char *text, size_t length, size_t *count, char **error)
{
    json_error_t where;
    json_t *list = json_loadb(text, length, JSON_ALLOW_NUL, &where);
    json_t *object;
    size_t index;

    *count = 0;
    *error = NULL;
    if (!json_is_array(list)) {
        *error = memory_print("the engine's list of containers cannot be read: %s",
                              list == NULL ? where.text : "not an array");
        json_decref(list);
        return NULL;
    }
    struct docker_listed *listed = memory_take(json_array_size(list), sizeof(*listed));
    json_array_foreach (list, index, object) {
        if (read_listed(&listed[*count], object))
            (*count)++;
    }
    json_decref(list);
    return listed;
}

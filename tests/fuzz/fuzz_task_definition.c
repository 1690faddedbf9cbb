/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Task definitions as callers send them, behind a line with an entry of api.allow: what is
 * taken is taken again once it has its defaults, reaches nothing of the host that the entry
 * does not name, and is refused in words.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "model/host_reach.h"
#include "model/task_definition.h"
#include "wire/decode.h"
#include "wire/wire_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_there(const json_t *object, const char *member)
{
    return json_is_true(json_object_get(object, member)) ||
           json_array_size(json_object_get(object, member)) > 0;
}

/* What nobody may have whom nothing is permitted. */
static void
check_reach(const json_t *definition)
{
    const json_t *container, *volume;
    const char *network = json_string_value(json_object_get(definition, "networkMode"));
    size_t index;

    CHECK(network == NULL || strcmp(network, "host") != 0);
    json_array_foreach (json_object_get(definition, "containerDefinitions"), index, container) {
        const json_t *linux_parts = json_object_get(container, "linuxParameters");
        CHECK(!is_there(container, "privileged"));
        CHECK(!is_there(container, "systemControls"));
        CHECK(!is_there(linux_parts, "devices"));
        CHECK(!is_there(json_object_get(linux_parts, "capabilities"), "add"));
    }
    json_array_foreach (json_object_get(definition, "volumes"), index, volume) {
        const char *path =
            json_string_value(json_object_get(json_object_get(volume, "host"), "sourcePath"));
        CHECK(path == NULL || *path == '\0');
    }
}

static void
check_taken(const json_t *definition, const struct config_value *allow)
{
    json_t *whole = task_definition_complete(definition);
    json_t *attributes = task_definition_attributes(whole);
    char *fault = task_definition_fault(whole, allow, 1);

    /* Defaults may make it larger than one may be. */
    CHECK(fault == NULL || strstr(fault, "larger") != NULL);
    CHECK(json_is_array(attributes));
    free(fault);
    json_decref(attributes);
    json_decref(whole);
}

static void
check_definition(const json_t *definition, struct slice line)
{
    char *entry = memory_copy_bytes(line.at, line.length);
    const struct config_value allow = {.value = entry};
    char *fault = task_definition_fault(definition, &allow, 1);

    if (fault == NULL)
        check_taken(definition, &allow);
    else
        CHECK(*fault != '\0');
    free(fault);
    fault = task_definition_fault(definition, NULL, 0);
    if (fault == NULL)
        check_reach(definition);
    free(fault);
    free(entry);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct wire_operation *operation =
        &wire_operations[OPERATION_ECS_RegisterTaskDefinition];
    struct slice rest = slice_make((const char *)data, size), line = SLICE_LITERAL("");
    const char *fault;
    char *error;

    slice_next(&rest, '\n', &line);
    json_t *body = wire_json_read(rest, &fault);
    json_t *input = body == NULL ? NULL : decode_json(body, operation, &error);
    if (input != NULL)
        check_definition(input, line);
    else if (body != NULL)
        free(error);
    json_decref(input);
    json_decref(body);
    return 0;
}

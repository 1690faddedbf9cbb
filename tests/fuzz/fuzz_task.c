/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts as tasks, in each of the forms: taken whole or refused with a reason. What was taken is
 * written as the state file writes it and read again as the same task.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "model/task_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_and_read(const struct task *task)
{
    json_t *object = task_to_json(task);
    char *text = json_dumps(object, JSON_COMPACT);
    size_t count;
    char *error;

    CHECK(text != NULL);
    struct task **again = task_parse_json(text, strlen(text), "fuzz", &count, &error);
    CHECK(again != NULL && error == NULL && count == 1);
    CHECK(!task_differs(task, again[0]) && strcmp(task->id, again[0]->id) == 0);
    CHECK(task->generation == again[0]->generation && task->version == again[0]->version);
    task_free(&again[0]);
    free(again);
    free(text);
    json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count;
    char *error;
    struct task **tasks = task_parse_json((const char *)data, size, "fuzz", &count, &error);

    CHECK((tasks == NULL) == (error != NULL));
    CHECK(tasks != NULL || count == 0);
    for (size_t i = 0; i < count; i++) {
        CHECK(strlen(tasks[i]->id) <= 255);
        write_and_read(tasks[i]);
        task_free(&tasks[i]);
    }
    free(tasks);
    free(error);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The request is forgotten when its client goes; what is said then goes nowhere. */
#include "control/admin/admin_steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

struct admin_steps {
    struct admin_request *request; /* NULL: nobody reads any more */
};

static void
on_gone(void *argument)
{
    struct admin_steps *steps = argument;

    steps->request = NULL;
}

struct admin_steps *
admin_steps_begin(struct admin_call *call)
{
    struct admin_steps *steps = memory_take(1, sizeof(*steps));

    steps->request = call->request;
    admin_request_stream_begin(call->request, "application/jsonl", on_gone, steps);
    return steps;
}

static void
write_line(const struct admin_steps *steps, const char *text, const char *result)
{
    json_t *line = json_object();

    admin_set_time(line, "Time", clock_wall_us());
    admin_set_text(line, "Text", text);
    if (result != NULL)
        admin_set_text(line, "Result", result);
    char *bytes = json_dumps(line, JSON_COMPACT);
    char *whole = memory_print("%s\n", bytes);
    admin_request_stream_add(steps->request, slice_of(whole));
    free(whole);
    free(bytes);
    json_decref(line);
}

void
admin_steps_add(struct admin_steps *steps, const char *text)
{
    if (steps->request != NULL)
        write_line(steps, text, NULL);
}

void
admin_steps_end(struct admin_steps **steps, const char *error)
{
    if ((*steps)->request != NULL) {
        write_line(*steps, error == NULL ? "done" : error, error == NULL ? "done" : "failed");
        admin_request_stream_end((*steps)->request);
    }
    free(*steps);
    *steps = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened on purpose in the last quarter of an hour, for the graphs: deploys, reloads,
 * and tasks that came. Control is asked when somebody looks at a graph.
 */
#ifndef FAIRLEAD_API_MARKS_H
#define FAIRLEAD_API_MARKS_H

#include "api/control_calls.h"
#include "api/json_writer.h"

struct marks;

struct marks *marks_new(struct control_calls *calls);
void marks_free(struct marks **marks);

/* Calls once, now or later, when they are of these seconds, or cannot be had. */
void marks_when_fresh(struct marks *marks, void (*on_fresh)(void *argument), void *argument);

/* An array of {"Time", "Text"}, oldest first, of that many seconds until now; times in seconds
 * since 1970. */
void marks_write(const struct marks *marks, const char *name, unsigned seconds,
                 struct json_writer *out);

#endif

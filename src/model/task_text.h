/* SPDX-License-Identifier: Apache-2.0 */
/* A task as JSON: our own form of docs/task-files.md, which task_parse_json reads back. */
#ifndef FAIRLEAD_MODEL_TASK_TEXT_H
#define FAIRLEAD_MODEL_TASK_TEXT_H

#include <jansson.h>

#include "model/task.h"

/* A new reference, the caller's. */
json_t *task_to_json(const struct task *task);

#endif

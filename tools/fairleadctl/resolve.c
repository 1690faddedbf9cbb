/* SPDX-License-Identifier: Apache-2.0 */
/* Asks for all targets and takes those that fit. */
#include "resolve.h"

#include <string.h>

#include "answer.h"
#include "json_text.h"
#include "output.h"
#include "place.h"

enum { LEAST_ID_DIGITS = 4 };

bool
resolve_is_place(const json_t *target, const char *word)
{
    return place_is_of(word, target) || strcmp(json_word(target, "TargetGroupName"), word) == 0;
}

static bool
fits(const json_t *target, const char *word)
{
    const char *task = json_word(target, "Task");
    size_t length = strlen(word);

    return resolve_is_place(target, word) || strcmp(json_word(target, "TaskName"), word) == 0 ||
           strcmp(task, word) == 0 ||
           (length >= LEAST_ID_DIGITS && strncmp(task, word, length) == 0);
}

json_t *
resolve_targets(struct session *session, const char *word, enum exit_code *code)
{
    json_t *all = json_array(), *found = json_array(), *target;
    size_t index;

    *code = answer_collect_all(session, all);
    json_array_foreach (all, index, target)
        if (fits(target, word))
            json_array_append(found, target);
    json_decref(all);
    if (*code == EXIT_DONE && json_array_size(found) == 0) {
        output_error("no target, container or target group is called %s; fairleadctl targets "
                     "lists them",
                     word);
        *code = EXIT_REFUSED;
    }
    if (*code == EXIT_DONE)
        return found;
    json_decref(found);
    return NULL;
}

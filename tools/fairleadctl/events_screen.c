/* SPDX-License-Identifier: Apache-2.0 */
/* The newest stands last, where the eye is after a command. */
#include "events_screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "json_text.h"
#include "output.h"
#include "terminal.h"
#include "when.h"

enum { AGE_WIDTH = 5 };

/* Whether the subject is the group itself or a target of it ("group/address"). */
static bool
is_of_group(const json_t *event, const char *group)
{
    const char *subject = json_word(event, "Subject");
    size_t length = strlen(group);

    return strcmp(json_word(event, "Group"), group) == 0 ||
           (strncmp(subject, group, length) == 0 &&
            (subject[length] == '\0' || subject[length] == ' ' || subject[length] == '/'));
}

bool
events_screen_wants(const struct events_wanted *wanted, const json_t *event)
{
    if (wanted->kind != NULL && strcmp(json_word(event, "Kind"), wanted->kind) != 0)
        return false;
    if (wanted->group != NULL && !is_of_group(event, wanted->group))
        return false;
    if (!wanted->is_verbose && json_is_set(event, "IsVerbose"))
        return false;
    return wanted->since == 0 || when_read(json_word(event, "Time")) >= wanted->since;
}

void
events_screen_print_one(FILE *file, const json_t *event)
{
    char *age = when_since(json_word(event, "Time"));
    char *text = json_text(event, "Text|error.message");

    char *head = memory_print("%*s ago  ", AGE_WIDTH, age);
    output_paragraph(file, head, text, terminal_text_width());
    free(head);
    free(age);
    free(text);
}

void
events_screen_print(FILE *file, const json_t *events, const struct events_wanted *wanted)
{
    size_t index, count = 0, at = 0;
    json_t *event;

    json_array_foreach ((json_t *)events, index, event)
        count += events_screen_wants(wanted, event) ? 1 : 0;
    size_t skip = wanted->last != 0 && count > wanted->last ? count - wanted->last : 0;
    json_array_foreach ((json_t *)events, index, event)
        if (events_screen_wants(wanted, event) && at++ >= skip)
            events_screen_print_one(file, event);
    if (count == 0)
        fputs("nothing happened that was asked for\n", file);
}

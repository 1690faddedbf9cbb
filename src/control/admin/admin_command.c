/* SPDX-License-Identifier: Apache-2.0 */
#include "control/admin/admin_command.h"

#include <string.h>

static const struct admin_command commands[] = {
#define ADMIN_COMMAND(method, path, access, handler, help)                                     \
    {method, path, ADMIN_##access, handler},
#include "control/admin/admin_commands.def"
#undef ADMIN_COMMAND
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

/* Whether a pattern's segment in braces or its text fits; the word is what the braces took. */
static bool
path_matches(const char *pattern, const char *path, char word[ADMIN_WORD_SIZE])
{
    *word = '\0';
    while (*pattern != '\0' && *path != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0 || length >= ADMIN_WORD_SIZE)
            return false;
        memcpy(word, path, length);
        word[length] = '\0';
        path += length;
        pattern += strcspn(pattern, "}") + 1;
    }
    return *pattern == '\0' && *path == '\0';
}

void
admin_command_find(struct admin_match *match, const char *method, const char *path)
{
    *match = (struct admin_match){0};
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (!path_matches(commands[i].path, path, match->word))
            continue;
        match->is_known_path = true;
        if (strcmp(commands[i].method, method) == 0) {
            match->command = &commands[i];
            return;
        }
    }
}

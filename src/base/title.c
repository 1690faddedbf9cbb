/* SPDX-License-Identifier: Apache-2.0 */
/* ps reads the memory that held argv when the program began; environ lies right behind it. */
#include "base/title.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/memory.h"

static char *room;
static size_t room_size;
static char **texts; /* the environment's, also those that were unset since */

static void
move_environment_away(void)
{
    size_t count = 0;

    while (environ[count] != NULL)
        count++;
    char **moved = memory_take(count + 1, sizeof(*moved));
    texts = memory_take(count + 1, sizeof(*texts));
    for (size_t i = 0; i < count; i++) {
        if (environ[i] == room + room_size)
            room_size += strlen(environ[i]) + 1;
        moved[i] = texts[i] = memory_copy_text(environ[i]);
    }
    environ = moved;
}

void
title_init(int argc, char **argv)
{
    room = argv[0];
    for (int i = 0; i < argc; i++) {
        if (argv[i] == room + room_size)
            room_size += strlen(argv[i]) + 1;
    }
    move_environment_away();
}

void
title_set(const char *title)
{
    if (room_size < 2)
        return;
    memset(room, 0, room_size);
    snprintf(room, room_size, "%s", title);
}

void
title_set_command(const char *name)
{
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a process that found a mistake of its own: one line with the place, then abort. */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *context = "";

void
check_set_context(const char *text)
{
    context = text;
}

_Noreturn void
check_failed(const char *condition, const char *file, int line, const char *function)
{
    char words[512];
    int length =
        snprintf(words, sizeof(words), "fairlead[%ld]: panic: %s:%d %s: expected %s%s%s\n",
                 (long)getpid(), file, line, function, condition,
                 *context == '\0' ? "" : ", while ", context);

    if (length > 0 && write(STDERR_FILENO, words, (size_t)length) == -1)
        _exit(134);
    abort();
}

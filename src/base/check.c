/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a process that found a mistake of its own: one line with the place, then abort. */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct check_context check_context;

/* Asked for once, also when it fails a CHECK itself. */
static void
describe_context(char *words, size_t size)
{
    const struct check_context asked = check_context;

    words[0] = '\0';
    check_context = (struct check_context){NULL, NULL};
    if (asked.describe != NULL)
        asked.describe(asked.subject, words, size);
}

_Noreturn void
check_failed(const char *condition, const char *file, int line, const char *function)
{
    char context[256], words[768];

    describe_context(context, sizeof(context));
    int length =
        snprintf(words, sizeof(words), "fairlead[%ld]: panic: %s:%d %s: expected %s%s%s\n",
                 (long)getpid(), file, line, function, condition,
                 *context == '\0' ? "" : ", while ", context);

    if (length >= (int)sizeof(words))
        length = (int)sizeof(words) - 1;
    if (length > 0 && write(STDERR_FILENO, words, (size_t)length) == -1)
        _exit(134);
    abort();
}

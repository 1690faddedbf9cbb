/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks that stay on in production. CHECK is for our own mistakes: it prints what was expected
 * and where, then ends the process, because a worker may die but a wrong byte may not leave.
 * What peers, files and the network do wrong is an error, never a CHECK.
 */
#ifndef FAIRLEAD_BASE_CHECK_H
#define FAIRLEAD_BASE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#define CHECK(condition)                                                                       \
    do {                                                                                       \
        if (__builtin_expect(!(condition), 0))                                                 \
            check_failed(#condition, __FILE__, __LINE__, __func__);                            \
    } while (0)

/* For a branch that cannot be taken. */
#define CHECK_UNREACHABLE() check_failed("unreachable", __FILE__, __LINE__, __func__)

/*
 * A tag stands first in every struct that travels as void *. CHECK_TAG on entry of a callback
 * finds a pointer of the wrong kind and one whose object has been closed.
 */
#define CHECK_TAG(object, expected) CHECK((object) != NULL && (object)->tag == (expected))

/* Prints the failed expectation to stderr in one line and aborts. */
_Noreturn void check_failed(const char *condition, const char *file, int line,
                            const char *function);

/*
 * What the process is doing, asked for when a CHECK fails: describe prints it into words (size
 * bytes, NUL-terminated) and must do with a subject that breaks its rules. NULL, NULL: nothing.
 */
typedef void check_describe(const void *subject, char *words, size_t size);

struct check_context {
    check_describe *describe;
    const void *subject;
};

extern struct check_context check_context;

static inline void
check_set_context(check_describe *describe, const void *subject)
{
    check_context.describe = describe;
    check_context.subject = subject;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks that stay on in production. CHECK is for our own mistakes: it prints what was expected
 * and where, then ends the process, because a worker may die but a wrong byte may not leave.
 * What peers, files and the network do wrong is an error, never a CHECK.
 */
#ifndef FAIRLEAD_BASE_CHECK_H
#define FAIRLEAD_BASE_CHECK_H

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

/* What the process was doing, printed when a CHECK fails ("" to clear); text must stay valid.
 */
void check_set_context(const char *text);

#endif

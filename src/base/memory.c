/* SPDX-License-Identifier: Apache-2.0 */
/* The allocation functions that every folder uses; see memory.h for the rule behind them. */
#include "base/memory.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

void *
memory_take(size_t count, size_t size_bytes)
{
    void *memory = calloc(count == 0 ? 1 : count, size_bytes == 0 ? 1 : size_bytes);

    CHECK(memory != NULL);
    return memory;
}

void *
memory_resize(void *pointer, size_t count, size_t size_bytes)
{
    void *memory = reallocarray(pointer, count == 0 ? 1 : count, size_bytes);

    CHECK(memory != NULL);
    return memory;
}

char *
memory_copy_text(const char *text)
{
    return text == NULL ? NULL : memory_copy_bytes(text, strlen(text));
}

char *
memory_copy_bytes(const char *bytes, size_t length)
{
    char *copy = memory_take(length + 1, 1);

    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

char *
memory_print(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    return text;
}

void
memory_join_freed(void)
{
#ifdef M_MXFAST /* glibc */
    mallopt(M_MXFAST, 0);
#endif
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One unit a span: two would be more exact than anybody needs at a glance. */
#include "when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "number.h"

static const struct {
    char letter;
    double seconds;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

#define UNIT_COUNT (sizeof(units) / sizeof(*units))

double
when_read(const char *text)
{
    struct tm parts = {0};
    double fraction = 0;
    const char *rest = text == NULL ? NULL : strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);

    if (rest == NULL)
        return -1;
    if (*rest == '.')
        fraction = number_read(rest, &rest);
    return (double)timegm(&parts) + fraction;
}

double
when_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

char *
when_span(double seconds)
{
    if (seconds < 0)
        seconds = 0;
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (seconds >= 2 * units[i].seconds)
            return memory_print("%.0f%c", seconds / units[i].seconds - 0.499, units[i].letter);
    return memory_print("%.0fs", seconds);
}

char *
when_since(const char *text)
{
    double then = when_read(text);

    return then < 0 ? memory_copy_text("") : when_span(when_now() - then);
}

bool
when_read_span(const char *text, double *seconds)
{
    const char *end;
    double number = number_read(text, &end);
    double unit = *end == '\0' ? 1 : 0;

    for (size_t i = 0; i < UNIT_COUNT && *end != '\0' && end[1] == '\0'; i++)
        if (*end == units[i].letter)
            unit = units[i].seconds;
    *seconds = number * unit;
    return end != text && unit != 0;
}

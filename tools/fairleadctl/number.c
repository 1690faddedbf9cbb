/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"

double
number_read(const char *text, const char **rest)
{
    char *end = NULL;
    bool is_decimal = strspn(text, "0123456789.") != 0 && text[1] != 'x' && text[1] != 'X';
    double number = is_decimal ? strtod(text, &end) : 0;

    *rest = end == NULL || !isfinite(number) ? text : end;
    return *rest == text ? 0 : number;
}

bool
number_read_whole(const char *text, unsigned least, unsigned most, unsigned *number)
{
    uint64_t read;

    if (!slice_to_number(slice_of(text), most, &read) || read < least)
        return false;
    *number = (unsigned)read;
    return true;
}

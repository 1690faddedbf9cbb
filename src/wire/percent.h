/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding of URLs and forms (RFC 3986 2.1 and 2.3), as SigV4 wants it. */
#ifndef FAIRLEAD_WIRE_PERCENT_H
#define FAIRLEAD_WIRE_PERCENT_H

#include <stdbool.h>

#include "base/slice.h"
#include "base/text.h"

/* Unreserved bytes stay, all others become %XX in upper case. */
void percent_encode(struct text *out, struct slice bytes);

/* Whether the text is what percent_encode writes, but for the bytes in also. */
bool percent_is_encoded(struct slice text, const char *also);

/* Into memory of text's length; how many bytes it is then. A % that no two digits follow stays
 * as it is. */
size_t percent_decode(char *memory, struct slice text, bool plus_is_space);

#endif

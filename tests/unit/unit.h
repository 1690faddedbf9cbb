/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test includes first: cmocka and what it needs. */
#ifndef FAIRLEAD_TESTS_UNIT_H
#define FAIRLEAD_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What unit tests of keys share: a clock that stands until it is set. */
#ifndef FAIRLEAD_TESTS_KEYS_UNIT_H
#define FAIRLEAD_TESTS_KEYS_UNIT_H

#include "../../unit.h"

#include "base/clock.h"

#define BEGINNING_MS 1000000

static uint64_t now_ms;

static inline void
set_now(uint64_t ms)
{
    now_ms = ms;
    clock_set_for_test(ms * 1000, ms * 1000);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/sigv4_fault.h"

#include "base/check.h"

static const struct sigv4_fault_row rows[SIGV4_FAULT_COUNT] = {
#define SIGV4_FAULT(id, status, code, json_code, message)                                      \
    [SIGV4_##id] = {status, code, json_code, message},
#include "wire/sigv4_faults.def"
#undef SIGV4_FAULT
};

const struct sigv4_fault_row *
sigv4_fault_row(enum sigv4_fault fault)
{
    CHECK(fault > SIGV4_SOUND && fault < SIGV4_FAULT_COUNT);
    return &rows[fault];
}

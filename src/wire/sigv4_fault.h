/* SPDX-License-Identifier: Apache-2.0 */
/* Why a signed call is refused: rows of sigv4_faults.def. */
#ifndef FAIRLEAD_WIRE_SIGV4_FAULT_H
#define FAIRLEAD_WIRE_SIGV4_FAULT_H

enum sigv4_fault {
    SIGV4_SOUND, /* nothing is wrong */

#define SIGV4_FAULT(id, status, code, json_code, message) SIGV4_##id,
#include "wire/sigv4_faults.def"
#undef SIGV4_FAULT
    SIGV4_FAULT_COUNT
};

struct sigv4_fault_row {
    int status;
    const char *code, *json_code, *message;
};

/* Of a fault; SIGV4_SOUND has none. */
const struct sigv4_fault_row *sigv4_fault_row(enum sigv4_fault fault);

#endif

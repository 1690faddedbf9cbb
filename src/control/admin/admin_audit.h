/* SPDX-License-Identifier: Apache-2.0 */
/* What a changing call asks for, in a few words for the event of who made it. */
#ifndef FAIRLEAD_CONTROL_ADMIN_ADMIN_AUDIT_H
#define FAIRLEAD_CONTROL_ADMIN_ADMIN_AUDIT_H

#include "base/slice.h"

/* Of path and body: "drain web 127.0.0.1:8081"; printable, some 300 bytes at most; new memory.
 */
char *admin_audit_text(const char *path, struct slice body);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks that let readers of a snapshot go without any: every range, index, text,
 * enumeration and counter row, once, when it is opened.
 */
#ifndef FAIRLEAD_IPC_SNAPSHOT_CHECK_H
#define FAIRLEAD_IPC_SNAPSHOT_CHECK_H

#include "ipc/snapshot.h"

/* NULL when the rows of a part are sound, else what is wrong (static text). The current part is
 * checked against a base that was found to be sound. */
const char *snapshot_check(const struct snapshot *snapshot, enum snapshot_part part);

#endif

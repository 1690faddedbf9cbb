/*
 * The checks that let readers of a snapshot go without any: every range, index, text,
 * enumeration and counter row, once, when it is opened.
 */
#ifndef FAIRLEAD_IPC_SNAPSHOT_CHECK_H
#define FAIRLEAD_IPC_SNAPSHOT_CHECK_H

#include "ipc/snapshot.h"

/* NULL when the rows are sound, else what is wrong (static text). */
const char *snapshot_check(const struct snapshot *snapshot);

#endif

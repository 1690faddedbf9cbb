/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a snapshot that was handed over: it is mapped, and believed only after every check.
 */
#ifndef FAIRLEAD_IPC_SNAPSHOT_OPEN_H
#define FAIRLEAD_IPC_SNAPSHOT_OPEN_H

#include "ipc/snapshot.h"

/*
 * Both map what is behind a descriptor (which stays the caller's), check header, layout and
 * every index. NULL with a reason in *error (static text) when it must not be used. A base
 * lives until its opener and all snapshots that were opened with it have closed it.
 */
struct snapshot_base *snapshot_base_open(int fd, const char **error);
void snapshot_base_close(struct snapshot_base **base);
struct snapshot *snapshot_open(int fd, struct snapshot_base *base, const char **error);
void snapshot_close(struct snapshot **snapshot);

/* Both parts of one that travels. */
struct snapshot *snapshot_open_files(const struct snapshot_files *files, const char **error);

#endif

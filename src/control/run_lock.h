/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One control for a state directory: a locked file in it, which also lists the children, so
 * that a control that follows a killed one finds the workers that still serve by its last
 * snapshot and lets them finish.
 */
#ifndef FAIRLEAD_CONTROL_RUN_LOCK_H
#define FAIRLEAD_CONTROL_RUN_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct run_lock;

/*
 * Takes the lock and tells the children of a control that has died to finish; those that have
 * nothing in flight are gone when this returns. NULL when another control holds the lock, with
 * its process id in *holder. Where the directory cannot be written, a lock that guards nothing.
 */
struct run_lock *run_lock_take(const char *state_dir, pid_t *holder);

/* The lock that this process holds already: before an upgrade it was another program's. */
struct run_lock *run_lock_adopt(int fd);

/* -1: it guards nothing. */
int run_lock_fd(const struct run_lock *lock);

/* Notes the children as they are now; pids of 0 are left out. */
void run_lock_note_children(struct run_lock *lock, const pid_t *pids, size_t count);

/* Gives the lock back and forgets the children. */
void run_lock_give_back(struct run_lock **lock);

#endif

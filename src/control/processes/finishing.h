/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers of before an upgrade. They are no children of this program's making, but of this
 * process: they take no new connections once they are told to retire, carry what they have to
 * its end, and are reaped here. Nothing is said on their channels, whose messages may be
 * another version's.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_FINISHING_H
#define FAIRLEAD_CONTROL_PROCESSES_FINISHING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "net/loop.h"

struct finishing;

/* Beyond so many the oldest have only the time that a stop gives them. */
#define FINISHING_MOST 64

struct finishing *finishing_new(struct loop *loop, void (*on_end)(void *argument, pid_t pid),
                                void *argument);
void finishing_free(struct finishing **freed);

/* Takes the channel's descriptor over, which is held open while the process lives. */
void finishing_add(struct finishing *finishing, pid_t pid, int channel_fd);

/* The workers of now serve: those of before stop accepting. */
void finishing_retire(struct finishing *finishing);

/* All of them: by the time that a stop gives; at once. */
void finishing_stop(struct finishing *finishing);
void finishing_kill(struct finishing *finishing);

size_t finishing_count(const struct finishing *finishing);

/* The oldest first; *channel_fd may be NULL. 0: there are no more. */
pid_t finishing_at(const struct finishing *finishing, size_t index, int *channel_fd);
bool finishing_has(const struct finishing *finishing, pid_t pid);

#endif

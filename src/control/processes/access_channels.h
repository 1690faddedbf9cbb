/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channels on which workers hand access records to the logger, or to the api role, one a
 * worker. Control keeps both ends over the death of either side, so records wait for the next
 * reader.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_ACCESS_CHANNELS_H
#define FAIRLEAD_CONTROL_PROCESSES_ACCESS_CHANNELS_H

#include <stdbool.h>

struct access_channels;

/* NULL with errno when the system gives no sockets. */
struct access_channels *access_channels_new(unsigned worker_count);

/* Those of a control that this one goes on for: takes over the ends, and the memory that they
 * stand in. */
struct access_channels *access_channels_go_on(unsigned worker_count, int (*fds)[2]);

/* Closed on stop already, so that the reader sees the end when the last worker has gone. */
void access_channels_free(struct access_channels **channels);

/*
 * What a child has done to a channel that its successor gets, too, is undone. True: it had been
 * shut down and there is a new one now, which both sides are to be sent.
 */
bool access_channels_mend(struct access_channels *channels, unsigned slot);

/* Of the worker in that slot, from 1. */
int access_channels_reading_fd(const struct access_channels *channels, unsigned slot);
int access_channels_writing_fd(const struct access_channels *channels, unsigned slot);

#endif

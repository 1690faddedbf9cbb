/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events over a restart: state_dir/events.jsonl, one JSON object a line, appended as they
 * happen. When it is EVENT_FILE_BYTES long it becomes events.jsonl.1 in place of the one
 * before, so both together are bounded. Lines are whole; one that a power cut tore is passed
 * over on reading.
 */
#ifndef FAIRLEAD_CONTROL_EVENT_FILE_H
#define FAIRLEAD_CONTROL_EVENT_FILE_H

#include "control/registry/event_log.h"
#include "net/loop.h"

#define EVENT_FILE_BYTES ((size_t)2 * 1024 * 1024)

struct event_file;

/*
 * Puts what the files of the directory tell back into the log, whose numbers go on from there,
 * and keeps each new event. The loop and the log outlive it. A file that cannot be used is said
 * once, and nothing is kept.
 */
struct event_file *event_file_open(struct loop *loop, struct event_log *events,
                                   const char *directory);

/* Writes what is still gathered. */
void event_file_flush(struct event_file *file);
void event_file_close(struct event_file **file);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What control hands to the program that takes its place in the same process (upgrade.h): a
 * JSON text in a sealed memory file, and the descriptors that it names. A program that does not
 * know the form takes the sockets, the lock and the children nevertheless, whose members every
 * form has, and the rest from the state files as at a restart.
 *
 * {"form": 1, "pid": N, "version": TEXT, "number": N, "workers": N, "state_dir": PATH, "lock":
 * FD, "admin_socket": PATH, "admin": FD, "listeners": [{"place", "fds"}], "opened": [{"which",
 * "name", "fd"}], "children": [{"pid", "channel"}], and of this form: "started_ms",
 * "started_wall_us", "generation", "layout", "blocks": [{"fd", "worker", "owner"}], "rows":
 * [{TEXT: ROW}], "records", "access": [[FD, FD]], "failures": [[FD, FD]], "certificates": [FD,
 * FD, FD], "book": TEXT, "state": {...}}
 */
#ifndef FAIRLEAD_CONTROL_HANDOVER_H
#define FAIRLEAD_CONTROL_HANDOVER_H

#include <stdbool.h>

#include "control/parts.h"

struct handover;

/* A sealed memory file of what there is now; -1 with errno. number: of the upgrade. */
int handover_write(const struct parts *parts, unsigned number);

/* Whether the descriptors that it names, and it, stay open over an exec. */
void handover_keep_open(int fd, bool is_kept);

/*
 * What this process was handed before it became this program; NULL: nothing. Not a trial: the
 * descriptors are ours from now on. To be freed when everything has been taken.
 */
struct handover *handover_receive(bool is_trial);
void handover_free(struct handover **handover);

/* Why a configuration cannot be gone over to in this process; NULL: it can. */
const char *handover_obstacle(const struct handover *handover, const struct config *config);

unsigned handover_number(const struct handover *handover);
unsigned handover_workers(const struct handover *handover);
const char *handover_version(const struct handover *handover);
int handover_admin_fd(const struct handover *handover);

/* NULL: counted and reported is in another form there, or something is missing. */
struct counter_board *handover_board(struct handover *handover, unsigned workers);
struct access_channels *handover_channels(struct handover *handover, unsigned workers,
                                          bool is_of_failures);

/* The certificates that workers have, as another start need not read their files again; not for
 * a trial. CERTIFICATE_FILES_NONE: there are none, or they lie in another form. */
struct certificate_files handover_certificates(const struct handover *handover);

/* Numbers and the time of the start, before anything is registered. */
void handover_put_numbers(const struct handover *handover, struct parts *parts);

/* The lock, or NULL where it is another folder's. */
struct run_lock *handover_lock(const struct handover *handover, const char *state_dir);

/* Listening sockets and what is open for children, before they are prepared. */
void handover_put_sockets(const struct handover *handover, struct parts *parts);

/* Tasks, targets and what hands ordered; false: of another form, the state file has them. */
bool handover_put_state(const struct handover *handover, struct parts *parts);

/* The workers of before, before ours are started. */
void handover_put_children(const struct handover *handover, struct parts *parts);

#endif

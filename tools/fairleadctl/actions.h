/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a command talks to the admin socket: the functions that the command table names.
 */
#ifndef FAIRLEADCTL_ACTIONS_H
#define FAIRLEADCTL_ACTIONS_H

#include "command.h"

/* The row's path with every given parameter in the query. Give back with free(). */
char *action_path(const struct session *session);

/* Sends the row's POST with every given parameter as a member of its body. Clear the answer. */
enum exit_code action_send_parameters(struct session *session, struct admin_answer *answer);

/* One request with the parameters as query or body; the answer through the row's view. */
enum exit_code action_show(struct session *session);
/* The same, where people read one sentence of the answer. */
enum exit_code action_text(struct session *session);

/* register, deregister: one target. */
enum exit_code action_target(struct session *session);

/* drain, ready: one target of a group, or all that a word means (resolve.h). */
enum exit_code action_hold(struct session *session);

enum exit_code action_task_event(struct session *session);

/* One sentence, and what is no reason to refuse the file on stderr. */
enum exit_code action_reload(struct session *session);
enum exit_code action_check(struct session *session);
enum exit_code action_backup(struct session *session);

/* roll, stop: progress comes as JSON lines, and the last one tells how it ended. stop takes an
 * address or a group, too: all of its containers, one after the other. */
enum exit_code action_steps(struct session *session);
enum exit_code action_stop(struct session *session);

/* Waits until the next version serves. */
enum exit_code action_upgrade(struct session *session);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the daemon for what several commands need. Answers are the caller's to clear. */
#ifndef FAIRLEADCTL_ANSWER_H
#define FAIRLEADCTL_ANSWER_H

#include "command.h"

enum exit_code answer_get(struct session *session, const char *path,
                          struct admin_answer *answer);

/* Shows what several answers told as one. */
void answer_print_json(struct session *session, const json_t *object);

/* A group's targets; each row tells its TargetGroupName. */
enum exit_code answer_get_targets(struct session *session, const char *group,
                                  struct admin_answer *answer);

/* The rows of such an answer. */
const json_t *answer_rows(const struct admin_answer *answer);

/* Adds the targets of the groups, or of all there are, to the rows. */
enum exit_code answer_collect(struct session *session, const json_t *groups, json_t *rows);
enum exit_code answer_collect_all(struct session *session, json_t *rows);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that show more than one answer of the daemon, or watch one change. */
#ifndef FAIRLEADCTL_LISTINGS_H
#define FAIRLEADCTL_LISTINGS_H

#include "command.h"

/* How fairlead does; with --check, exit 1 when something needs a person. */
enum exit_code listing_status(struct session *session);

/* The targets of one group or, one after the other, of all. */
enum exit_code listing_targets(struct session *session);

enum exit_code listing_explain(struct session *session);

/* The events that are asked for, or (--follow) each new one as it comes. */
enum exit_code listing_events(struct session *session);

/* Groups and targets by what they do, redrawn until q. */
enum exit_code listing_top(struct session *session);

/* Until a group has so many healthy targets; exit 1 when the time is over. */
enum exit_code listing_wait(struct session *session);
enum exit_code listing_wait_challenge(struct session *session);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waited in a line goes on: with a new view, held requests and those in doubt. Held ones
 * go a few at a time, each next one when one of them is done: a program that has just started
 * takes few connections at once, and what its queue refuses TCP tries again ever more rarely.
 * Only where none of them ends for a while, because answers take long, more are let go.
 */
#ifndef FAIRLEAD_WORKER_WAITING_H
#define FAIRLEAD_WORKER_WAITING_H

struct exchange;
struct worker;

/* After worker_new, before the first view; and its end. */
void waiting_open(struct worker *worker);
void waiting_close(struct worker *worker);

/* Lets go on what is held in groups that have a ready target (or expect none) now, and what
 * doubted its target. */
void waiting_release(struct worker *worker);

/* An exchange that was let go is over, or held again: another one may go. */
void waiting_note_end(struct exchange *exchange);

#endif

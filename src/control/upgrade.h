/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another program takes this one's place in the same process: it is tried first, with the
 * configuration file and what it would be handed (control_try), then it is executed with
 * sockets, lock and children (handover.h). What goes wrong before that changes nothing.
 */
#ifndef FAIRLEAD_CONTROL_UPGRADE_H
#define FAIRLEAD_CONTROL_UPGRADE_H

#include <sys/queue.h>

#include "net/loop.h"

struct parts;
struct upgrade;

/* Embedded by who asks, until on_done is called or it is withdrawn. */
struct upgrade_order {
    /* The trial's end. error NULL: text says what is gone over to in a moment. */
    void (*on_done)(struct upgrade_order *order, const char *error, const char *text);
};

/* number: of upgrades so far in this process. The parts outlive it. */
struct upgrade *upgrade_new(struct parts *parts, unsigned number);
void upgrade_free(struct upgrade **upgrade);

/*
 * Begins: with the program at path, or with what has this program's path now (NULL). order
 * NULL: nobody waits, the log tells. One that cannot begin is answered from within.
 */
void upgrade_begin(struct upgrade *upgrade, const char *path, struct upgrade_order *order);
void upgrade_withdraw(struct upgrade *upgrade);

/* Control stops instead. */
void upgrade_cancel(struct upgrade *upgrade);

/* How many there were in this process, and why the last one asked for was none; NULL: it was,
 * or it is under way. */
unsigned upgrade_number(const struct upgrade *upgrade);
const char *upgrade_problem(const struct upgrade *upgrade);

/* What the trial's program says when everything is well: its version is in between. */
#define UPGRADE_VERDICT_START "fairlead "
#define UPGRADE_VERDICT_END " is ready to take over"

#endif

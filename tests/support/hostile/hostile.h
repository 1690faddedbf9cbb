/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child that somebody has taken over: it greets control as the real one does,
 * puts up the real walls, takes what it is sent, and then does one hostile act. For tests only:
 * the program fairlead_hostile is fairlead with this in place of one child.
 */
#ifndef FAIRLEAD_TESTS_HOSTILE_H
#define FAIRLEAD_TESTS_HOSTILE_H

#include "base/sandbox.h"
#include "ipc/channel.h"

/* What control has handed out; -1: nothing. */
struct hostile {
    struct channel *channel;
    int listener; /* of clients, or the api's */
    int access;   /* an end of a channel of records */
    int counters; /* its own */
    int metrics;  /* an observer's listener */
};

/* One act: whether what must not work did not. */
typedef bool hostile_act(const struct hostile *hostile);

/* NULL: there is no act of that name; those of the api role have a file of their own. */
hostile_act *hostile_find_act(const char *name);
hostile_act *hostile_find_api_act(const char *name);
hostile_act *hostile_find_signed_act(const char *name);

/* Reads the call that the acts with a signed one hand over, before the walls are put up. */
void hostile_capture(void);

#endif

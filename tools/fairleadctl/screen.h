/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command shows, drawn on the terminal again and again until a key or signal ends it. A
 * daemon that goes away meanwhile is told of above what it said last, and found again.
 */
#ifndef FAIRLEADCTL_SCREEN_H
#define FAIRLEADCTL_SCREEN_H

#include "command.h"

struct screen {
    enum exit_code (*draw)(struct session *session, void *argument); /* into session->out */
    void (*press)(void *argument, int key); /* NULL: no key is for it */
    void *argument;
    double seconds; /* between two drawings */
};

/* False: stdout is no terminal that can be drawn on. *code is that of the last drawing; one
 * that fails at first ends it, with its message. */
bool screen_watch(struct session *session, const struct screen *screen, enum exit_code *code);

#endif

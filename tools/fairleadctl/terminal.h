/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal that people look at, where there is one. */
#ifndef FAIRLEADCTL_TERMINAL_H
#define FAIRLEADCTL_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Its columns; $COLUMNS, or 80 where the output is no terminal. */
unsigned terminal_width(void);

/* How wide texts may be that others read line by line: as wide as the terminal or $COLUMNS, 0:
 * without end. */
unsigned terminal_text_width(void);

enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_DIM, TONE_STRONG };

/* Writes what switches a tone on, and off; nothing without colour. */
void terminal_tone(FILE *file, enum tone tone);

/*
 * A screen that is drawn again and again: the alternate one, keys come unbuffered. False: the
 * output is no terminal that can be drawn on. It is put back by terminal_leave, which every end
 * must pass.
 */
bool terminal_enter(void);
void terminal_leave(void);

/* Shows a text from the top, cut to the terminal's height, and clears what was below. */
void terminal_draw(const char *text);

/* Waits so long for a key; 0: none came (or the terminal has another size), -1: enough. */
int terminal_key(double seconds);

#endif

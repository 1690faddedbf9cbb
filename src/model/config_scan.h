/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libconfig lets pass without a word, found in a configuration's text before libconfig
 * sees it: comments and texts that nobody closed, texts cut by a zero byte (\x00), texts side
 * by side (libconfig joins them, and nobody sees that a comma is missing), and whole numbers of
 * more than 32 bits, which it cuts. Its own scanner's rules for comments, texts, names and
 * numbers are followed.
 */
#ifndef FAIRLEAD_MODEL_CONFIG_SCAN_H
#define FAIRLEAD_MODEL_CONFIG_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum config_scan_state {
    SCAN_BETWEEN, /* the pieces of the text */
    SCAN_COMMENT,
    SCAN_TEXT,
};

/* Told of what is wrong in the line that config_scan_line was called with, or, at the end of a
 * file, in the line lines_before it. */
typedef void config_scan_problem(void *argument, unsigned lines_before, const char *reason);

/* Zeroed, but for the callback, before the first line. */
struct config_scan {
    config_scan_problem *on_problem;
    void *argument;
    enum config_scan_state state;
    bool is_behind_text; /* nothing but blanks and comments since a text has ended */
    unsigned open_lines; /* since the comment or the text began */
};

/* Looks through one line and writes it to out as libconfig is to read it: whole numbers that
 * need more than 32 bits get the suffix L. */
void config_scan_line(struct config_scan *scan, const char *line, FILE *out);

/* A file ends: what it opened must have been closed. */
void config_scan_end_file(struct config_scan *scan);

#endif

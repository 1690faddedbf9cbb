/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to people, one line each on stderr: what happened, to which thing, what we did. A
 * role names itself once; levels are set once at start. Never on the path of a plain request.
 * A line that stderr does not take at once is dropped and counted; the next line that is taken
 * comes behind one that tells how many were.
 */
#ifndef FAIRLEAD_BASE_LOG_H
#define FAIRLEAD_BASE_LOG_H

#include <stdbool.h>

enum log_form {
    LOG_FORM_TEXT, /* "TIME ROLE[PID] LEVEL: MESSAGE" */
    LOG_FORM_JSON, /* {"time": , "role": , "pid": , "level": , "message": } */
};

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_DEBUG };

/*
 * To be called once by each process, first of all. Where stderr is the journal (JOURNAL_STREAM
 * names its device and inode, systemd.exec(5)), lines begin with their priority (sd-daemon(3)),
 * and those in text come without the time, which the journal has. Where stderr is a FIFO, this
 * process and its children get a description of their own that never waits for the reader, and
 * leave everybody else's as it is.
 */
void log_open(void);

/* The role's name stands in every line; text must stay valid. */
void log_set_role(const char *role);
void log_set_form(enum log_form form);
void log_set_level(enum log_level level);
bool log_would_write(enum log_level level);

/* At a level that is a value. */
void log_at(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

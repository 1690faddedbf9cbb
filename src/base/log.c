/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats a line in one buffer and hands it to write(2) whole, so that roles do not mix lines.
 * A pipe takes up to PIPE_BUF bytes wholly or not at all, so a line is never longer.
 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define LINE_BYTES 2048
/* Kept for an escape, the end of an object and of the line. */
#define TAIL_BYTES 8

_Static_assert(LINE_BYTES <= PIPE_BUF, "a pipe takes a line wholly or not at all");

static const struct {
    const char *word;
    int priority; /* of syslog(3) */
} levels[] = {{"error", 3}, {"warning", 4}, {"notice", 5}, {"debug", 7}};

static unsigned long dropped_lines; /* since the last one that was written */
static const char *role_name = "fairlead";
static bool is_journal;
static enum log_form line_form = LOG_FORM_TEXT;
static enum log_level highest_level = LOG_LEVEL_NOTICE;

void
log_set_role(const char *role)
{
    role_name = role;
}

void
log_set_form(enum log_form form)
{
    line_form = form;
}

void
log_set_level(enum log_level level)
{
    highest_level = level;
}

bool
log_would_write(enum log_level level)
{
    return level <= highest_level;
}

/* The variable is inherited also by what has redirected its stderr, hence the comparison. */
static bool
is_journal_stream(const struct stat *status)
{
    const char *named = getenv("JOURNAL_STREAM");
    char own[64];

    snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)status->st_dev, (uintmax_t)status->st_ino);
    return named != NULL && strcmp(named, own) == 0;
}

void
log_open(void)
{
    struct stat status;

    if (fstat(STDERR_FILENO, &status) == -1)
        return;
    is_journal = is_journal_stream(&status);
    if (!S_ISFIFO(status.st_mode))
        return;
    int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1)
        return;
    dup2(fd, STDERR_FILENO);
    close(fd);
}

/* Whether the line was taken. What is written to a file is not waited for by anybody. */
static bool
hand_over(const char *line, size_t length)
{
    struct pollfd stderr_poll = {.fd = STDERR_FILENO, .events = POLLOUT};

    if (poll(&stderr_poll, 1, 0) != 1 || (stderr_poll.revents & POLLOUT) == 0)
        return false;
    ssize_t taken = send(STDERR_FILENO, line, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken == -1 && errno == ENOTSOCK)
        taken = write(STDERR_FILENO, line, length);
    return taken != -1;
}

/* What comes before the message. */
static void
add_head(struct text *line, enum log_level level)
{
    char head[160], now[CLOCK_ISO_SIZE];
    int length;

    clock_format_iso(now, clock_wall_us());
    if (is_journal) {
        text_add_byte(line, '<');
        text_add_number(line, (uint64_t)levels[level].priority);
        text_add_byte(line, '>');
    }
    if (line_form == LOG_FORM_JSON)
        length = snprintf(head, sizeof(head),
                          "{\"time\":\"%s\",\"role\":\"%s\",\"pid\":%ld,\"level\":\"%s\","
                          "\"message\":\"",
                          now, role_name, (long)getpid(), levels[level].word);
    else
        length = snprintf(head, sizeof(head), "%s%s%s[%ld] %s: ", is_journal ? "" : now,
                          is_journal ? "" : " ", role_name, (long)getpid(), levels[level].word);
    text_add_bytes(line, head, (size_t)length);
}

/* What does not fit is cut; the line is whole. A printable text needs escapes for two bytes. */
static void
add_message(struct text *line, const char *message)
{
    for (; *message != '\0' && line->length < LINE_BYTES - TAIL_BYTES; message++) {
        if (line_form == LOG_FORM_JSON && (*message == '"' || *message == '\\'))
            text_add_byte(line, '\\');
        text_add_byte(line, *message);
    }
    if (*message != '\0')
        line->length = text_cut_length(line->at, line->length);
    if (line_form == LOG_FORM_JSON)
        text_add_literal(line, "\"}");
    text_add_byte(line, '\n');
}

static bool
write_message(enum log_level level, const char *message)
{
    char memory[LINE_BYTES] = "";
    struct text line = text_over(memory, sizeof(memory));

    add_head(&line, level);
    add_message(&line, message);
    return hand_over(line.at, line.length);
}

/* False: stderr takes nothing now. */
static bool
tell_dropped(void)
{
    char message[96];

    if (dropped_lines == 0)
        return true;
    snprintf(message, sizeof(message), "%lu lines were dropped here: stderr did not take them",
             dropped_lines);
    if (!write_message(LOG_LEVEL_WARNING, message))
        return false;
    dropped_lines = 0;
    return true;
}

__attribute__((format(printf, 2, 0))) static void
write_line(enum log_level level, const char *format, va_list arguments)
{
    char message[LINE_BYTES];

    if (!log_would_write(level))
        return;
    if (vsnprintf(message, sizeof(message), format, arguments) < 0)
        *message = '\0';
    /* The one place where what others say (names, ids, answers) could forge a line. */
    text_make_printable(message);
    if (!tell_dropped() || !write_message(level, message))
        dropped_lines++;
}

void
log_at(enum log_level level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(level, format, arguments);
    va_end(arguments);
}

#define DEFINE_LOG(function, level)                                                            \
    void function(const char *format, ...)                                                     \
    {                                                                                          \
        va_list arguments;                                                                     \
        va_start(arguments, format);                                                           \
        write_line(level, format, arguments);                                                  \
        va_end(arguments);                                                                     \
    }

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warning, LOG_LEVEL_WARNING)
DEFINE_LOG(log_notice, LOG_LEVEL_NOTICE)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)

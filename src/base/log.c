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
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define LINE_BYTES 2048

_Static_assert(LINE_BYTES <= PIPE_BUF, "a pipe takes a line wholly or not at all");

static const char *const words[] = {"error", "warning", "notice", "debug"};
static unsigned long dropped_lines; /* since the last one that was written */
static const char *role_name = "fairlead";
static enum log_level highest_level = LOG_LEVEL_NOTICE;

void
log_set_role(const char *role)
{
    role_name = role;
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

void
log_open(void)
{
    struct stat status;

    if (fstat(STDERR_FILENO, &status) == -1 || !S_ISFIFO(status.st_mode))
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

static size_t
write_head(char line[LINE_BYTES], enum log_level level)
{
    char now[CLOCK_ISO_SIZE];

    clock_format_iso(now, clock_wall_us());
    return (size_t)snprintf(line, LINE_BYTES, "%s %s[%ld] %s: ", now, role_name, (long)getpid(),
                            words[level]);
}

/* False: stderr takes nothing now. */
static bool
tell_dropped(void)
{
    char line[LINE_BYTES];

    if (dropped_lines == 0)
        return true;
    size_t length = write_head(line, LOG_LEVEL_WARNING);
    length += (size_t)snprintf(line + length, sizeof(line) - length,
                               "%lu lines were dropped here: stderr did not take them\n",
                               dropped_lines);
    if (!hand_over(line, length))
        return false;
    dropped_lines = 0;
    return true;
}

__attribute__((format(printf, 2, 0))) static void
write_line(enum log_level level, const char *format, va_list arguments)
{
    char line[LINE_BYTES];

    if (!log_would_write(level))
        return;
    size_t length = write_head(line, level);
    int body = vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
    if (body < 0)
        line[length] = '\0';
    /* The one place where what others say (names, ids, answers) could forge a line. */
    text_make_printable(line);
    length = strlen(line);
    line[length++] = '\n';
    if (!tell_dropped() || !hand_over(line, length))
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

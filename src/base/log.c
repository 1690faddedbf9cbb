/* SPDX-License-Identifier: Apache-2.0 */
/* Formats a line in one buffer and hands it to write(2) whole, so that roles do not mix lines.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

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

__attribute__((format(printf, 2, 0))) static void
write_line(enum log_level level, const char *format, va_list arguments)
{
    static const char *const words[] = {"error", "warning", "notice", "debug"};
    char line[2048];
    char now[CLOCK_ISO_SIZE];

    if (!log_would_write(level))
        return;
    clock_format_iso(now, clock_wall_us());
    int head = snprintf(line, sizeof(line), "%s %s[%ld] %s: ", now, role_name, (long)getpid(),
                        words[level]);
    size_t length = (size_t)head;
    int body = vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
    length += body < 0 ? 0 : (size_t)body;
    if (length > sizeof(line) - 2)
        length = sizeof(line) - 2;
    line[length++] = '\n';
    /* A log that cannot be written must not stop the forwarding. */
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written;
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

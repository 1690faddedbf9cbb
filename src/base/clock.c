/* SPDX-License-Identifier: Apache-2.0 */
/* The noted time of the loop's turn, and its printed forms. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t noted_monotonic_us, noted_monotonic_ms;
static uint64_t noted_wall_us;
static bool is_set_for_test;

static uint64_t
read_us(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Asked for far more often in milliseconds than noted. */
static void
note_monotonic(uint64_t monotonic_us)
{
    noted_monotonic_us = monotonic_us;
    noted_monotonic_ms = monotonic_us / 1000;
}

void
clock_update(void)
{
    if (is_set_for_test)
        return;
    note_monotonic(read_us(CLOCK_MONOTONIC));
    noted_wall_us = read_us(CLOCK_REALTIME);
}

uint64_t
clock_us(void)
{
    if (noted_monotonic_us == 0)
        clock_update();
    return noted_monotonic_us;
}

uint64_t
clock_ms(void)
{
    if (noted_monotonic_ms == 0)
        clock_update();
    return noted_monotonic_ms;
}

uint64_t
clock_precise_us(void)
{
    return is_set_for_test ? noted_monotonic_us : read_us(CLOCK_MONOTONIC);
}

uint64_t
clock_wall_us(void)
{
    if (noted_wall_us == 0)
        clock_update();
    return noted_wall_us;
}

void
clock_set_for_test(uint64_t monotonic_us, uint64_t wall_us)
{
    is_set_for_test = true;
    note_monotonic(monotonic_us);
    noted_wall_us = wall_us;
}

void
clock_format_iso(char text[CLOCK_ISO_SIZE], uint64_t wall_us)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm parts;
    char date[64];

    gmtime_r(&seconds, &parts);
    snprintf(date, sizeof(date), "%04d-%02d-%02dT%02d:%02d:%02d.%06uZ", parts.tm_year + 1900,
             parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
             (unsigned)(wall_us % 1000000));
    memcpy(text, date, CLOCK_ISO_SIZE - 1);
    text[CLOCK_ISO_SIZE - 1] = '\0';
}

const char *
clock_http_date(void)
{
    static struct clock_http_date today;

    return clock_http_date_of(&today, clock_wall_us() / 1000000);
}

const char *
clock_http_date_of(struct clock_http_date *date, uint64_t seconds)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t system_seconds = (time_t)seconds;
    struct tm parts;

    if (seconds == date->seconds && date->text[0] != '\0')
        return date->text;
    gmtime_r(&system_seconds, &parts);
    snprintf(date->text, sizeof(date->text), "%s, %02d %s %04d %02d:%02d:%02d GMT",
             days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon], parts.tm_year + 1900,
             parts.tm_hour, parts.tm_min, parts.tm_sec);
    date->seconds = seconds;
    return date->text;
}

/* The fraction's first six digits as microseconds; *end is set behind all its digits. */
static uint64_t
read_fraction_us(const char *digits, const char **end)
{
    uint64_t us = 0;
    uint64_t scale = 100000;

    while (*digits >= '0' && *digits <= '9') {
        us += (uint64_t)(*digits++ - '0') * scale;
        scale /= 10;
    }
    *end = digits;
    return us;
}

static bool
is_within(int number, int least, int most)
{
    return number >= least && number <= most;
}

/* timegm would make another day of one that is not in the calendar. */
static bool
is_date(const struct tm *parts)
{
    struct tm date = {
        .tm_year = parts->tm_year, .tm_mon = parts->tm_mon, .tm_mday = parts->tm_mday};

    timegm(&date);
    return date.tm_mon == parts->tm_mon && date.tm_mday == parts->tm_mday;
}

/* Second 60 is a leap second's (RFC 3339 5.7). */
static bool
is_time_of_day(const struct tm *parts)
{
    return is_within(parts->tm_hour, 0, 23) && is_within(parts->tm_min, 0, 59) &&
           is_within(parts->tm_sec, 0, 60);
}

bool
clock_parse_iso(const char *text, uint64_t *wall_us)
{
    struct tm parts = {0};
    int used = 0;
    int hours = 0, minutes = 0;
    uint64_t fraction_us = 0;

    // NOLINTNEXTLINE(cert-err34-c): every field is bounded in width, so none can overflow
    if (sscanf(text, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
               &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 6 ||
        used == 0)
        return false;
    const char *rest = text + used;
    if (*rest == '.')
        fraction_us = read_fraction_us(rest + 1, &rest);
    // NOLINTNEXTLINE(cert-err34-c)
    if ((*rest == '+' || *rest == '-') && sscanf(rest + 1, "%2d:%2d", &hours, &minutes) != 2)
        return false;
    if (*rest != 'Z' && *rest != 'z' && *rest != '+' && *rest != '-')
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    if (!is_date(&parts) || !is_time_of_day(&parts) || !is_within(hours, 0, 23) ||
        !is_within(minutes, 0, 59))
        return false;
    int64_t seconds = (int64_t)timegm(&parts);
    int64_t offset = ((int64_t)hours * 60 + minutes) * 60;
    seconds -= *rest == '-' ? -offset : offset;
    if (seconds < 0)
        return false;
    *wall_us = (uint64_t)seconds * 1000000 + fraction_us;
    return true;
}

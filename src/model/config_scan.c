/* SPDX-License-Identifier: Apache-2.0 */
/* A line at a time, a piece at a time: each piece is written out as soon as it is judged. */
#include "model/config_scan.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define NAME_START LETTERS "*"
#define NAME NAME_START DIGITS "-_"
#define NUMBER_START DIGITS "+-."
#define BLANK " \t\r\n\f"

static void
report(const struct config_scan *scan, const char *reason)
{
    scan->on_problem(scan->argument, 0, reason);
}

/* Returns to. */
static const char *
put(const char *from, const char *to, FILE *out)
{
    CHECK(fwrite(from, 1, (size_t)(to - from), out) == (size_t)(to - from));
    return to;
}

static const char *
end_comment(struct config_scan *scan, const char *at)
{
    const char *end = strstr(at, "*/");

    if (end == NULL)
        return at + strlen(at);
    scan->state = SCAN_BETWEEN;
    return end + 2;
}

/* libconfig reads \x00 as the byte 0, where every reader of the text would end. */
static const char *
end_text(struct config_scan *scan, const char *at)
{
    for (; *at != '\0' && *at != '"'; at++) {
        if (strncmp(at, "\\x00", 4) == 0)
            report(scan, "\\x00 in a text would cut it short: no setting may hold that byte");
        if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
            at++;
    }
    if (*at == '\0')
        return at;
    scan->state = SCAN_BETWEEN;
    scan->is_behind_text = true;
    return at + 1;
}

static void
open_piece(struct config_scan *scan, enum config_scan_state state)
{
    scan->state = state;
    scan->open_lines = 0;
}

static const char *
begin_text(struct config_scan *scan, const char *at)
{
    if (scan->is_behind_text)
        report(scan, "this text stands directly behind another one: is a comma missing between "
                     "them, or a semicolon?");
    open_piece(scan, SCAN_TEXT);
    return at + 1;
}

/* A whole number as libconfig knows them, without its suffix; *base is 10 or 16. */
static bool
is_whole_number(const char *at, size_t length, int *base)
{
    size_t sign = *at == '+' || *at == '-' ? 1 : 0;
    bool is_hexadecimal = at[0] == '0' && length > 2 && (at[1] == 'x' || at[1] == 'X');

    *base = is_hexadecimal ? 16 : 10;
    if (is_hexadecimal)
        return strspn(at + 2, DIGITS "abcdefABCDEF") >= length - 2;
    return length > sign && strspn(at + sign, DIGITS) >= length - sign;
}

static bool
is_decimal_fraction(const char *at, size_t length)
{
    char *end;

    if (strspn(at, DIGITS "+-.eE") < length)
        return false;
    strtod(at, &end);
    return end == at + length;
}

static void
report_number(const struct config_scan *scan, const char *at, size_t length, const char *what)
{
    const size_t most = 40;
    char *reason = memory_print("%.*s%s %s", (int)(length > most ? most : length), at,
                                length > most ? "..." : "", what);

    report(scan, reason);
    free(reason);
}

static const char *
write_number(const struct config_scan *scan, const char *at, FILE *out)
{
    const char *end = at + 1 + strspn(at + 1, LETTERS DIGITS "+-._");
    size_t length = (size_t)(end - at);
    int base;

    for (int suffix = 0; suffix < 2 && length > 1 && at[length - 1] == 'L'; suffix++)
        length--;
    put(at, end, out);
    if (!is_whole_number(at, length, &base)) {
        if (!is_decimal_fraction(at, (size_t)(end - at)))
            report_number(scan, at, (size_t)(end - at), "is not a number");
        return end;
    }
    errno = 0;
    long long number = strtoll(at, NULL, base);
    if (errno == ERANGE)
        report_number(scan, at, length, "is more than 64 bits hold");
    if (at[length] != 'L' && (number > INT32_MAX || number < INT32_MIN))
        CHECK(fputc('L', out) != EOF);
    return end;
}

/* libconfig would include by itself what config_source.c has not taken for an @include. */
static const char *
refuse_include(const struct config_scan *scan, const char *at)
{
    report(scan, "@include stands alone on its line, with one name between quotes behind it");
    return at + strlen(at);
}

/* Between the pieces: the end of the one that begins here. */
static const char *
scan_piece(struct config_scan *scan, const char *at, FILE *out)
{
    if (strchr(BLANK, *at) != NULL)
        return put(at, at + strspn(at, BLANK), out);
    if (*at == '#' || strncmp(at, "//", 2) == 0)
        return put(at, at + strlen(at), out);
    if (strncmp(at, "/*", 2) == 0) {
        open_piece(scan, SCAN_COMMENT);
        return put(at, at + 2, out);
    }
    if (*at == '"')
        return put(at, begin_text(scan, at), out);
    scan->is_behind_text = false;
    if (*at == '@')
        return refuse_include(scan, at);
    if (strchr(NUMBER_START, *at) != NULL)
        return write_number(scan, at, out);
    return put(at, at + (strchr(NAME_START, *at) != NULL ? strspn(at, NAME) : 1), out);
}

void
config_scan_line(struct config_scan *scan, const char *line, FILE *out)
{
    for (const char *at = line; *at != '\0';) {
        if (scan->state == SCAN_COMMENT)
            at = put(at, end_comment(scan, at), out);
        else if (scan->state == SCAN_TEXT)
            at = put(at, end_text(scan, at), out);
        else
            at = scan_piece(scan, at, out);
    }
    if (scan->state != SCAN_BETWEEN)
        scan->open_lines++;
}

void
config_scan_end_file(struct config_scan *scan)
{
    if (scan->state == SCAN_BETWEEN)
        return;
    scan->on_problem(scan->argument, scan->open_lines - 1,
                     scan->state == SCAN_COMMENT
                         ? "the comment that begins here is not closed: */ is missing"
                         : "the text that begins here is not closed: a quote is missing");
    scan->state = SCAN_BETWEEN;
}

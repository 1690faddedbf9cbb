/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time. The loop calls clock_update once a turn; everything else reads the noted time, which
 * costs a load. Tests set the clock and move it by hand.
 */
#ifndef FAIRLEAD_BASE_CLOCK_H
#define FAIRLEAD_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the system's clocks; called by net/loop at the start of each turn. */
void clock_update(void);

/* Monotonic, noted at the start of the loop's turn. */
uint64_t clock_us(void);
uint64_t clock_ms(void);

/* Monotonic, read now: for measuring inside one turn. */
uint64_t clock_precise_us(void);

/* Microseconds since the epoch, noted at the start of the turn. */
uint64_t clock_wall_us(void);

/* From now on both clocks stand still at these values until set again. */
void clock_set_for_test(uint64_t monotonic_us, uint64_t wall_us);

/* "2026-03-04T10:15:30.123456Z" (27 bytes and NUL) of a wall time. */
#define CLOCK_ISO_SIZE 28
void clock_format_iso(char text[CLOCK_ISO_SIZE], uint64_t wall_us);

/* "Wed, 04 Mar 2026 10:15:30 GMT" (29 bytes, RFC 9110 IMF-fixdate) of now; made once a second.
 */
#define CLOCK_HTTP_DATE_LENGTH 29
const char *clock_http_date(void);

/* Another moment's, in seconds since 1970; written anew only when it differs from the last
 * one's. Zeroed before its first use. */
struct clock_http_date {
    uint64_t seconds;
    char text[64];
};

const char *clock_http_date_of(struct clock_http_date *date, uint64_t seconds);

/* Parses RFC 3339 with any fraction and Z or an offset; false when it is not one. */
bool clock_parse_iso(const char *text, uint64_t *wall_us);

#endif

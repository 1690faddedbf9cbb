/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers that control gives to things and keeps over generations and reloads: listener
 * ids, group ids, and the counter rows of groups, routes, rules and targets. What has a number
 * keeps it; only target rows come back, and only when the target is gone everywhere.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_NUMBERS_H
#define FAIRLEAD_CONTROL_REGISTRY_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#define NUMBERS_NO_ROW UINT32_MAX

struct numbers;

struct numbers *numbers_new(void);
void numbers_free(struct numbers **numbers);

/* By where it listens ("10.0.0.1:80", "unix:/path"): the sockets are what the id names. */
uint32_t numbers_listener_id(struct numbers *numbers, const char *address);

/* The same in every instance of fairlead, because cookies carry it: a hash of the name. */
uint32_t numbers_group_id(struct numbers *numbers, const char *group);

/* The name itself, living as long as the numbers do. */
const char *numbers_group_name(struct numbers *numbers, const char *group);

/*
 * Counter rows of the base that is being made, between numbers_begin_base and numbers_end_base.
 * What the base does not ask for is retired: it has its row again when it comes back, and loses
 * it to others only when no row is unused, the longest retired first, and only when every
 * worker works by a base without it; on_reuse clears its counters then. The last row is shared
 * by all that come when no other can be had.
 */
enum numbers_row { NUMBERS_GROUP_ROW, NUMBERS_ROUTE_ROW, NUMBERS_RULE_ROW, NUMBERS_ROW_KINDS };

void numbers_set_on_reuse(struct numbers *numbers,
                          void (*on_reuse)(void *argument, enum numbers_row kind, uint32_t row),
                          void *argument);
void numbers_begin_base(struct numbers *numbers);
void numbers_end_base(struct numbers *numbers);

/* Every worker works by a snapshot of this generation; the newest one that was published. */
void numbers_note_applied(struct numbers *numbers, uint64_t generation);
void numbers_note_published(struct numbers *numbers, uint64_t generation);

uint32_t numbers_group_row(struct numbers *numbers, const char *group);
uint32_t numbers_route_row(struct numbers *numbers, const char *listener, const char *group);
uint32_t numbers_rule_row(struct numbers *numbers, const char *listener, unsigned priority);

/* How many rows of that kind were in use so far. */
uint32_t numbers_row_count(const struct numbers *numbers, enum numbers_row kind);

/* A free row of the target counters, or NUMBERS_NO_ROW. */
uint32_t numbers_take_target_row(struct numbers *numbers);
void numbers_give_back_target_row(struct numbers *numbers, uint32_t row);

/* For another control that goes on with the same counters: every row with what has it; and
 * there put back, before any is asked for. Of target rows: those that are not free any more. */
void numbers_each_row(const struct numbers *numbers, enum numbers_row kind,
                      void (*visit)(void *argument, const char *text, uint32_t row),
                      void *argument);
void numbers_put_row(struct numbers *numbers, enum numbers_row kind, const char *text,
                     uint32_t row);
void numbers_keep_target_rows(struct numbers *numbers, const uint32_t *rows, size_t count);

#endif

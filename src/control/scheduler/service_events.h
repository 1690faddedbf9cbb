/* SPDX-License-Identifier: Apache-2.0 */
/* What a service tells of itself, in ECS's words: the newest ones are kept. Embedded, zeroed.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_SERVICE_EVENTS_H
#define FAIRLEAD_CONTROL_SCHEDULER_SERVICE_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#define SERVICE_EVENTS_KEPT 100
#define SERVICE_EVENT_ID_SIZE 37 /* a UUID and NUL */

struct service_event {
    char id[SERVICE_EVENT_ID_SIZE];
    uint64_t wall_us;
    char *message; /* "(service web) has reached a steady state." */
};

struct service_events {
    struct service_event all[SERVICE_EVENTS_KEPT]; /* a ring */
    size_t count, next;
};

void service_events_add(struct service_events *events, const char *service, const char *format,
                        ...) __attribute__((format(printf, 3, 4)));
void service_events_clear(struct service_events *events);

/* The newest is 0. */
const struct service_event *service_events_at(const struct service_events *events,
                                              size_t index);

#endif

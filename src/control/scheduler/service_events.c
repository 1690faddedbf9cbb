/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/service_events.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"

/* Of a message; tasks that do not fit are counted. */
#define MESSAGE_MOST 4096

/* Of version 4 (RFC 9562). */
static void
make_id(char id[SERVICE_EVENT_ID_SIZE])
{
    uint8_t bytes[16];

    random_fill(bytes, sizeof(bytes));
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    snprintf(id, SERVICE_EVENT_ID_SIZE,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", bytes[0],
             bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7], bytes[8],
             bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
}

void
service_events_add(struct service_events *events, const char *service, const char *format, ...)
{
    struct service_event *event = &events->all[events->next];
    char text[MESSAGE_MOST];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    free(event->message);
    event->message = memory_print("(service %s) %s", service, text);
    event->wall_us = clock_wall_us();
    make_id(event->id);
    events->next = (events->next + 1) % SERVICE_EVENTS_KEPT;
    if (events->count < SERVICE_EVENTS_KEPT)
        events->count++;
}

void
service_events_clear(struct service_events *events)
{
    for (size_t i = 0; i < SERVICE_EVENTS_KEPT; i++)
        free(events->all[i].message);
    *events = (struct service_events){.count = 0};
}

const struct service_event *
service_events_at(const struct service_events *events, size_t index)
{
    return &events->all[(events->next + SERVICE_EVENTS_KEPT - 1 - index) % SERVICE_EVENTS_KEPT];
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Events as they happen: control is asked for them while anybody watches, once for all. */
#ifndef FAIRLEAD_API_EVENT_TOPIC_H
#define FAIRLEAD_API_EVENT_TOPIC_H

#include "api/control_calls.h"

struct event_topic;

/* on_event: one has happened, a JSON object. */
struct event_topic *event_topic_new(struct control_calls *calls,
                                    void (*on_event)(void *argument, struct slice event),
                                    void *argument);
void event_topic_free(struct event_topic **topic);

void event_topic_watch(struct event_topic *topic);
void event_topic_leave(struct event_topic *topic);

/* A second has passed: asks again where control has ended the last answer. */
void event_topic_look(struct event_topic *topic);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to control and their answers: what the role cannot know from snapshot and counters, and
 * everything that changes something. Control verifies each; what it answers is handed on as it
 * is.
 */
#ifndef FAIRLEAD_API_CONTROL_CALLS_H
#define FAIRLEAD_API_CONTROL_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "ipc/api_call.h"
#include "ipc/channel.h"
#include "net/loop.h"

/* More in flight would be nonsense to control; of these, so many that change something, which
 * may wait for long, and answers that go on. */
#define CONTROL_CALLS_MAX 64
#define CONTROL_CHANGES_MAX 32
#define CONTROL_STREAMS_MAX 16

struct control_calls;

/* A whole answer, or a piece of one that goes on. */
struct control_answer {
    unsigned status;
    const char *content_type;
    struct slice body; /* valid during the callback */
    bool is_last;
};

/* Called until is_last; the call must not be cancelled in it, but may be after the last. */
typedef void control_answer_callback(void *argument, const struct control_answer *answer);

struct control_calls *control_calls_new(struct loop *loop, struct channel *channel);

/* Whoever waits gets 503, and control is told: its clients are about to be closed. */
void control_calls_end_all(struct control_calls *calls);
void control_calls_free(struct control_calls **calls);

/*
 * Asks control; the number of the call, for control_calls_cancel. 0, and nothing is called:
 * there are as many as there may be, or the system has no memory file for it.
 */
uint64_t control_calls_ask(struct control_calls *calls, const struct api_call *call,
                           control_answer_callback *on_answer, void *argument);

/* Its answer is not wanted any more; control is told. */
void control_calls_cancel(struct control_calls *calls, uint64_t call_id);

/* An answer has come; takes the descriptor. */
void control_calls_note_answer(struct control_calls *calls,
                               const struct message_api_answer *message, int fd);

/* An answer has come without its descriptor, nobody knows whose: all are answered with 503. */
void control_calls_note_shortage(struct control_calls *calls);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A question first, where the operation has one; then its turn, where it changes something;
 * then the answer. */
#include "control/aws/aws_pending.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/aws/aws_question.h"

struct pending {
    struct object_order order; /* first: the order is the call */
    struct admin_wait wait;
    struct admin_call admin;
    struct aws_exchange exchange;
    enum wire_operation_id id;
    struct aws_call call;
    struct aws_question *question; /* NULL: nothing is being asked */
    bool is_ordered;
    json_t *input, *known, *output;
    char *region, *caller_name;
};

static void
end_pending(struct pending *pending)
{
    admin_wait_end(&pending->wait);
    json_decref(pending->input);
    json_decref(pending->known);
    free(pending->region);
    free(pending->caller_name);
    free(pending);
}

static void
finish_pending(struct pending *pending)
{
    pending->call.edit = NULL;
    aws_exchange_answer(&pending->exchange, pending->id, &pending->call, pending->output);
    end_pending(pending);
}

/* What a turn has left. */
static void
clear_turn(struct pending *pending)
{
    json_decref(pending->output);
    json_decref(pending->call.follow_input);
    free(pending->call.error_message);
    pending->output = NULL;
}

static void
begin_turn(struct pending *pending, struct object_edit *edit)
{
    clear_turn(pending);
    pending->call = (struct aws_call){.parts = pending->admin.parts,
                                      .input = pending->input,
                                      .known = pending->known,
                                      .region = pending->region,
                                      .caller_name = pending->caller_name,
                                      .edit = edit,
                                      .follow = OPERATION_COUNT};
}

/* What does not go together with others' changes may go when they are in force: a group that is
 * deleted twice is no mistake. */
static enum object_turn
on_turn(struct object_order *order, struct object_edit *edit)
{
    struct pending *pending = (struct pending *)(void *)order;
    struct aws_call *call = &pending->call;
    size_t before = object_edit_changes(edit);

    begin_turn(pending, edit);
    pending->output = aws_exchange_handle(pending->id, call);
    if (call->error_code == NULL && object_edit_changes(edit) > before)
        return OBJECT_TURN_CHANGES;
    if (call->error_code != NULL && before > 0)
        return OBJECT_TURN_CROWDED;
    finish_pending(pending);
    return OBJECT_TURN_OVER;
}

static void
on_done(struct object_order *order, const struct objects_outcome *outcome)
{
    struct pending *pending = (struct pending *)(void *)order;

    aws_edit_note_outcome(&pending->call, outcome);
    finish_pending(pending);
}

static void
on_stop(void *argument)
{
    struct pending *pending = argument;
    bool is_change = wire_operations[pending->id].is_change;

    aws_question_cancel(&pending->question);
    if (pending->is_ordered)
        object_orders_withdraw(pending->admin.parts->orders, &pending->order);
    aws_exchange_refuse(&pending->exchange, 503, "ServiceUnavailable",
                        is_change ? "fairlead is stopping: the change may have been made or not"
                                  : "fairlead is stopping");
    clear_turn(pending);
    end_pending(pending);
}

static void
go_on(struct pending *pending)
{
    if (wire_operations[pending->id].is_change) {
        pending->is_ordered = true;
        object_orders_add(pending->admin.parts->orders, &pending->order);
        return;
    }
    begin_turn(pending, NULL);
    pending->output = aws_exchange_handle(pending->id, &pending->call);
    finish_pending(pending);
}

static void
on_known(void *argument, json_t *known)
{
    struct pending *pending = argument;

    pending->question = NULL;
    pending->known = known;
    go_on(pending);
}

void
aws_pending_begin(const struct aws_exchange *exchange, enum wire_operation_id id, json_t *input)
{
    const struct access_key *caller = exchange->admin->request->caller;
    struct slice region = exchange->proof.region;
    struct pending *pending = memory_take(1, sizeof(*pending));

    *pending = (struct pending){
        .order = {.on_turn = on_turn, .on_done = on_done},
        .wait = {.on_stop = on_stop, .argument = pending},
        .admin = *exchange->admin,
        .exchange = *exchange,
        .id = id,
        .input = json_incref(input),
        .region = region.length == 0 ? memory_copy_text(AWS_REGION)
                                     : memory_copy_bytes(region.at, region.length),
        .caller_name = memory_copy_text(caller == NULL ? "anonymous" : caller->name),
    };
    pending->exchange.admin = &pending->admin;
    admin_wait_begin(pending->admin.admin, &pending->wait);
    begin_turn(pending, NULL);
    pending->question = aws_question_ask(id, &pending->call, on_known, pending);
    if (pending->question == NULL)
        go_on(pending);
}

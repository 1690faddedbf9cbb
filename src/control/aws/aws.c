/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /: a call of an AWS API. Who calls is proved before the body is read; then X-Amz-Target,
 * or else the body's Action and Version, say what is wanted, the input is decoded by its shape,
 * and what the handler gives is written by its.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/admin/admin_call.h"
#include "control/aws/aws_edit.h"
#include "wire/decode.h"
#include "wire/wire_answer.h"
#include "wire/wire_json.h"
#include "wire/xml.h"

#define REFUSED 400

static json_t *(*const handlers[])(struct aws_call *call) = {
#define OPERATION(service, name, handler) [OPERATION_##service##_##name] = (handler),
#define OPERATION_CHANGE OPERATION
#define OPERATION_LATER(service, name) [OPERATION_##service##_##name] = NULL,
#include "wire/operations.def"
#undef OPERATION
#undef OPERATION_CHANGE
#undef OPERATION_LATER
};

struct exchange {
    const struct admin_call *admin;
    struct admin_proof proof;
    enum wire wire;
    const struct wire_service *service; /* NULL: not known yet */
    char request_id[XML_REQUEST_ID_SIZE];
};

/* Takes the text. */
static void
reply(const struct exchange *exchange, int status, char *text)
{
    admin_request_reply(exchange->admin->request, status,
                        wire_answer_media_type(exchange->wire), slice_of(text));
    free(text);
}

static void
refuse(const struct exchange *exchange, int status, const char *code, const char *message)
{
    reply(exchange, status,
          wire_answer_error(exchange->wire, exchange->service, code, message,
                            exchange->request_id));
}

static void
refuse_change(const struct exchange *exchange, const char *name)
{
    char *message =
        memory_print("%s is not possible: %s (%s)", name, exchange->service->change_words,
                     exchange->admin->parts->config->path);

    refuse(exchange, REFUSED, exchange->service->change_code, message);
    free(message);
}

/* Of a change with the read that answers for it. Ends the call. */
static void
answer(const struct exchange *exchange, enum wire_operation_id id, struct aws_call *call,
       json_t *output)
{
    if (call->error_code == NULL && call->follow != OPERATION_COUNT) {
        call->input = call->follow_input;
        output = handlers[call->follow](call);
    }
    if (call->error_code != NULL)
        refuse(exchange, REFUSED, call->error_code, call->error_message);
    else
        reply(exchange, 200,
              wire_answer_text(&wire_operations[id], output, exchange->request_id));
    json_decref(output);
    json_decref(call->follow_input);
    free(call->error_message);
}

static void
run(const struct exchange *exchange, enum wire_operation_id id, const json_t *input)
{
    const struct access_key *caller = exchange->admin->request->caller;
    struct slice region = exchange->proof.region;
    char *region_text = memory_copy_bytes(region.at, region.length);
    struct aws_call call = {
        .parts = exchange->admin->parts,
        .input = input,
        .region = region.length == 0 ? AWS_REGION : region_text,
        .caller_name = caller == NULL ? "anonymous" : caller->name,
        .follow = OPERATION_COUNT,
    };

    answer(exchange, id, &call, handlers[id](&call));
    free(region_text);
}

/* A call that changes something: the handler that it came by is over when its turn comes. */
struct pending {
    struct object_order order; /* first: the order is the call */
    struct admin_wait wait;
    struct admin_call admin;
    struct exchange exchange;
    enum wire_operation_id id;
    struct aws_call call;
    json_t *input, *output;
    char *region, *caller_name;
};

static void
end_pending(struct pending *pending)
{
    admin_wait_end(&pending->wait);
    json_decref(pending->input);
    free(pending->region);
    free(pending->caller_name);
    free(pending);
}

static void
finish_pending(struct pending *pending)
{
    pending->call.edit = NULL;
    answer(&pending->exchange, pending->id, &pending->call, pending->output);
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
    pending->output = handlers[pending->id](call);
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

    object_orders_withdraw(pending->admin.parts->orders, &pending->order);
    refuse(&pending->exchange, 503, "ServiceUnavailable",
           "fairlead is stopping: the change may have been made or not");
    clear_turn(pending);
    end_pending(pending);
}

static void
run_in_turn(const struct exchange *exchange, enum wire_operation_id id, json_t *input)
{
    struct slice region = exchange->proof.region;
    struct pending *pending = memory_take(1, sizeof(*pending));

    *pending = (struct pending){
        .order = {.on_turn = on_turn, .on_done = on_done},
        .wait = {.on_stop = on_stop, .argument = pending},
        .admin = *exchange->admin,
        .exchange = *exchange,
        .id = id,
        .input = json_incref(input),
        .region = memory_copy_bytes(region.at, region.length),
        .caller_name = memory_copy_text(exchange->admin->request->caller->name),
    };
    pending->exchange.admin = &pending->admin;
    admin_wait_begin(pending->admin.admin, &pending->wait);
    object_orders_add(exchange->admin->parts->orders, &pending->order);
}

static void
refuse_fault(const struct exchange *exchange, enum sigv4_fault fault)
{
    const struct sigv4_fault_row row = wire_answer_fault(exchange->wire, fault);

    refuse(exchange, row.status, row.code, row.message);
}

/* What stands in the body, as a form or as JSON. */
struct body {
    struct form form; /* empty of JSON */
    json_t *tree;     /* NULL: it is a form */
};

/* "RegisterTargets web": with the name in the ARN of what is changed, where there is one. */
static char *
change_text(const struct body *body, const char *name)
{
    static const char kind[] = "targetgroup/";
    const char *arn = form_value(&body->form, "TargetGroupArn", 0);
    const char *found = arn == NULL ? NULL : strstr(arn, kind);

    if (found == NULL)
        return memory_copy_text(name);
    found += sizeof(kind) - 1;
    char *text = memory_print("%s %.*s", name, (int)strcspn(found, "/"), found);
    text_make_printable(text);
    return text;
}

/* False: it has been refused. */
static bool
may_change(const struct exchange *exchange, const struct body *body, const char *name)
{
    bool is_answered = false;
    char *text = change_text(body, name);
    enum sigv4_fault fault =
        admin_request_prove_change(exchange->admin->request, text, &is_answered);

    free(text);
    if (fault != SIGV4_SOUND)
        refuse_fault(exchange, fault);
    return fault == SIGV4_SOUND && !is_answered;
}

static void
serve(const struct exchange *exchange, const struct body *body, enum wire_operation_id id)
{
    const struct wire_operation *operation = &wire_operations[id];
    char *error = NULL;

    if (handlers[id] == NULL) {
        refuse_change(exchange, operation->name);
        return;
    }
    if (operation->is_change && !may_change(exchange, body, operation->name))
        return;
    json_t *input = body->tree == NULL ? decode_form(&body->form, operation, &error)
                                       : decode_json(body->tree, operation, &error);
    if (input == NULL)
        refuse(exchange, REFUSED, operation->service->input_code, error);
    else if (operation->is_change)
        run_in_turn(exchange, id, input);
    else
        run(exchange, id, input);
    json_decref(input);
    free(error);
}

static void
choose_by_action(struct exchange *exchange, const struct body *body)
{
    const char *action = form_value(&body->form, "Action", 0);
    const char *version = form_value(&body->form, "Version", 0);
    enum wire_operation_id id = OPERATION_COUNT;

    if (action == NULL) {
        refuse(exchange, REFUSED, "MissingAction", "The request has no parameter Action");
        return;
    }
    if (version != NULL)
        exchange->service = wire_service_find(version, exchange->proof.service);
    if (exchange->service != NULL)
        id = wire_operation_find(exchange->service, slice_of(action));
    if (id != OPERATION_COUNT) {
        serve(exchange, body, id);
        return;
    }
    char *message = memory_print("Could not find operation %.128s for version %.32s", action,
                                 version == NULL ? "NO_VERSION_SPECIFIED" : version);
    refuse(exchange, REFUSED, "InvalidAction", message);
    free(message);
}

static void
serve_form(struct exchange *exchange, struct slice bytes)
{
    struct body body = {.tree = NULL};
    const char *error;

    if (!form_read(&body.form, bytes, DECODE_PAIRS_MAX, &error)) {
        char *message = memory_print("The request %s", error);
        refuse(exchange, REFUSED, "ValidationError", message);
        free(message);
        return;
    }
    choose_by_action(exchange, &body);
    form_clear(&body.form);
}

static void
read_json(const struct exchange *exchange, struct slice bytes, enum wire_operation_id id)
{
    const char *error;
    struct body body = {.tree = wire_json_read(bytes, &error)};

    if (body.tree == NULL) {
        char *message = memory_print("The request %s", error);
        refuse(exchange, REFUSED, "SerializationException", message);
        free(message);
        return;
    }
    serve(exchange, &body, id);
    json_decref(body.tree);
}

/* The operation stands in the target alone: what is signed for one is never taken for another.
 */
static void
serve_json(struct exchange *exchange, struct slice bytes)
{
    struct slice signed_for = exchange->proof.service, name;
    enum wire_operation_id id = OPERATION_COUNT;

    exchange->service = wire_service_find_target(exchange->proof.target, &name);
    if (exchange->service != NULL)
        id = wire_operation_find(exchange->service, name);
    if (id == OPERATION_COUNT) {
        char *message =
            memory_print("Could not find operation %.*s", SLICE_PRINT(exchange->proof.target));
        refuse(exchange, REFUSED, "UnknownOperationException", message);
        free(message);
        return;
    }
    if (signed_for.length > 0 &&
        !slice_equal(signed_for, slice_of(exchange->service->signing_name)))
        refuse_fault(exchange, SIGV4_OTHER_SERVICE);
    else
        read_json(exchange, bytes, id);
}

void
admin_aws(struct admin_call *call)
{
    struct exchange exchange = {.admin = call};
    struct slice body = admin_request_body(call->request);
    enum sigv4_fault fault = admin_request_prove(call->request, &exchange.proof);

    exchange.wire = wire_answer_wire(exchange.proof.target);
    xml_make_request_id(exchange.request_id);
    if (fault != SIGV4_SOUND)
        refuse_fault(&exchange, fault);
    else if (exchange.proof.target.at != NULL)
        serve_json(&exchange, body);
    else
        serve_form(&exchange, body);
}

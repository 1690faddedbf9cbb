/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /: a call of an AWS API. Who calls is proved before the body is read; then X-Amz-Target,
 * or else the body's Action and Version, say what is wanted, the input is decoded by its shape,
 * and what the handler gives is written by its. Without a body, as a presigned URL
 * has it, the query stands for a form, and nothing is changed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/aws/aws_exchange.h"
#include "control/aws/aws_pending.h"
#include "control/aws/aws_question.h"
#include "wire/decode.h"
#include "wire/wire_answer.h"
#include "wire/wire_json.h"
#include "wire/xml.h"

/* Of EC2's calls that ask only whether they may be made. */
#define DRY_RUN_REFUSED 412

static void
refuse_change(const struct aws_exchange *exchange, const char *name)
{
    char *message =
        memory_print("%s is not possible: %s (%s)", name, exchange->service->change_words,
                     exchange->admin->parts->config->path);

    aws_exchange_refuse(exchange, AWS_REFUSED, exchange->service->change_code, message);
    free(message);
}

static void
run(const struct aws_exchange *exchange, enum wire_operation_id id, const json_t *input)
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

    aws_exchange_answer(exchange, id, &call, aws_exchange_handle(id, &call));
    free(region_text);
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

/* Whether what is asked stands in the query. */
static bool
is_by_query(const struct aws_exchange *exchange)
{
    const struct admin_request *request = exchange->admin->request;

    return strcmp(request->method, "GET") == 0 || admin_request_body(request).length == 0;
}

/* False: it has been refused. */
static bool
may_change(const struct aws_exchange *exchange, const struct body *body, const char *name)
{
    bool is_answered = false;
    bool is_sent = body->tree != NULL || !is_by_query(exchange);
    char *text = change_text(body, name);
    enum sigv4_fault fault =
        is_sent ? admin_request_prove_change(exchange->admin->request, text, &is_answered)
                : SIGV4_PRESIGNED_CHANGE;

    free(text);
    if (fault != SIGV4_SOUND)
        aws_exchange_refuse_fault(exchange, fault);
    return fault == SIGV4_SOUND && !is_answered;
}

static void
serve(const struct aws_exchange *exchange, const struct body *body, enum wire_operation_id id)
{
    const struct wire_operation *operation = &wire_operations[id];
    char *error = NULL;

    if (!aws_exchange_can(id)) {
        refuse_change(exchange, operation->name);
        return;
    }
    if (operation->is_change && !may_change(exchange, body, operation->name))
        return;
    json_t *input = body->tree == NULL ? decode_form(&body->form, operation, &error)
                                       : decode_json(body->tree, operation, &error);
    if (input == NULL)
        aws_exchange_refuse(exchange, AWS_REFUSED, operation->service->input_code, error);
    else if (json_is_true(json_object_get(input, "DryRun")))
        aws_exchange_refuse(exchange, DRY_RUN_REFUSED, "DryRunOperation",
                            "Request would have succeeded, but DryRun flag is set.");
    else if (operation->is_change || aws_question_has(id))
        aws_pending_begin(exchange, id, input);
    else
        run(exchange, id, input);
    json_decref(input);
    free(error);
}

static void
choose_by_action(struct aws_exchange *exchange, const struct body *body)
{
    const char *action = form_value(&body->form, "Action", 0);
    const char *version = form_value(&body->form, "Version", 0);
    enum wire_operation_id id = OPERATION_COUNT;

    if (action == NULL) {
        aws_exchange_refuse(exchange, AWS_REFUSED, "MissingAction",
                            "The request has no parameter Action");
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
    aws_exchange_refuse(exchange, AWS_REFUSED, "InvalidAction", message);
    free(message);
}

static void
serve_form(struct aws_exchange *exchange, struct slice bytes)
{
    struct body body = {.tree = NULL};
    const char *error;

    if (!form_read(&body.form, bytes, DECODE_PAIRS_MAX, &error)) {
        char *message = memory_print("The request %s", error);
        aws_exchange_refuse(exchange, AWS_REFUSED, "ValidationError", message);
        free(message);
        return;
    }
    choose_by_action(exchange, &body);
    form_clear(&body.form);
}

static void
read_json(const struct aws_exchange *exchange, struct slice bytes, enum wire_operation_id id)
{
    const char *error;
    struct body body = {.tree = wire_json_read(bytes, &error)};

    if (body.tree == NULL) {
        char *message = memory_print("The request %s", error);
        aws_exchange_refuse(exchange, AWS_REFUSED, "SerializationException", message);
        free(message);
        return;
    }
    serve(exchange, &body, id);
    json_decref(body.tree);
}

/* The operation stands in the target alone: what is signed for one is never taken for another.
 */
static void
serve_json(struct aws_exchange *exchange, struct slice bytes)
{
    struct slice signed_for = exchange->proof.service, name;
    enum wire_operation_id id = OPERATION_COUNT;

    exchange->service = wire_service_find_target(exchange->proof.target, &name);
    if (exchange->service != NULL)
        id = wire_operation_find(exchange->service, name);
    if (id == OPERATION_COUNT) {
        char *message =
            memory_print("Could not find operation %.*s", SLICE_PRINT(exchange->proof.target));
        aws_exchange_refuse(exchange, AWS_REFUSED, "UnknownOperationException", message);
        free(message);
        return;
    }
    if (signed_for.length > 0 &&
        !slice_equal(signed_for, slice_of(exchange->service->signing_name)))
        aws_exchange_refuse_fault(exchange, SIGV4_OTHER_SERVICE);
    else
        read_json(exchange, bytes, id);
}

void
admin_aws(struct admin_call *call)
{
    struct aws_exchange exchange = {.admin = call};
    struct slice body = admin_request_body(call->request);
    enum sigv4_fault fault = admin_request_prove(call->request, &exchange.proof);

    exchange.wire = wire_answer_wire(exchange.proof.target);
    xml_make_request_id(exchange.request_id);
    if (fault != SIGV4_SOUND)
        aws_exchange_refuse_fault(&exchange, fault);
    else if (exchange.proof.target.at != NULL)
        serve_json(&exchange, body);
    else
        serve_form(&exchange,
                   is_by_query(&exchange) ? admin_request_query(call->request) : body);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /: a call of an AWS API. Who calls is proved before the body is read; then the body's
 * Action and Version say what is wanted, the input is decoded by its shape, and what the
 * handler gives is written by its.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/admin/admin_call.h"
#include "control/aws/aws_call.h"
#include "wire/decode.h"
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
    struct admin_call *admin;
    struct admin_proof proof;
    const struct wire_service *service; /* NULL: not known yet */
    char request_id[XML_REQUEST_ID_SIZE];
};

/* Takes the text. */
static void
reply(const struct exchange *exchange, int status, char *text)
{
    admin_request_reply(exchange->admin->request, status, XML_MEDIA_TYPE, slice_of(text));
    free(text);
}

static void
refuse(const struct exchange *exchange, int status, const char *code, const char *message)
{
    reply(exchange, status, xml_error(exchange->service, code, message, exchange->request_id));
}

static void
refuse_change(const struct exchange *exchange, const char *name)
{
    char *message =
        memory_print("%s is not possible: what this load balancer has is defined in "
                     "%s; change it there, then reload (fairleadctl reload)",
                     name, exchange->admin->parts->config->path);

    refuse(exchange, REFUSED, "OperationNotPermitted", message);
    free(message);
}

static void
run(const struct exchange *exchange, enum wire_operation_id id, json_t *input)
{
    const struct access_key *caller = exchange->admin->request->caller;
    struct slice region = exchange->proof.region;
    char *region_text = memory_copy_bytes(region.at, region.length);
    struct aws_call call = {
        .parts = exchange->admin->parts,
        .input = input,
        .region = region.length == 0 ? AWS_REGION : region_text,
        .caller_name = caller == NULL ? "anonymous" : caller->name,
    };
    json_t *output = handlers[id](&call);

    if (call.error_code != NULL)
        refuse(exchange, REFUSED, call.error_code, call.error_message);
    else
        reply(exchange, 200, xml_answer(&wire_operations[id], output, exchange->request_id));
    json_decref(output);
    free(call.error_message);
    free(region_text);
}

static void
refuse_fault(const struct exchange *exchange, enum sigv4_fault fault)
{
    const struct sigv4_fault_row *row = sigv4_fault_row(fault);

    refuse(exchange, row->status, row->code, row->message);
}

/* "RegisterTargets web": with the name in the ARN of what is changed, where there is one. */
static char *
change_text(const struct form *form, const char *name)
{
    static const char kind[] = "targetgroup/";
    const char *arn = form_value(form, "TargetGroupArn", 0);
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
may_change(const struct exchange *exchange, const struct form *form, const char *name)
{
    char *text = change_text(form, name);
    enum sigv4_fault fault = admin_request_prove_change(exchange->admin->request, text);

    free(text);
    if (fault != SIGV4_SOUND)
        refuse_fault(exchange, fault);
    return fault == SIGV4_SOUND;
}

static void
serve(const struct exchange *exchange, const struct form *form, enum wire_operation_id id)
{
    char *error = NULL;

    if (handlers[id] == NULL) {
        refuse_change(exchange, wire_operations[id].name);
        return;
    }
    if (wire_operations[id].is_change && !may_change(exchange, form, wire_operations[id].name))
        return;
    json_t *input = decode_form(form, &wire_operations[id], &error);
    if (input == NULL)
        refuse(exchange, REFUSED, "ValidationError", error);
    else
        run(exchange, id, input);
    json_decref(input);
    free(error);
}

static void
choose(struct exchange *exchange, const struct form *form)
{
    const char *action = form_value(form, "Action", 0);
    const char *version = form_value(form, "Version", 0);
    enum wire_operation_id id = OPERATION_COUNT;

    if (action == NULL) {
        refuse(exchange, REFUSED, "MissingAction", "The request has no parameter Action");
        return;
    }
    if (version != NULL)
        exchange->service = wire_service_find(version, exchange->proof.service);
    if (exchange->service != NULL)
        id = wire_operation_find(exchange->service, action);
    if (id != OPERATION_COUNT) {
        serve(exchange, form, id);
        return;
    }
    char *message = memory_print("Could not find operation %.128s for version %.32s", action,
                                 version == NULL ? "NO_VERSION_SPECIFIED" : version);
    refuse(exchange, REFUSED, "InvalidAction", message);
    free(message);
}

void
admin_aws(struct admin_call *call)
{
    struct exchange exchange = {.admin = call};
    struct form form;
    const char *error;
    enum sigv4_fault fault = admin_request_prove(call->request, &exchange.proof);

    xml_make_request_id(exchange.request_id);
    if (fault != SIGV4_SOUND) {
        refuse_fault(&exchange, fault);
        return;
    }
    if (!form_read(&form, admin_request_body(call->request), DECODE_PAIRS_MAX, &error)) {
        char *message = memory_print("The request %s", error);
        refuse(&exchange, REFUSED, "ValidationError", message);
        free(message);
        return;
    }
    choose(&exchange, &form);
    form_clear(&form);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/aws_exchange.h"

#include <stdlib.h>

#include "wire/wire_answer.h"

static json_t *(*const handlers[])(struct aws_call *call) = {
#define OPERATION(service, name, handler) [OPERATION_##service##_##name] = (handler),
#define OPERATION_CHANGE OPERATION
#define OPERATION_LATER(service, name) [OPERATION_##service##_##name] = NULL,
#include "wire/operations.def"
#undef OPERATION
#undef OPERATION_CHANGE
#undef OPERATION_LATER
};

bool
aws_exchange_can(enum wire_operation_id id)
{
    return handlers[id] != NULL;
}

json_t *
aws_exchange_handle(enum wire_operation_id id, struct aws_call *call)
{
    return handlers[id](call);
}

/* Takes the text. */
static void
reply(const struct aws_exchange *exchange, int status, char *text)
{
    admin_request_reply(exchange->admin->request, status,
                        wire_answer_media_type(exchange->wire), slice_of(text));
    free(text);
}

void
aws_exchange_refuse(const struct aws_exchange *exchange, int status, const char *code,
                    const char *message)
{
    reply(exchange, status,
          wire_answer_error(exchange->wire, exchange->service, code, message,
                            exchange->request_id));
}

void
aws_exchange_refuse_fault(const struct aws_exchange *exchange, enum sigv4_fault fault)
{
    const struct sigv4_fault_row row = wire_answer_fault(exchange->wire, fault);

    aws_exchange_refuse(exchange, row.status, row.code, row.message);
}

/* {"services": [x]} as {"service": x}. Takes the output. */
static json_t *
take_one(json_t *output, const char *name)
{
    json_t *one = json_object(), *list;
    const char *member;

    json_object_foreach (output, member, list)
        if (json_array_size(list) > 0)
            json_object_set(one, name, json_array_get(list, 0));
    json_decref(output);
    return one;
}

void
aws_exchange_answer(const struct aws_exchange *exchange, enum wire_operation_id id,
                    struct aws_call *call, json_t *output)
{
    if (call->error_code == NULL && call->follow != OPERATION_COUNT) {
        call->input = call->follow_input;
        output = handlers[call->follow](call);
        if (call->follow_one != NULL && output != NULL)
            output = take_one(output, call->follow_one);
    }
    if (call->error_code != NULL)
        aws_exchange_refuse(exchange, call->is_our_fault ? AWS_FAILED : AWS_REFUSED,
                            call->error_code, call->error_message);
    else
        reply(exchange, 200,
              wire_answer_text(&wire_operations[id], output, exchange->request_id));
    json_decref(output);
    json_decref(call->follow_input);
    free(call->error_message);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/wire_answer.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "wire/wire_json.h"
#include "wire/xml.h"

/* Clients would repeat a 5xx for minutes, and JSON services know nothing else. */
#define REFUSED 400

enum wire
wire_answer_wire(struct slice target)
{
    struct slice operation;
    const struct wire_service *service;

    if (target.at == NULL)
        return WIRE_QUERY;
    service = wire_service_find_target(target, &operation);
    return service == NULL ? WIRE_JSON_11 : service->wire;
}

const char *
wire_answer_media_type(enum wire wire)
{
    static const char *const types[] = {
        [WIRE_QUERY] = XML_MEDIA_TYPE,
        [WIRE_EC2] = XML_MEDIA_TYPE,
        [WIRE_JSON_10] = "application/x-amz-json-1.0",
        [WIRE_JSON_11] = "application/x-amz-json-1.1",
    };

    return types[wire];
}

char *
wire_answer_text(const struct wire_operation *operation, const json_t *output,
                 const char *request_id)
{
    return wire_is_json(operation->service->wire) ? wire_json_answer(operation, output)
                                                  : xml_answer(operation, output, request_id);
}

char *
wire_answer_error(enum wire wire, const struct wire_service *service, const char *code,
                  const char *message, const char *request_id)
{
    /* What a client sent may stand in it, and be cut in the middle of a character. */
    char *readable = memory_copy_text(message);

    text_make_printable(readable);
    char *text = wire_is_json(wire) ? wire_json_error(code, readable)
                                    : xml_error(service, code, readable, request_id);
    free(readable);
    return text;
}

struct sigv4_fault_row
wire_answer_fault(enum wire wire, enum sigv4_fault fault)
{
    struct sigv4_fault_row row = *sigv4_fault_row(fault);

    if (wire_is_json(wire)) {
        row.status = REFUSED;
        row.code = row.json_code;
    } else if (fault == SIGV4_NO_ROOM) {
        row.status = REFUSED;
        row.code = wire_answer_throttling_code(wire);
    }
    return row;
}

const char *
wire_answer_throttling_code(enum wire wire)
{
    return wire_is_json(wire) ? "ThrottlingException" : "Throttling";
}

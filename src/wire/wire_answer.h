/* SPDX-License-Identifier: Apache-2.0 */
/* Answers and errors in the words of the wire that a call came by. */
#ifndef FAIRLEAD_WIRE_WIRE_ANSWER_H
#define FAIRLEAD_WIRE_WIRE_ANSWER_H

#include <jansson.h>

#include "base/slice.h"
#include "wire/shape.h"
#include "wire/sigv4_fault.h"

/* The wire of a call to POST / by its X-Amz-Target; at NULL: it has none, and is a form. */
enum wire wire_answer_wire(struct slice target);

const char *wire_answer_media_type(enum wire wire);

/* New texts, to free(). JSON has no room for the request's id, which is told in a field. */
char *wire_answer_text(const struct wire_operation *operation, const json_t *output,
                       const char *request_id);
/* Service NULL: not known. */
char *wire_answer_error(enum wire wire, const struct wire_service *service, const char *code,
                        const char *message, const char *request_id);

/* Status, code and message of a refusal, in code whatever the wire. */
struct sigv4_fault_row wire_answer_fault(enum wire wire, enum sigv4_fault fault);

/* Of too many calls. */
const char *wire_answer_throttling_code(enum wire wire);

#endif

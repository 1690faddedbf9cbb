/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the query wires: a JSON tree as XML, as its shape says, and errors. */
#ifndef FAIRLEAD_WIRE_XML_H
#define FAIRLEAD_WIRE_XML_H

#include <stdbool.h>

#include <jansson.h>

#include "base/slice.h"
#include "wire/shape.h"

#define XML_MEDIA_TYPE "text/xml"
#define XML_REQUEST_ID_SIZE 37

/* A UUID, for the answer to a call. */
void xml_make_request_id(char text[XML_REQUEST_ID_SIZE]);

/* That of an answer or error as they are made here; false where there is none. */
bool xml_find_request_id(struct slice xml, char text[XML_REQUEST_ID_SIZE]);

/* New texts, to free(); what the shape does not know is left out. */
char *xml_answer(const struct wire_operation *operation, const json_t *output,
                 const char *request_id);

/* Service NULL: that of a call of which nobody knows what it is for. */
char *xml_error(const struct wire_service *service, const char *code, const char *message,
                const char *request_id);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What a call changes about objects: found or refused, judged, kept. */
#ifndef FAIRLEAD_CONTROL_AWS_AWS_EDIT_H
#define FAIRLEAD_CONTROL_AWS_AWS_EDIT_H

#include <stdbool.h>

#include <jansson.h>

#include "control/aws/aws_call.h"
#include "control/objects/objects.h"
#include "model/setting_places.h"

/* The API's object that a part of the configuration is; NULL: it is the file's. */
const struct object *aws_edit_object(const struct aws_call *call,
                                     const struct setting_places *places);

/* The same; of the file's the call has failed, and says where it is defined. */
const struct object *aws_edit_own(struct aws_call *call, const struct setting_places *places,
                                  const char *what);

/* An id that no other object has: the last part of an ARN. */
#define AWS_ID_SIZE 17
void aws_edit_make_id(char id[AWS_ID_SIZE]);

/* An object of the API as the call leaves it; NULL: there is none. And all of them. */
const struct object *aws_edit_find(const struct aws_call *call, const char *id);
size_t aws_edit_count(const struct aws_call *call);
const struct object *aws_edit_at(const struct aws_call *call, size_t index);

/* A copy of an object's document, to be changed. */
json_t *aws_edit_document(const struct object *object);
/* Its settings, and another object of it, made where there is none. */
json_t *aws_edit_settings(json_t *document);
json_t *aws_edit_part(json_t *document, const char *name);

/* "Tags" of the input as an object of texts; NULL: the call has failed. */
json_t *aws_edit_tags(struct aws_call *call);

/* Whether an object may have these; else the call has failed. */
bool aws_edit_check_tags(struct aws_call *call, const json_t *tags);

/* The call has failed, unless the outcome is good. */
void aws_edit_note_outcome(struct aws_call *call, const struct objects_outcome *outcome);

/* The call is answered as a read of that one would be, once its edit is in force. Takes the
 * input. NULL. */
json_t *aws_edit_answer(struct aws_call *call, enum wire_operation_id read, json_t *input);

/* The same, of one object: its ARN is the one of that list of the input. */
json_t *aws_edit_answer_about(struct aws_call *call, enum wire_operation_id read,
                              const char *list, const char *id);

#endif

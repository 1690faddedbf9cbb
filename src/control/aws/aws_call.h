/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call of an AWS API as its handler sees it: one JSON tree in, one out, with the members of
 * the service's model; the wires around are src/wire's.
 */
#ifndef FAIRLEAD_CONTROL_AWS_AWS_CALL_H
#define FAIRLEAD_CONTROL_AWS_AWS_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "control/admin/admin.h"
#include "wire/shape.h"

#define AWS_ACCOUNT "000000000000"
#define AWS_REGION "us-east-1" /* of calls that are not signed */
#define AWS_ZONE "local"       /* where the configuration names none */
#define AWS_VPC "vpc-local"
#define AWS_SECURITY_GROUP "sg-default"
/* Names or ARNs of a call. */
#define AWS_WANTED_MAX 100

/* Lives during the handler only. */
struct aws_call {
    const struct admin_parts *parts;
    const json_t *input;
    const json_t *known;     /* what was asked first (aws_question.h); NULL: nothing */
    const char *region;      /* that the call is signed for */
    const char *caller_name; /* of the key; "anonymous" */
    const char *error_code;  /* NULL: none */
    char *error_message;
    bool is_our_fault; /* the client may ask again */
    /* Of a change: what becomes of objects, and the read whose answer it has then. */
    struct object_edit *edit;
    enum wire_operation_id follow; /* OPERATION_COUNT: the handler's own answer */
    json_t *follow_input;
    const char *follow_one; /* the answer has what is first in the read's list, by this name */
};

/* Handlers: one a row of operations.def; a new object, or NULL after aws_fail or
 * aws_edit_answer (aws_edit.h). */
#define OPERATION(service, name, handler) json_t *handler(struct aws_call *call);
#define OPERATION_CHANGE OPERATION
#define OPERATION_LATER(service, name)
#include "wire/operations.def"
#undef OPERATION
#undef OPERATION_CHANGE
#undef OPERATION_LATER

/* Refuses the call, with status 400; the first reason counts. NULL. */
json_t *aws_fail(struct aws_call *call, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same of what is no fault of the call, with status 500. NULL. */
json_t *aws_fail_ourselves(struct aws_call *call, const char *code, const char *message);

/* A member of the input; NULL: it was not given. */
const char *aws_text(const struct aws_call *call, const char *member);

/* Whether a call asks for that in its list of what to include. */
bool aws_includes(const struct aws_call *call, const char *word);

/* The names or ARNs that a call asks for. */
struct aws_wanted {
    const json_t *list; /* NULL: all */
    bool is_found[AWS_WANTED_MAX];
};

/* False: there are too many, and the call has failed. */
bool aws_wanted_begin(struct aws_wanted *wanted, struct aws_call *call, const char *member);
/* Whether it is one of them, or all are wanted; ARNs are compared without region and account.
 */
bool aws_wanted_has(struct aws_wanted *wanted, const char *name);
/* Whether each was found; else the call has failed with that code. */
bool aws_wanted_end(const struct aws_wanted *wanted, struct aws_call *call, const char *code,
                    const char *message);

/* The part of a list that a call gets: behind Marker, PageSize of them. */
struct aws_page {
    const char *marker; /* of the last one before; NULL: from the first on */
    char *last;
    size_t left;
    bool has_begun, has_more;
};

void aws_page_begin(struct aws_page *page, const struct aws_call *call);
/* Whether this one, in the list's order, is on the page. */
bool aws_page_takes(struct aws_page *page, const char *key);
/* {member: array, "NextMarker"}; takes the array; NULL: there is no such marker. */
json_t *aws_page_end(struct aws_page *page, struct aws_call *call, const char *member,
                     json_t *array);

/* The zones that there are: the configuration's, or one. */
size_t aws_zone_count(const struct aws_call *call);
const char *aws_zone(const struct aws_call *call, size_t index);

#endif

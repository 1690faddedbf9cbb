/* SPDX-License-Identifier: Apache-2.0 */
/* Services, their operations and what these take and give, as data: the wire's .def tables. */
#ifndef FAIRLEAD_WIRE_SHAPE_H
#define FAIRLEAD_WIRE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define SHAPE_NO_LEAST INT64_MIN
#define SHAPE_NO_MOST INT64_MAX

enum shape_kind {
    SHAPE_STRING,
    SHAPE_INTEGER,
    SHAPE_DOUBLE,
    SHAPE_BOOLEAN,
    SHAPE_TIMESTAMP,
    SHAPE_STRUCTURE,
    SHAPE_LIST,
    SHAPE_MAP
};

enum wire { WIRE_QUERY, WIRE_EC2, WIRE_JSON_10, WIRE_JSON_11 };

struct shape_member;

struct shape {
    enum shape_kind kind;
    int64_t least, most; /* of a number, or a length */
    const char *words;   /* "|one|two|"; "": any */
    const struct shape_member *members;
    size_t member_count;
};

struct shape_member {
    const char *name, *wire_name;
    const struct shape *shape;
    bool is_required;
};

struct wire_service {
    const char *name, *signing_name, *version;
    const char *name_space;    /* of XML */
    const char *target_prefix; /* of JSON's X-Amz-Target, before the dot; NULL: none */
    enum wire wire;
    const char *input_code, *change_code, *change_words; /* of errors: services.def */
};

enum wire_service_id {

#define SERVICE(id, ...) SERVICE_##id,
#include "wire/services.def"
#undef SERVICE
    SERVICE_COUNT
};

/* In the table's order. */
enum wire_operation_id {

#define OPERATION(service, name, handler) OPERATION_##service##_##name,
#define OPERATION_CHANGE(service, name, handler) OPERATION_##service##_##name,
#define OPERATION_LATER(service, name) OPERATION_##service##_##name,
#include "wire/operations.def"
#undef OPERATION
#undef OPERATION_CHANGE
#undef OPERATION_LATER
    OPERATION_COUNT
};

struct wire_operation {
    const struct wire_service *service;
    const char *name;
    bool is_change;
    const struct shape *input, *output;
};

extern const struct wire_operation wire_operations[OPERATION_COUNT];

/* The service of that version and, unless it is NULL (unsigned), that signing name, among
 * those that are called by forms; or NULL. */
const struct wire_service *wire_service_find(const char *version, struct slice signing_name);

/* The service that X-Amz-Target is for ("PREFIX.Operation"), and the operation's name in it; or
 * NULL. */
const struct wire_service *wire_service_find_target(struct slice target,
                                                    struct slice *operation);

bool wire_is_json(enum wire wire);

/* Whether calls of any service are signed for that name. */
bool wire_service_is_signed_for(struct slice signing_name);

/* An index of wire_operations; OPERATION_COUNT: there is none of that name. */
enum wire_operation_id wire_operation_find(const struct wire_service *service,
                                           struct slice name);

#endif

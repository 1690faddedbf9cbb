/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/shape.h"

#include <string.h>

enum shape_id {

#define SHAPE(id, ...) ID_##id,
#include "wire/shapes.def"
#undef SHAPE
    SHAPE_COUNT
};

static const struct shape shapes[SHAPE_COUNT];

static const struct shape_member members[] = {
#define MEMBER(name, wire_name, shape, is_required)                                            \
    {name, wire_name, &shapes[ID_##shape], is_required},
#include "wire/shapes.def"
#undef MEMBER
};

static const struct shape shapes[SHAPE_COUNT] = {
#define SHAPE(id, kind, least, most, words, first, count)                                      \
    {SHAPE_##kind, least, most, words, members + (first), count},
#include "wire/shapes.def"
#undef SHAPE
};

static const struct wire_service services[SERVICE_COUNT] = {
#define SERVICE(id, name, signing_name, version, name_space, target_prefix, wire, input_code,  \
                change_code, change_words)                                                     \
    {name,        signing_name, version,     name_space,  target_prefix,                       \
     WIRE_##wire, input_code,   change_code, change_words},
#include "wire/services.def"
#undef SERVICE
};

const struct wire_operation wire_operations[OPERATION_COUNT] = {
#define ROW(service, name, is_change)                                                          \
    {&services[SERVICE_##service], #name, is_change, &shapes[ID_##service##_##name##_input],   \
     &shapes[ID_##service##_##name##_output]},
#define OPERATION(service, name, handler) ROW(service, name, false)
#define OPERATION_CHANGE(service, name, handler) ROW(service, name, true)
#define OPERATION_LATER(service, name) ROW(service, name, true)
#include "wire/operations.def"
#undef ROW
#undef OPERATION
#undef OPERATION_CHANGE
#undef OPERATION_LATER
};

const struct wire_service *
wire_service_find(const char *version, struct slice signing_name)
{
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (!wire_is_json(services[i].wire) && strcmp(services[i].version, version) == 0 &&
            (signing_name.at == NULL ||
             slice_equal(slice_of(services[i].signing_name), signing_name)))
            return &services[i];
    return NULL;
}

const struct wire_service *
wire_service_find_target(struct slice target, struct slice *operation)
{
    size_t dot = slice_find(target, '.');
    size_t name = dot < target.length ? dot + 1 : dot;

    *operation = slice_make(target.at + name, target.length - name);
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (services[i].target_prefix != NULL &&
            slice_equal(slice_of(services[i].target_prefix), slice_make(target.at, dot)))
            return &services[i];
    return NULL;
}

bool
wire_is_json(enum wire wire)
{
    return wire == WIRE_JSON_10 || wire == WIRE_JSON_11;
}

bool
wire_service_is_signed_for(struct slice signing_name)
{
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (slice_equal(slice_of(services[i].signing_name), signing_name))
            return true;
    return false;
}

enum wire_operation_id
wire_operation_find(const struct wire_service *service, struct slice name)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++)
        if (wire_operations[i].service == service &&
            slice_equal(slice_of(wire_operations[i].name), name))
            return (enum wire_operation_id)i;
    return OPERATION_COUNT;
}

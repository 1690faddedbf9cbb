/* SPDX-License-Identifier: Apache-2.0 */
/* What unit tests of lines share. */
#ifndef FAIRLEAD_TESTS_LOGGER_UNIT_H
#define FAIRLEAD_TESTS_LOGGER_UNIT_H

#include "../unit.h"

#include "base/address.h"
#include "logger/log_line.h"

static inline struct address
address_of(const char *ip, uint16_t port)
{
    struct address address;

    assert_true(address_parse(&address, ip, port));
    return address;
}

/* The line without its newline, in that memory; it must fit. */
static inline const char *
line_of(log_line_writer *writer, const struct log_fields *fields, const void *record,
        char *memory, size_t size)
{
    struct text out = text_over(memory, size - 1);
    struct log_names names;

    log_names_set(&names, slice_of("albdocker"));
    writer(&out, fields, record, &names);
    assert_false(out.is_truncated);
    assert_true(out.length > 0 && out.at[out.length - 1] == '\n');
    out.at[out.length - 1] = '\0';
    return out.at;
}

#endif

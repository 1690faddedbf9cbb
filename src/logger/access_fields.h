/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the access log: the fields of access_fields.def out of a struct access_record. */
#ifndef FAIRLEAD_LOGGER_ACCESS_FIELDS_H
#define FAIRLEAD_LOGGER_ACCESS_FIELDS_H

#include "ipc/access_record.h"
#include "logger/log_line.h"

/* The longest line: every byte of every text escaped, and room for all the rest. */
#define ACCESS_LINE_BYTES_MAX (ACCESS_TEXT_COUNT * ACCESS_TEXT_BYTES * 6 + 8192)

extern const struct log_fields access_fields;

#endif

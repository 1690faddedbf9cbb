/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the connection log: the fields of connection_fields.def out of a struct
 * connection_record. */
#ifndef FAIRLEAD_LOGGER_CONNECTION_FIELDS_H
#define FAIRLEAD_LOGGER_CONNECTION_FIELDS_H

#include "ipc/connection_record.h"
#include "logger/log_line.h"

extern const struct log_fields connection_fields;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* One function for each printed document, to stdout. */
#ifndef TOOLS_DOCS_PRINT_REFERENCE_H
#define TOOLS_DOCS_PRINT_REFERENCE_H

#include <stdbool.h>
#include <stdio.h>

void print_settings(void);
void print_metrics(void);
void print_states(void);

/* A document of prose, with each table between "<!-- printed: NAME ... -->" and "<!-- end -->"
 * printed anew. False after a message, or when an end is missing. */
bool print_with_tables(FILE *document);

#endif

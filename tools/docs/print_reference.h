/* SPDX-License-Identifier: Apache-2.0 */
/* The documents that print_reference knows; each prints Markdown to stdout. */
#ifndef FAIRLEAD_TOOLS_DOCS_PRINT_REFERENCE_H
#define FAIRLEAD_TOOLS_DOCS_PRINT_REFERENCE_H

void print_settings(void);
void print_metrics(void);
void print_states(void);

#endif

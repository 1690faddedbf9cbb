/* SPDX-License-Identifier: Apache-2.0 */
/* What both sides of a hand-over agree on. Private to handover*.c and upgrade.c. */
#ifndef FAIRLEAD_CONTROL_HANDOVER_FORM_H
#define FAIRLEAD_CONTROL_HANDOVER_FORM_H

/* Raised when a member changes its meaning. */
#define HANDOVER_FORM 1

/* The descriptor's number, in the environment of the program that takes over. */
#define HANDOVER_VARIABLE "FAIRLEAD_HANDOVER"

/* How this program's counters and access records lie in memory; the caller's to free. */
char *handover_counter_layout(void);
char *handover_record_layout(void);

#endif

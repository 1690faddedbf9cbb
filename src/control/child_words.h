/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of the words and the deaths of children: which part is told, what is counted and
 * what stands among the events.
 */
#ifndef FAIRLEAD_CONTROL_CHILD_WORDS_H
#define FAIRLEAD_CONTROL_CHILD_WORDS_H

#include "control/processes/children.h"

/* Their argument is struct parts *. */
extern const struct children_callbacks child_words;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration files are read and judged in a short-lived child: a disk that does not answer
 * and a file that takes seconds to judge cost control nothing. What the child has read comes
 * back as text; control makes its own structs of it and touches no file.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_CONFIG_READER_H
#define FAIRLEAD_CONTROL_PROCESSES_CONFIG_READER_H

#include "model/config.h"
#include "net/loop.h"

struct config_readers;

/* Which file, and what of it is wanted. */
struct config_question {
    const char *path;
    enum config_demand demand;
    bool is_check; /* config is not asked for */
};

/* What the callback may take out and set to NULL or empty; the rest is freed behind it. */
struct config_answer {
    bool is_good;
    struct config *config; /* with its warnings; NULL: a check, or is_good is false */
    struct config_errors errors, warnings;
};

typedef void config_reader_done(void *argument, struct config_answer *answer);

struct config_readers *config_readers_new(struct loop *loop);

/* Ends the children under way; their callbacks are not called. */
void config_readers_free(struct config_readers **readers);

/* Calls done later, from the loop. False: so many are being read that no more are taken, or the
 * system gives no process; *reason says which. */
bool config_readers_start(struct config_readers *readers,
                          const struct config_question *question, config_reader_done *done,
                          void *argument, const char **reason);

/* Forgets every reading with that argument. */
void config_readers_forget(struct config_readers *readers, const void *argument);

#endif

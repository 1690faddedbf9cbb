/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration files and the certificates that they name are read and judged in a short-lived
 * child: a disk that does not answer and files that take seconds to judge cost control nothing.
 * What the child has read comes back as text, and as a book of certificates in memory files;
 * control makes its own structs of the text and touches no file.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_CONFIG_READER_H
#define FAIRLEAD_CONTROL_PROCESSES_CONFIG_READER_H

#include <stdio.h>

#include "control/certificates/certificate_files.h"
#include "model/config.h"
#include "model/config_additions.h"
#include "net/loop.h"

struct config_readers;

enum config_wish {
    CONFIG_TO_HAVE,
    CONFIG_TO_CHECK,
    CONFIG_TO_TELL_OF, /* write tells of it */
    CONFIG_UNREAD,     /* write tells of what is known without the file */
    CONFIG_IN_FORCE,   /* no file is read but the certificates of a configuration in force */
};

/* Runs in the child, on a copy of all that control knows; file is NULL of one that is unread.
 * What it writes is bounded by itself. */
typedef void config_tell(const void *argument, const struct config *file, FILE *out);

/* Which file, and what of it is wanted. */
struct config_question {
    const char *path;
    enum config_wish wish;
    config_tell *tell;
    const void *argument;          /* of tell; may end when config_readers_start returns */
    const struct config *in_force; /* of CONFIG_IN_FORCE, likewise */
};

/* What the callback may take out and set to NULL, none or empty; the rest is freed behind it.
 */
struct config_answer {
    bool is_good;
    struct config *config;       /* with its warnings; NULL: not wanted, or is_good is false */
    struct config_source source; /* of that config */
    char *told; /* what tell has written; NULL: not wanted, or is_good is false */
    size_t told_length;
    /* As certificate_reader_write leaves them, where there is a config. */
    struct certificate_files certificates;
    /* Of CONFIG_IN_FORCE the errors are "PATH: REASON", each of a pair whose old one stays. */
    struct config_errors errors, warnings;
};

typedef void config_reader_done(void *argument, struct config_answer *answer);

/* in_force: the certificates that workers have at any time; additions: what stands beside the
 * file at any time. Both outlive the readers. */
struct config_readers *config_readers_new(struct loop *loop,
                                          const struct certificate_files *in_force,
                                          const struct config_additions *additions);

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

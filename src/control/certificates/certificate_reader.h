/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the certificates and keys of a configuration, judges them, and writes the book of them.
 * Of files that have not changed since another book was written, it takes what stands there.
 * It waits for disks: not for control's loop, but for its start and its short-lived children.
 */
#ifndef FAIRLEAD_CONTROL_CERTIFICATE_READER_H
#define FAIRLEAD_CONTROL_CERTIFICATE_READER_H

#include "control/certificates/certificate_files.h"
#include "model/config.h"

struct certificate_reader;

/*
 * in_force: the book that workers have, NULL: none yet. With one, an expired certificate is
 * refused unless it is in use already, without one it is only warned of.
 */
struct certificate_reader *certificate_reader_new(const struct certificate_files *in_force);
void certificate_reader_free(struct certificate_reader **reader);

/* To be given to config_load, once. */
const struct config_inspector *certificate_reader_inspector(struct certificate_reader *reader);

/* Called after each file that was read; NULL: nobody cares. */
void certificate_reader_on_progress(struct certificate_reader *reader,
                                    void (*on_progress)(void *argument), void *argument);

/* For a configuration in force: a pair that cannot be used, or has expired, leaves the one
 * before it in its place. */
void certificate_reader_keep_old(struct certificate_reader *reader);

/* For a start that goes on from another program's: expired ones are only warned of. */
void certificate_reader_begin_anew(struct certificate_reader *reader);

/* Fills the files, or leaves them empty where what is in force says the same; false with
 * errno. */
bool certificate_reader_write(struct certificate_reader *reader,
                              const struct certificate_files *files);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the files of a trust store and judges them, for the book of certificates. */
#ifndef FAIRLEAD_CONTROL_TRUST_READER_H
#define FAIRLEAD_CONTROL_TRUST_READER_H

#include "ipc/certificate_book_build.h"
#include "model/config.h"

struct trust_reader {
    struct certificate_builder *builder;
    const struct certificate_book *in_force; /* NULL: none */
    int64_t now_s;
    /* What is bad leaves the store in force in its place, and is an error all the same. */
    bool keeps_old;
};

/* The authorities that vouch for targets, as a store that has the file's name. */
void trust_reader_inspect_target_ca(const struct trust_reader *reader, const char *path,
                                    struct config_findings *findings);

/* Adds the store to the book, as its files have it now or, where none of them has changed, as
 * the book in force has it. */
void trust_reader_inspect(const struct trust_reader *reader,
                          const struct config_trust_store *store,
                          struct config_findings *findings);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the api's certificate and key. The certificate stands in the book, for who looks at
 * certificates, as that of a listener which no configuration can have; the key does not, since
 * the book is the workers'.
 */
#ifndef FAIRLEAD_CONTROL_API_PAIR_READER_H
#define FAIRLEAD_CONTROL_API_PAIR_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/certificate_book_build.h"
#include "model/config.h"

/* No name of a listener. */
#define API_PAIR_LISTENER "(api)"

struct api_pair {
    char *text; /* PEM of both; NULL: there is none */
    size_t length;
};

/* What is in force: its book and memory file, NULL and -1: nothing yet. keeps_old: it stays
 * where the files have nothing good. */
struct api_pair_reader {
    struct certificate_builder *builder;
    const struct certificate_book *in_force;
    int in_force_fd;
    int64_t now_s;
    bool keeps_old;
};

/* Fills the pair, which api_pair_clear gives back, or leaves it empty. */
void api_pair_inspect(const struct api_pair_reader *reader, struct api_pair *pair,
                      const struct config_certificate *named, struct config_findings *findings);
void api_pair_clear(struct api_pair *pair);

/* Into an empty memory file, which is sealed; false with errno. */
bool api_pair_write(const struct api_pair *pair, int fd);

#endif

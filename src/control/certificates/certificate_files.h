/* SPDX-License-Identifier: Apache-2.0 */
/* The two memory files of a certificate book (ipc/certificate_book.h) before anybody maps them,
 * and the one with the certificate and key of the api (PEM), which stands in the book without
 * its key. */
#ifndef FAIRLEAD_CONTROL_CERTIFICATE_FILES_H
#define FAIRLEAD_CONTROL_CERTIFICATE_FILES_H

#include <stdbool.h>

struct certificate_files {
    int fd, keys_fd, api_fd; /* -1: none */
};

#define CERTIFICATE_FILES_NONE ((struct certificate_files){-1, -1, -1})

/* New ones, empty; false with errno. */
bool certificate_files_make(struct certificate_files *files);

/* Whether nothing was written: then what was before holds. */
bool certificate_files_are_empty(const struct certificate_files *files);

void certificate_files_close(struct certificate_files *files);

#endif

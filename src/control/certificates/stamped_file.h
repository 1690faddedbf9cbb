/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file with certificates, keys or revocation lists while it is looked at, and the stamp by
 * which it is known again when it has not changed.
 */
#ifndef FAIRLEAD_CONTROL_STAMPED_FILE_H
#define FAIRLEAD_CONTROL_STAMPED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/slice.h"
#include "ipc/certificate_book.h"

struct stamped_file {
    const char *path;
    const char *member; /* of the configuration, for what is said of it */
    struct certificate_stamp stamp;
    mode_t mode;
    int fd;      /* -1: not open */
    char *bytes; /* NULL: not read yet */
    size_t length, capacity;
};

/*
 * Opens a regular file of at most so many MiB and notes its stamp, which is all zero (known by
 * nothing) where the file was changed a moment ago. The reason why not, or NULL. It may be a
 * symbolic link, as mounted secrets are.
 */
const char *stamped_file_open(struct stamped_file *file, unsigned most_mib);

/* Reads all of an open one; the reason why not, or NULL. */
const char *stamped_file_read(struct stamped_file *file);

/* What was read is wiped. */
void stamped_file_close(struct stamped_file *file);

static inline struct slice
stamped_file_text(const struct stamped_file *file)
{
    return slice_make(file->bytes, file->length);
}

/* Of the same file, unchanged. */
bool stamps_are_equal(const struct certificate_stamp *one,
                      const struct certificate_stamp *other);

#endif

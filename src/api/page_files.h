/* SPDX-License-Identifier: Apache-2.0 */
/* The console's files, compiled in: tools/embed-files writes page_files.c out of console/. */
#ifndef FAIRLEAD_API_PAGE_FILES_H
#define FAIRLEAD_API_PAGE_FILES_H

#include <stddef.h>

struct page_file {
    const char *name; /* "index.html" */
    const char *content_type;
    const char *tag; /* as ETag has it, with its quotes */
    const unsigned char *bytes;
    size_t length;
};

extern const struct page_file page_files[];
extern const size_t page_file_count;

#endif

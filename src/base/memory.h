/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that never fails: running out ends the process (control restarts it), so whatever a
 * peer can make grow has a configured limit that is checked before memory is taken.
 */
#ifndef FAIRLEAD_BASE_MEMORY_H
#define FAIRLEAD_BASE_MEMORY_H

#include <stddef.h>

/* Zeroed memory for count objects; give back with free(). */
void *memory_take(size_t count, size_t size_bytes);

/* Like reallocarray; a NULL pointer takes new memory, which is not zeroed. */
void *memory_resize(void *pointer, size_t count, size_t size_bytes);

/* A copy of a NUL-terminated text (NULL gives NULL); give back with free(). */
char *memory_copy_text(const char *text);

/* A NUL-terminated copy of length bytes; of none, bytes may be NULL. Give back with free(). */
char *memory_copy_bytes(const char *bytes, size_t length);

/* printf into new memory; give back with free(). */
char *memory_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * For a process that reads large files into trees: freed pieces are joined one by one. The C
 * library would keep small ones and join them all at a time, out of the cache: an eighth of
 * what 10,000 rules take to read.
 */
void memory_join_freed(void);

#endif

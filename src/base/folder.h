/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that are missing are made. */
#ifndef FAIRLEAD_BASE_FOLDER_H
#define FAIRLEAD_BASE_FOLDER_H

#include <sys/types.h>

/* Makes the folder with the mode, and those that it is in for everybody to enter (0755). 0: it
 * is there now, or was; -1 with errno. */
int folder_make(const char *path, mode_t mode);

/* The same for the folder that a file is in. */
int folder_make_for(const char *file, mode_t mode);

/* Has the disk keep what was renamed, made or removed in the folder that the file is in; 0, or
 * -1 with errno. */
int folder_sync_for(const char *file);

#endif

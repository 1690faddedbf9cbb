/* SPDX-License-Identifier: Apache-2.0 */
/* A file of 32 bytes; several instances share stickiness by sharing it. */
#include "control/stickiness_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/own_file.h"
#include "base/random.h"

/* A key that an operator gives may be a symbolic link, as mounted secrets are. */
static int
open_given(const char *path, const char **reason)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;

    if (fd == -1) {
        *reason = strerror(errno);
    } else if (fstat(fd, &status) == -1 || !S_ISREG(status.st_mode)) {
        *reason = "it is no regular file";
        close(fd);
        fd = -1;
    }
    return fd;
}

/* False: *reason says why; NULL where there is no file. */
static bool
read_key(const char *path, bool is_own, uint8_t *key, const char **reason)
{
    uint8_t bytes[STICKINESS_KEY_BYTES + 1];
    int fd = is_own ? own_file_open(path, reason) : open_given(path, reason);

    if (fd == -1) {
        *reason = errno == ENOENT ? NULL : *reason;
        return false;
    }
    ssize_t length = read(fd, bytes, sizeof(bytes));
    close(fd);
    *reason = "it has not 32 bytes";
    if (length != STICKINESS_KEY_BYTES)
        return false;
    memcpy(key, bytes, STICKINESS_KEY_BYTES);
    return true;
}

static bool
write_key(const char *path, const uint8_t *key)
{
    char *new_path = memory_print("%s.new", path);
    FILE *file = own_file_begin(new_path);
    bool is_written = file != NULL && fwrite(key, STICKINESS_KEY_BYTES, 1, file) == 1;

    is_written = file != NULL && fclose(file) == 0 && is_written;
    is_written = is_written && own_file_commit(new_path, path) == 0;
    free(new_path);
    return is_written;
}

/* Draws a key and keeps it, in place of what is no key. */
static bool
make_own(const char *path, uint8_t *key, const char *reason)
{
    random_fill(key, STICKINESS_KEY_BYTES);
    if (!write_key(path, key)) {
        log_warning("stickiness key %s: %s; a new key is used, cookies end with this process; "
                    "let this user write there",
                    path, strerror(errno));
        return false;
    }
    if (reason != NULL)
        log_warning("stickiness key %s: %s; it was made again, earlier cookies have ended",
                    path, reason);
    return true;
}

bool
stickiness_key_load(const struct config *config, uint8_t key[STICKINESS_KEY_BYTES])
{
    const char *given = config->stickiness_key_path, *reason = NULL;
    char *path = given == NULL ? memory_print("%s/stickiness.key", config->state_dir)
                               : memory_copy_text(given);
    bool is_kept = read_key(path, given == NULL, key, &reason);

    if (!is_kept && given == NULL) {
        is_kept = make_own(path, key, reason);
    } else if (!is_kept) {
        random_fill(key, STICKINESS_KEY_BYTES);
        log_warning("stickiness key %s: %s; a new key is used, cookies end with this process; "
                    "it must be a file of %d bytes that this user can read",
                    path, reason == NULL ? strerror(ENOENT) : reason, STICKINESS_KEY_BYTES);
    }
    free(path);
    return is_kept;
}

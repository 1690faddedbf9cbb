/* SPDX-License-Identifier: Apache-2.0 */
/* A file of 32 bytes; several instances share stickiness by sharing it. */
#include "control/stickiness_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"

#define KEY_MODE 0600

static bool
read_key(const char *path, uint8_t *key)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd == -1)
        return false;
    ssize_t length = read(fd, key, STICKINESS_KEY_BYTES);
    close(fd);
    if (length == STICKINESS_KEY_BYTES)
        return true;
    errno = EINVAL;
    return false;
}

static bool
write_key(const char *path, const uint8_t *key)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, KEY_MODE);

    if (fd == -1)
        return false;
    bool is_written = write(fd, key, STICKINESS_KEY_BYTES) == STICKINESS_KEY_BYTES;
    return close(fd) == 0 && is_written;
}

bool
stickiness_key_load(const struct config *config, uint8_t key[STICKINESS_KEY_BYTES])
{
    bool is_own = config->stickiness_key_path == NULL;
    char *path = is_own ? memory_print("%s/stickiness.key", config->state_dir)
                        : memory_copy_text(config->stickiness_key_path);
    bool is_kept = read_key(path, key);

    if (!is_kept) {
        int error = errno;
        random_fill(key, STICKINESS_KEY_BYTES);
        is_kept = is_own && error == ENOENT && write_key(path, key);
        if (!is_kept)
            log_warning("stickiness key %s: %s; a new key is used, cookies end with this "
                        "process; it must be a file of %d bytes that this user can read",
                        path, strerror(error), STICKINESS_KEY_BYTES);
    }
    free(path);
    return is_kept;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names are judged again here, although a task definition with others is not registered: what
 * is read becomes visible to the container.
 */
#include "control/docker/docker_secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

#define PARAMETER ":parameter/"
/* Of all variables together an engine takes about 2 MiB. */
#define SECRET_MOST_BYTES 65536

/* The file's name; NULL: it is none that may be read. */
static const char *
name_of(const char *value_from)
{
    const char *name = value_from;

    if (strncmp(name, "arn:", 4) == 0) {
        name = strstr(name, PARAMETER);
        if (name == NULL)
            return NULL;
        name += sizeof(PARAMETER) - 1;
    }
    bool is_plain = *name != '\0' && *name != '/' && *name != '.' &&
                    strstr(name, "/.") == NULL && strstr(name, "..") == NULL &&
                    strlen(name) < 256;
    return is_plain ? name : NULL;
}

/* Opening a FIFO would wait, reading a device might never end. */
static ssize_t
read_file(const char *path, char *bytes, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;

    if (fd == -1)
        return -1;
    errno = EINVAL;
    ssize_t length =
        fstat(fd, &status) == -1 || !S_ISREG(status.st_mode) ? -1 : read(fd, bytes, size);
    int reason = errno;
    close(fd);
    errno = reason;
    return length;
}

static json_t *
read_value(const char *folder, const char *name, char **error)
{
    char *path = memory_print("%s/%s", folder, name);
    char *bytes = memory_take(SECRET_MOST_BYTES + 1, 1);
    ssize_t length = read_file(path, bytes, SECRET_MOST_BYTES + 1);
    json_t *value = NULL;

    if (length == -1) {
        *error = memory_print("the secret %s cannot be read from %s: %s", name, path,
                              strerror(errno));
    } else if (length > SECRET_MOST_BYTES) {
        *error = memory_print("the secret %s is longer than %d bytes", name, SECRET_MOST_BYTES);
    } else {
        while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
            length--;
        if (memchr(bytes, '\0', (size_t)length) == NULL)
            value = json_stringn(bytes, (size_t)length);
        if (value == NULL)
            *error = memory_print("the secret %s is no text", name);
    }
    explicit_bzero(bytes, SECRET_MOST_BYTES + 1);
    free(bytes);
    free(path);
    return value;
}

static json_t *
read_secret(const char *folder, const json_t *secret, char **error)
{
    const char *value_from = json_string_value(json_object_get(secret, "valueFrom"));
    const char *name = value_from == NULL ? NULL : name_of(value_from);

    if (folder == NULL)
        *error = memory_print("the secret %s cannot be read: api.secrets_dir is not set",
                              value_from == NULL ? "" : value_from);
    else if (name == NULL)
        *error = memory_print("the secret %s has no plain name",
                              value_from == NULL ? "" : value_from);
    else
        return read_value(folder, name, error);
    return NULL;
}

json_t *
docker_secrets_read(const char *folder, const json_t *container, char **error)
{
    json_t *values = json_object();
    const json_t *secret;
    size_t index;

    *error = NULL;
    json_array_foreach (json_object_get(container, "secrets"), index, secret) {
        const char *variable = json_string_value(json_object_get(secret, "name"));
        json_t *value = read_secret(folder, secret, error);
        if (value == NULL) {
            json_decref(values);
            return NULL;
        }
        json_object_set_new(values, variable == NULL ? "" : variable, value);
    }
    return values;
}

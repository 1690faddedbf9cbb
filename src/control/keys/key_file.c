/* SPDX-License-Identifier: Apache-2.0 */
#include "control/keys/key_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/memory.h"
#include "base/own_file.h"
#include "net/digest.h"

#define FORM_VERSION 1
#define FILE_BYTES_MAX (1024 * 1024)
#define FOR_OTHERS (S_IRWXG | S_IRWXO)

static bool
refuse(char *reason, size_t size, const char *text)
{
    snprintf(reason, size, "%s", text);
    return false;
}

/* False where the file must not be read; *fd is -1 where there is none. */
static bool
open_file(const char *path, int *fd, struct stat *status, char *reason, size_t size)
{
    const char *why;

    *fd = own_file_open(path, &why);
    if (*fd == -1)
        return errno == ENOENT || refuse(reason, size, why);
    if (fstat(*fd, status) == -1)
        why = strerror(errno);
    else if ((status->st_mode & FOR_OTHERS) != 0)
        why = "other users may read it: chmod 600";
    else if (status->st_size > FILE_BYTES_MAX)
        why = "it is too large";
    if (why != NULL) {
        close(*fd);
        *fd = -1;
        return refuse(reason, size, why);
    }
    return true;
}

/* The file's bytes, the caller's, length in status; NULL with errno. */
static char *
read_bytes(int fd, const struct stat *status)
{
    char *bytes = memory_take((size_t)status->st_size + 1, 1);

    errno = EIO; /* a file that has become shorter */
    if (read(fd, bytes, (size_t)status->st_size) == status->st_size)
        return bytes;
    free(bytes);
    return NULL;
}

static void
copy_text(char *text, size_t size, const json_t *object, const char *member)
{
    const char *value = json_string_value(json_object_get(object, member));

    snprintf(text, size, "%s", value == NULL ? "" : value);
}

/* Whether the member is a text of less than size bytes. */
static bool
fits(const json_t *object, const char *member, size_t size)
{
    const json_t *value = json_object_get(object, member);

    return json_is_string(value) && json_string_length(value) < size;
}

static bool
read_key(const json_t *object, struct access_key *key)
{
    const json_t *created = json_object_get(object, "created");

    *key = (struct access_key){0};
    if (!fits(object, "name", sizeof(key->name)) || !fits(object, "id", sizeof(key->id)) ||
        !fits(object, "secret", sizeof(key->secret)) ||
        !json_is_boolean(json_object_get(object, "read_only")) || !json_is_integer(created))
        return false;
    copy_text(key->name, sizeof(key->name), object, "name");
    copy_text(key->id, sizeof(key->id), object, "id");
    copy_text(key->secret, sizeof(key->secret), object, "secret");
    key->is_read_only = json_is_true(json_object_get(object, "read_only"));
    key->created_wall_us = (uint64_t)json_integer_value(created);
    return access_key_is_sound(key);
}

static bool
read_list(const json_t *file, struct access_key_list *list, char *reason, size_t size)
{
    const json_t *keys = json_object_get(file, "keys");
    struct access_key key;

    if (json_integer_value(json_object_get(file, "version")) != FORM_VERSION ||
        !json_is_array(keys) || json_array_size(keys) > ACCESS_KEYS_MAX)
        return refuse(reason, size, "it is no list of keys of this version");
    for (size_t i = 0; i < json_array_size(keys); i++) {
        if (!read_key(json_array_get(keys, i), &key) ||
            access_key_list_named(list, slice_of(key.name)) != NULL ||
            access_key_list_find(list, slice_of(key.id)) != NULL) {
            snprintf(reason, size, "its key %zu is not one that was made here", i + 1);
            return false;
        }
        access_key_list_add(list, &key);
    }
    access_key_erase(&key);
    return true;
}

static bool
read_json(const char *bytes, size_t length, struct access_key_list *list, char *reason,
          size_t size)
{
    json_error_t error;
    json_t *file = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    bool is_read = file == NULL ? refuse(reason, size, "it is no JSON")
                                : read_list(file, list, reason, size);

    if (!is_read)
        access_key_list_clear(list);
    json_decref(file);
    return is_read;
}

bool
key_file_read(const char *path, struct access_key_list *list, char *reason, size_t size)
{
    struct stat status;
    int fd;

    *list = (struct access_key_list){0};
    if (!open_file(path, &fd, &status, reason, size))
        return false;
    if (fd == -1)
        return true;
    char *bytes = read_bytes(fd, &status);
    int error = errno;
    close(fd);
    if (bytes == NULL)
        return refuse(reason, size, strerror(error));
    bool is_read = read_json(bytes, (size_t)status.st_size, list, reason, size);
    digest_erase(bytes, (size_t)status.st_size);
    free(bytes);
    return is_read;
}

int
key_file_write(const char *path, const struct access_key_list *list)
{
    FILE *file = own_file_begin(path);

    if (file == NULL)
        return -1;
    fprintf(file, "{\"version\": %d, \"keys\": [", FORM_VERSION);
    for (size_t i = 0; i < list->count; i++) {
        const struct access_key *key = &list->at[i];
        /* Nothing in a name, id or secret would have to be escaped. */
        fprintf(file,
                "%s\n  {\"name\": \"%s\", \"id\": \"%s\", \"secret\": \"%s\", "
                "\"read_only\": %s, \"created\": %" PRIu64 "}",
                i == 0 ? "" : ",", key->name, key->id, key->secret,
                key->is_read_only ? "true" : "false", key->created_wall_us);
    }
    fputs("\n]}\n", file);
    bool has_failed = ferror(file) != 0;
    return fclose(file) == 0 && !has_failed ? 0 : -1;
}

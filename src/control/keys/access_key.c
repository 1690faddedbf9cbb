/* SPDX-License-Identifier: Apache-2.0 */
#include "control/keys/access_key.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "net/digest.h"

#define ID_START "FAIR"

static const char id_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char secret_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool
access_key_is_name(struct slice name)
{
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.at[i];
        if (!slice_is_letter(byte) && !(byte >= '0' && byte <= '9') &&
            (byte == '\0' || strchr("._@+-", byte) == NULL))
            return false;
    }
    return name.length > 0 && name.length <= ACCESS_KEY_NAME_MAX;
}

/* Each of the letters is as likely as the others. */
static void
draw(char *text, size_t length, const char *letters, size_t count)
{
    uint8_t fair = (uint8_t)(256 - 256 % count);
    uint8_t byte;

    for (size_t i = 0; i < length;) {
        random_fill(&byte, 1);
        if (fair == 0 || byte < fair)
            text[i++] = letters[byte % count];
    }
    text[length] = '\0';
}

void
access_key_make(struct access_key *key, const char *name, bool is_read_only)
{
    *key =
        (struct access_key){.is_read_only = is_read_only, .created_wall_us = clock_wall_us()};
    snprintf(key->name, sizeof(key->name), "%s", name);
    memcpy(key->id, ID_START, sizeof(ID_START) - 1);
    draw(key->id + sizeof(ID_START) - 1, ACCESS_KEY_ID_LENGTH - (sizeof(ID_START) - 1),
         id_letters, sizeof(id_letters) - 1);
    draw(key->secret, ACCESS_KEY_SECRET_LENGTH, secret_letters, sizeof(secret_letters) - 1);
}

bool
access_key_is_sound(const struct access_key *key)
{
    size_t start = sizeof(ID_START) - 1;

    return access_key_is_name(slice_of(key->name)) &&
           slice_starts_with(slice_of(key->id), SLICE_LITERAL(ID_START)) &&
           strspn(key->id + start, id_letters) == ACCESS_KEY_ID_LENGTH - start &&
           strspn(key->secret, secret_letters) == ACCESS_KEY_SECRET_LENGTH;
}

void
access_key_erase(struct access_key *key)
{
    digest_erase(key, sizeof(*key));
}

void
access_key_list_add(struct access_key_list *list, const struct access_key *key)
{
    struct access_key *bigger = memory_take(list->count + 1, sizeof(*bigger));
    struct access_key_list old = *list;

    if (old.count > 0)
        memcpy(bigger, old.at, old.count * sizeof(*bigger));
    bigger[old.count] = *key;
    *list = (struct access_key_list){bigger, old.count + 1};
    access_key_list_clear(&old);
}

const struct access_key *
access_key_list_named(const struct access_key_list *list, struct slice name)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_equal(slice_of(list->at[i].name), name))
            return &list->at[i];
    return NULL;
}

const struct access_key *
access_key_list_find(const struct access_key_list *list, struct slice id)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_equal(slice_of(list->at[i].id), id))
            return &list->at[i];
    return NULL;
}

struct access_key_list
access_key_list_copy(const struct access_key_list *list, const struct access_key *without)
{
    struct access_key_list copy = {memory_take(list->count + 1, sizeof(*copy.at)), 0};

    for (size_t i = 0; i < list->count; i++)
        if (&list->at[i] != without)
            copy.at[copy.count++] = list->at[i];
    return copy;
}

void
access_key_list_clear(struct access_key_list *list)
{
    if (list->at != NULL)
        digest_erase(list->at, list->count * sizeof(*list->at));
    free(list->at);
    *list = (struct access_key_list){0};
}

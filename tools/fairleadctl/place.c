/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/memory.h"
#include "json_text.h"
#include "number.h"

char *
place_text(const json_t *target)
{
    const json_t *members = json_object_get(target, "Target");
    const char *id = json_word(members, "Id");

    return memory_print(strchr(id, ':') != NULL ? "[%s]:%.0f" : "%s:%.0f", id,
                        json_number(members, "Port"));
}

json_t *
place_read(const char *text)
{
    const char *colon = strrchr(text, ':');
    unsigned port;

    if (colon == NULL || colon == text || !number_read_whole(colon + 1, 1, 65535, &port))
        return NULL;
    bool is_bracketed = text[0] == '[' && colon[-1] == ']';
    const char *first = text + is_bracketed;
    char *id = memory_copy_bytes(first, (size_t)(colon - is_bracketed - first));
    json_t *members = json_pack("{s:s, s:i}", "Id", id, "Port", (int)port);
    free(id);
    return members;
}

/* False: it is no address. */
static bool
read_address(const json_t *members, struct address *address)
{
    return address_parse(address, json_word(members, "Id"),
                         (uint16_t)json_number(members, "Port"));
}

bool
place_is_of(const char *text, const json_t *target)
{
    json_t *members = place_read(text);
    struct address wanted, own;
    bool is_it = read_address(members, &wanted) &&
                 read_address(json_object_get(target, "Target"), &own) &&
                 address_equal(&wanted, &own);

    json_decref(members);
    return is_it;
}

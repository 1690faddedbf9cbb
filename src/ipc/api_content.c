/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/api_content.h"

#include <stddef.h>
#include <string.h>

static const char *const texts[API_CONTENT_COUNT] = {

#define API_CONTENT(id, media_type) media_type,
#include "ipc/api_contents.def"
#undef API_CONTENT
};

const char *
api_content_text(uint32_t content)
{
    return content < API_CONTENT_COUNT ? texts[content] : NULL;
}

enum api_content
api_content_find(const char *media_type)
{
    unsigned content = 0;

    while (content < API_CONTENT_COUNT && strcmp(texts[content], media_type) != 0)
        content++;
    return (enum api_content)content;
}

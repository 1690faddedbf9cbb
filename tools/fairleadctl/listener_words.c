/* SPDX-License-Identifier: Apache-2.0 */
#include "listener_words.h"

#include "base/memory.h"
#include "json_text.h"

char *
listener_sources_words(const json_t *listener)
{
    const json_t *sources = json_object_get(listener, "Sources");

    if (sources == NULL)
        return memory_copy_text("everybody");
    return json_first_and_more(sources, (double)json_array_size(sources));
}

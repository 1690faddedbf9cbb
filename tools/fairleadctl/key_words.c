/* SPDX-License-Identifier: Apache-2.0 */
#include "key_words.h"

#include "base/memory.h"
#include "json_text.h"
#include "when.h"

char *
key_use_words(const json_t *key)
{
    const char *used_at = json_word(key, "LastUsedAt");

    return *used_at == '\0' ? memory_copy_text("never") : when_since(used_at);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "process_words.h"

#include <string.h>

#include "base/memory.h"
#include "json_text.h"

char *
process_role_words(const json_t *process)
{
    const char *role = json_word(process, "Role");

    if (strcmp(role, "worker") != 0)
        return memory_copy_text(role);
    return memory_print("%s %.0f", role, json_number(process, "Slot"));
}

char *
process_cpu_words(const json_t *process)
{
    return memory_print("%.1f s", json_number(process, "CpuSeconds"));
}

char *
process_memory_words(const json_t *process)
{
    return memory_print("%.1f MiB", json_number(process, "MemoryBytes") / (1024 * 1024));
}

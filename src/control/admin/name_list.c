/* SPDX-License-Identifier: Apache-2.0 */
#include "control/admin/name_list.h"

#include <stdlib.h>

#include "base/memory.h"

typedef const char *name_at(const struct config *config, size_t n);

static const char *
group_at(const struct config *config, size_t n)
{
    return config->target_groups[n].name;
}

static const char *
service_at(const struct config *config, size_t n)
{
    return config->services[n].name;
}

static char *
list(const struct config *config, size_t count, name_at *at)
{
    size_t shown = count < NAME_LIST_MAX ? count : NAME_LIST_MAX;
    char *text = memory_copy_text(count == 0 ? "none" : at(config, 0)), *longer;

    for (size_t i = 1; i < shown; i++) {
        longer = memory_print("%s, %s", text, at(config, i));
        free(text);
        text = longer;
    }
    if (shown == count)
        return text;
    longer = memory_print("%s and %zu more", text, count - shown);
    free(text);
    return longer;
}

char *
name_list_of_groups(const struct config *config)
{
    return list(config, config->target_group_count, group_at);
}

char *
name_list_of_services(const struct config *config)
{
    return list(config, config->service_count, service_at);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_restart.h"

#include "base/memory.h"
#include "model/setting_value.h"

static void
keep(const struct setting *row, struct config *running, struct config *new)
{
    new->later = memory_resize(new->later, new->later_count + 1, sizeof(*new->later));
    new->later[new->later_count++] =
        (struct config_later){.row = row, .text = setting_value_text(row, new)};
    setting_values_swap(row, running, new);
}

void
config_keep_running(struct config *running, struct config *new)
{
    for (const struct setting *const *row = setting_rows(SCOPE_ROOT); *row != NULL; row++) {
        if (setting_needs_restart(*row) && !setting_values_are_equal(*row, running, new))
            keep(*row, running, new);
    }
}

const struct config_later *
config_find_later(const struct config *config, const struct setting *setting)
{
    for (size_t i = 0; i < config->later_count; i++) {
        if (config->later[i].row == setting)
            return &config->later[i];
    }
    return NULL;
}

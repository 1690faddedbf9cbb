/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_check_places.h"

#include "model/settings.h"

void
config_check_group_name(const struct config_check *check, const struct config_node *place,
                        const char *name)
{
    struct setting_guess guess = {.wanted = name};

    if (name == NULL || config_find_group(check->config, name) != NULL)
        return;
    for (size_t i = 0; i < check->config->target_group_count; i++) {
        if (check->config->target_groups[i].name != NULL)
            setting_guess_try(&guess, check->config->target_groups[i].name);
    }
    if (guess.best != NULL)
        config_report_add(check->report, place,
                          "there is no target group \"%s\"; did you mean %s?", name,
                          guess.best);
    else
        config_report_add(check->report, place, "there is no target group \"%s\"", name);
}

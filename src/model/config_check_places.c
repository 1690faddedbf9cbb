/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_check_places.h"

#include "model/settings.h"

const config_setting_t *
config_check_member(const config_setting_t *group, const char *name)
{
    if (group == NULL || !config_setting_is_group(group))
        return NULL;
    return config_setting_get_member(group, name);
}

const config_setting_t *
config_check_element(const config_setting_t *list, size_t index)
{
    return list == NULL ? NULL : config_setting_get_elem(list, (unsigned)index);
}

void
config_check_group_name(const struct config_check *check, const config_setting_t *place,
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

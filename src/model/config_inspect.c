/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_inspect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "model/config_check_places.h"

struct config_findings {
    const struct config_inspection *inspection;
    const config_setting_t *place;
};

void
config_findings_add(struct config_findings *findings, enum config_gravity gravity,
                    const char *member, const char *format, ...)
{
    const struct config_inspection *inspection = findings->inspection;
    va_list arguments;
    char *reason = NULL;

    va_start(arguments, format);
    CHECK(vasprintf(&reason, format, arguments) != -1);
    va_end(arguments);
    config_report_add_member(gravity == CONFIG_ERROR ? inspection->errors
                                                     : inspection->warnings,
                             findings->place, member, "%s", reason);
    free(reason);
}

static void
inspect_listener(struct config_findings *findings, const config_setting_t *place,
                 const struct config_listener *listener)
{
    const struct config_inspector *inspector = findings->inspection->inspector;
    const config_setting_t *list = config_check_member(place, "certificates");

    for (size_t i = 0; i < listener->certificate_count; i++) {
        findings->place = config_check_element(list, i);
        inspector->certificate(inspector->argument, listener, &listener->certificates[i], true,
                               findings);
    }
    list = config_check_member(place, "certificate_list");
    for (size_t i = 0; i < listener->certificate_list_count; i++) {
        findings->place = config_check_element(list, i);
        inspector->certificate(inspector->argument, listener, &listener->certificate_list[i],
                               false, findings);
    }
}

void
config_inspect(const struct config_inspection *inspection, const config_setting_t *root)
{
    const config_setting_t *listeners = config_check_member(root, "listeners");
    struct config_findings findings = {.inspection = inspection};

    for (size_t i = 0; i < inspection->config->listener_count; i++)
        inspect_listener(&findings, config_check_element(listeners, i),
                         &inspection->config->listeners[i]);
}

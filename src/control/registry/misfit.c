/* SPDX-License-Identifier: Apache-2.0 */
/* The service that is nearest to a match says what is missing. */
#include "control/registry/misfit.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/settings.h"

/* Of the configured names the one that may have been meant; NULL: none is near. */
static const char *
guess_service(const struct config *config, const struct task *task)
{
    struct setting_guess guess = {.wanted = task->service};
    size_t count = config->services == NULL ? 0 : config->service_count;

    for (size_t i = 0; i < count; i++) {
        const char *name = config->services[i].name;
        const char *slash = strchr(name, '/');
        const char *before = guess.best;
        setting_guess_try(&guess, slash == NULL ? name : slash + 1);
        if (guess.best != before)
            guess.best = name;
    }
    return guess.best;
}

static char *
explain_unknown(const struct config *config, const struct task *task)
{
    const char *meant = guess_service(config, task);

    if (meant != NULL)
        return memory_print(
            "no service takes \"%s\": did you mean %s? Correct its name, or add "
            "it to services",
            task->service, meant);
    return memory_print("no service takes \"%s\": add it to services, or set the label "
                        "fairlead.enable=false if it is not meant to be one",
                        task->service);
}

char *
misfit_explain(const struct service_matcher *matcher, const struct task *task)
{
    const struct config *config = matcher->config;
    const struct config_service *nearest = NULL;
    enum service_match nearest_match = SERVICE_NAME_DIFFERS;

    if (config == NULL || !task_is_eligible(task))
        return NULL;
    if (task->service == NULL)
        return memory_copy_text(
            "it names no service: give it one (service in a file, the label "
            "fairlead.service for a container)");
    for (size_t i = 0; i < config->service_count; i++) {
        struct address address = {0};
        enum service_match match = service_match(matcher, &config->services[i], task, &address);
        if (match == SERVICE_MATCHES)
            return NULL;
        if (match <= nearest_match)
            continue;
        nearest_match = match;
        nearest = &config->services[i];
    }
    if (nearest == NULL)
        return task->is_managed ? NULL : explain_unknown(config, task);
    char *missing = service_match_explain(matcher, nearest, task);
    char *text = memory_print("service %s: %s", nearest->name, missing);
    free(missing);
    return text;
}

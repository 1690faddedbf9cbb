/* SPDX-License-Identifier: Apache-2.0 */
#include "service_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *
text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));

    return text == NULL ? "" : text;
}

static long long
number_of(const json_t *object, const char *member)
{
    return json_integer_value(json_object_get(object, member));
}

/* ECS's sentence that there is no place says nothing that the next one does not. */
static char *
trouble_words(const char *trouble)
{
    static const char no_place[] = "was unable to place a task";
    const char *second = strstr(trouble, ". ");

    if (strncmp(trouble, no_place, sizeof(no_place) - 1) == 0 && second != NULL)
        return memory_print("no place for a task. %s", second + 2);
    return memory_copy_text(trouble);
}

char *
service_tasks_words(const json_t *service)
{
    if (json_object_get(service, "DesiredCount") == NULL)
        return memory_print("%lld", number_of(service, "RunningCount"));
    return memory_print("%lld of %lld", number_of(service, "RunningCount"),
                        number_of(service, "DesiredCount"));
}

char *
service_deployments_words(const json_t *service)
{
    const json_t *list = json_object_get(service, "Deployments"), *one;
    char *words = memory_copy_text("");
    size_t index;

    json_array_foreach (list, index, one) {
        char *longer = memory_print("%s%s%s %s: %lld running", words, index == 0 ? "" : ", ",
                                    text_of(one, "Status"), text_of(one, "TaskDefinition"),
                                    number_of(one, "RunningCount"));
        free(words);
        words = longer;
    }
    return words;
}

/* Of a service that others run there is nothing to tell: its tasks come and go. */
char *
service_state_words(const json_t *service)
{
    const char *rollout = text_of(service, "RolloutState");
    long long pending = number_of(service, "PendingCount");

    if (*rollout == '\0')
        return memory_copy_text("");
    if (*text_of(service, "Trouble") != '\0')
        return trouble_words(text_of(service, "Trouble"));
    if (strcmp(text_of(service, "Status"), "ACTIVE") != 0)
        return memory_copy_text("is being deleted");
    if (strcmp(rollout, "FAILED") == 0)
        return memory_print("deployment failed: %s", text_of(service, "LastFailure"));
    if (json_is_true(json_object_get(service, "IsSteady")))
        return memory_copy_text("steady");
    if (number_of(service, "FailedTasks") > 0)
        return memory_print("%lld failed, the last one: %s", number_of(service, "FailedTasks"),
                            text_of(service, "LastFailure"));
    return memory_print("%s%lld starting",
                        strcmp(rollout, "IN_PROGRESS") == 0 ? "deploying: " : "", pending);
}

char *
instance_status_words(const json_t *instance)
{
    if (!json_is_true(json_object_get(instance, "AgentConnected")))
        return memory_copy_text("not reached");
    return memory_copy_text(text_of(instance, "Status"));
}

static char *
left_of(const json_t *instance, const char *left, const char *whole)
{
    return memory_print("%lld of %lld", number_of(instance, left), number_of(instance, whole));
}

char *
instance_cpu_words(const json_t *instance)
{
    return left_of(instance, "RemainingCpu", "RegisteredCpu");
}

char *
instance_memory_words(const json_t *instance)
{
    return left_of(instance, "RemainingMemory", "RegisteredMemory");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks, why they are targets or are none, and events that are pushed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/registry/service_match.h"

static json_t *
bindings_to_json(const struct task *task, char **text)
{
    json_t *bindings = json_array();

    *text = memory_copy_text("");
    for (size_t i = 0; i < task->binding_count; i++) {
        const struct task_binding *binding = &task->bindings[i];
        json_t *object = json_object();
        admin_set_number(object, "ContainerPort", binding->container_port);
        admin_set_text(object, "BindIP", binding->host_ip);
        admin_set_number(object, "HostPort", binding->host_port);
        admin_set_text(object, "Protocol", binding->is_tcp ? "tcp" : "udp");
        json_array_append_new(bindings, object);
        /* Both families mostly have the same. */
        char *one = memory_print("%u->%u", binding->host_port, binding->container_port);
        bool is_shown = strstr(*text, one) != NULL;
        char *longer = is_shown
                           ? memory_copy_text(*text)
                           : memory_print("%s%s%s", *text, **text == '\0' ? "" : ", ", one);
        free(one);
        free(*text);
        *text = longer;
    }
    return bindings;
}

/* Which targets it is, "web 127.0.0.1:32768, ...", or why it is none. */
static char *
target_words(const struct task_record *record)
{
    const struct registered_target *target;
    char *words = memory_copy_text("");

    LIST_FOREACH (target, &record->targets, of_task) {
        char *longer = memory_print("%s%s%s %s", words, *words == '\0' ? "" : ", ",
                                    target->group, target->name);
        free(words);
        words = longer;
    }
    if (*words != '\0' || record->misfit == NULL)
        return words;
    free(words);
    return memory_print("none: %s", record->misfit);
}

static json_t *
task_to_object(const struct task_record *record)
{
    const struct task *task = record->task;
    const struct registered_target *target;
    json_t *object = json_object();
    unsigned targets = 0;
    char *bindings, *target_text = target_words(record);

    LIST_FOREACH (target, &record->targets, of_task)
        targets++;
    admin_set_text(object, "Id", task->id);
    admin_set_text(object, "Name", task->name);
    admin_set_text(object, "Source", task->source);
    admin_set_number(object, "Generation", task->generation);
    admin_set_text(object, "StartedAt", task->started_at);
    admin_set_text(object, "Service", task->service);
    admin_set_text(object, "Project", task->project);
    admin_set_text(object, "ContainerName", task->container_name);
    admin_set_text(object, "Image", task->image);
    admin_set_text(object, "Host", task->host);
    admin_set_text(object, "ContainerAddress", task->container_address);
    admin_set_text(object, "Zone", task->zone);
    admin_set_text(object, "LastStatus", task_status_text(task->last_status));
    admin_set_text(object, "DesiredStatus",
                   task_record_is_leaving(record) ? "STOPPED"
                                                  : task_status_text(task->desired_status));
    admin_set_text(object, "HealthStatus", task_health_text(task->health_status));
    json_object_set_new(object, "NetworkBindings", bindings_to_json(task, &bindings));
    admin_set_text(object, "BindingsText", bindings);
    admin_set_number(object, "TargetCount", targets);
    admin_set_text(object, "TargetText", target_text);
    free(target_text);
    json_object_set_new(object, "IsManaged", json_boolean(task->is_managed));
    json_object_set_new(object, "IsStale", json_boolean(record->is_stale));
    admin_set_time(object, "KnownSince", record->known_wall_us);
    free(bindings);
    return object;
}

void
admin_show_tasks(struct admin_call *call)
{
    struct task_record *record = NULL;
    json_t *tasks = json_array();

    while ((record = registry_next_task(call->parts->registry, record)) != NULL)
        json_array_append_new(tasks, task_to_object(record));
    admin_answer(call->request, 200, json_pack("{s:o}", "Tasks", tasks));
}

/* Why no service may take it at all, or NULL. */
static const char *
reason_to_stay_out(const struct task_record *record)
{
    const struct task *task = record->task;

    if (task->service == NULL)
        return "it names no service: for Docker, set the label fairlead.service";
    if (task_record_is_leaving(record))
        return "it got a stop sign and is being drained";
    if (task->desired_status == TASK_STOPPED)
        return "it is meant to stop";
    if (task->last_status != TASK_RUNNING)
        return "it is not running";
    return NULL;
}

static char *
verdict_of_service(const struct admin_parts *parts, const struct task_record *record,
                   const struct config_service *service)
{
    struct address address;
    const struct service_matcher *matcher = registry_matcher(parts->registry);

    if (service_match(matcher, service, record->task, &address) != SERVICE_MATCHES)
        return service_match_explain(matcher, service, record->task);
    const struct registered_target *target =
        targets_find(parts->targets, service->target_group, &address);
    char text[ADDRESS_TEXT_SIZE];
    address_format_with_port(&address, text);
    if (target == NULL)
        return memory_print("matches as %s in %s, but is not registered there", text,
                            service->target_group);
    if (target->origin == ORIGIN_TASK && !target_is_of_task(target, record->task))
        return memory_print("matches as %s in %s, but task %s started later on that address",
                            text, service->target_group, target->task_id);
    char description[128];
    target_describe(target, description, sizeof(description));
    return memory_print("is target %s of %s: %s %s %s", text, service->target_group,
                        target_state_word(target), target_reason_word(target), description);
}

static json_t *
explain_services(const struct admin_parts *parts, const struct task_record *record)
{
    const struct config *config = parts->config;
    json_t *services = json_array();

    for (size_t i = 0; i < config->service_count; i++) {
        const struct config_service *service = &config->services[i];
        char *verdict = verdict_of_service(parts, record, service);
        json_t *object = json_object();
        admin_set_text(object, "ServiceName", service->name);
        admin_set_text(object, "TargetGroupName", service->target_group);
        admin_set_text(object, "Text", verdict);
        json_array_append_new(services, object);
        free(verdict);
    }
    return services;
}

/* What providers told of without making it a task: containers without a service, broken ones.
 */
static void
explain_stranger(struct admin_call *call, const char *id)
{
    struct problem problem;

    if (id == NULL || !problems_find(call->parts->problems, id, &problem)) {
        admin_refuse(call->request, 404, "TaskNotFound",
                     "there is no one task %s: tasks and problems show what was reported; "
                     "containers that do not run, or have the label fairlead.enable=false, are "
                     "left out",
                     id == NULL ? "without an id" : id);
        return;
    }
    json_t *object = json_object();
    admin_set_text(object, "Id", id);
    admin_set_text(object, "Name", problem.object);
    json_object_set_new(object, "IsEligible", json_false());
    admin_set_text(object, "Text", problem.reason);
    json_object_set_new(object, "Services", json_array());
    admin_answer(call->request, 200, object);
}

void
admin_explain_task(struct admin_call *call)
{
    const char *id = admin_request_parameter(call->request, "id");
    const struct task_record *record =
        id == NULL ? NULL : registry_find_by_word(call->parts->registry, id);

    if (record == NULL) {
        explain_stranger(call, id);
        return;
    }
    json_t *object = json_object();
    const char *reason = reason_to_stay_out(record);
    admin_set_text(object, "Id", record->task->id);
    admin_set_text(object, "Name", record->task->name);
    json_object_set_new(object, "IsEligible", json_boolean(reason == NULL));
    admin_set_text(object, "Text",
                   reason != NULL ? reason
                   : record->misfit != NULL
                       ? record->misfit
                       : "it may be a target of every service that matches");
    json_object_set_new(object, "Services", explain_services(call->parts, record));
    json_object_set_new(object, "Task", task_to_object(record));
    admin_answer(call->request, 200, object);
}

/* One event or an array of them. */
struct intake {
    unsigned taken, old;
    char *refusal; /* of the first that was refused */
};

static void
take_one(const struct admin_parts *parts, const char *text, size_t length,
         struct intake *intake)
{
    struct task_event_verdict verdict;

    task_events_take(parts->task_events, text, length, &verdict);
    intake->taken += verdict.result == TASK_EVENT_TAKEN ? 1 : 0;
    intake->old += verdict.result == TASK_EVENT_OLD ? 1 : 0;
    if (verdict.result == TASK_EVENT_REFUSED && intake->refusal == NULL)
        intake->refusal = memory_print("%s: %s", verdict.subject, verdict.reason);
    providers_report_problem(parts->providers, TASK_EVENTS_SOURCE, verdict.subject,
                             verdict.reason);
    task_event_verdict_clear(&verdict);
}

static void
take_array(const struct admin_parts *parts, json_t *array, struct intake *intake)
{
    size_t index;
    json_t *event;

    json_array_foreach (array, index, event) {
        char *text = json_dumps(event, JSON_COMPACT | JSON_ENCODE_ANY);
        take_one(parts, text, strlen(text), intake);
        free(text);
    }
}

void
admin_task_events(struct admin_call *call)
{
    struct slice body = admin_request_body(call->request);
    json_t *array = json_loadb(body.at, body.length, 0, NULL);
    struct intake intake = {0};

    if (json_is_array(array))
        take_array(call->parts, array, &intake);
    else
        take_one(call->parts, body.at, body.length, &intake);
    json_decref(array);
    if (intake.refusal != NULL) {
        admin_refuse(call->request, 400, "ValidationError", "%s", intake.refusal);
    } else {
        json_t *answer = json_object();
        admin_set_number(answer, "Accepted", intake.taken);
        admin_set_number(answer, "Ignored", intake.old);
        admin_answer(call->request, 200, answer);
    }
    free(intake.refusal);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How fairlead itself does: status, workers, providers, problems, metrics. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sandbox.h"
#include "control/admin/admin_call.h"
#include "control/certificates/certificate_store.h"

static unsigned
living_workers(struct processes *processes)
{
    unsigned living = 0;

    for (unsigned slot = 1; slot <= processes_worker_count(processes); slot++)
        living += process_is_alive(processes_at(processes, slot)) ? 1 : 0;
    return living;
}

static void
add_walls(json_t *status, uint32_t standing)
{
    uint32_t missing = SANDBOX_WALLS_ALL & ~standing;
    char text[SANDBOX_WALLS_SIZE];

    sandbox_describe_walls(standing, text);
    admin_set_text(status, "Walls", text);
    sandbox_describe_walls(missing, text);
    admin_set_text(status, "MissingWalls", missing == 0 ? NULL : text);
}

/* Those that have ended, too. */
static size_t
ending_certificates(const struct admin_parts *parts)
{
    int64_t now_s = (int64_t)(clock_wall_us() / 1000000);

    return certificate_store_count_ending(
        parts->certificates, now_s + (int64_t)CERTIFICATE_RENEWAL_DAYS * 24 * 3600);
}

void
admin_show_status(struct admin_call *call)
{
    const struct admin_parts *parts = call->parts;
    const struct config *config = parts->config;
    const struct counter_board *board = parts->board;
    struct processes *processes = children_processes(parts->children);
    struct publisher_times times = publisher_times(parts->publisher);
    json_t *status = json_object();

    admin_set_text(status, "Version", PACKAGE_VERSION);
    admin_set_text(status, "LoadBalancerName", config->load_balancer_name);
    admin_set_text(status, "ConfigurationFile", config->path);
    admin_set_time(status, "ConfiguredAt", parts->configured_wall_us);
    json_object_set_new(status, "LastReloadWasRefused", json_boolean(parts->is_refused));
    admin_set_time(status, "StartedAt", parts->started_wall_us);
    admin_set_number(status, "UptimeSeconds", (clock_ms() - parts->started_ms) / 1000);
    admin_set_number(status, "Generation", publisher_generation(parts->publisher));
    admin_set_number(status, "AppliedGeneration", children_applied_generation(parts->children));
    admin_set_number(status, "SnapshotBuildMicroseconds", times.build_us);
    admin_set_number(status, "SnapshotAppliedMicroseconds", times.applied_us);
    admin_set_number(status, "WorkerCount", processes_worker_count(processes));
    admin_set_number(status, "LivingWorkerCount", living_workers(processes));
    admin_set_number(status, "ListenerCount", config->listener_count);
    admin_set_number(status, "TargetGroupCount", config->target_group_count);
    admin_set_number(status, "ServiceCount", config->service_count);
    admin_set_number(status, "TaskCount", registry_task_count(parts->registry, NULL));
    admin_set_number(status, "TargetCount", targets_count(parts->targets));
    admin_set_number(status, "HealthyTargetCount", targets_count_healthy(parts->targets));
    admin_set_number(status, "ProblemCount", problems_count(parts->problems));
    admin_set_number(status, "EndingCertificateCount", ending_certificates(parts));
    admin_set_number(status, "ActiveConnectionCount",
                     counter_board_total(board, COUNTER_CLIENT_CONNECTIONS_ACTIVE));
    admin_set_number(status, "RequestCount",
                     counter_board_total(board, COUNTER_REQUESTS_BEGUN));
    admin_set_number(status, "ActiveRequestCount",
                     counter_board_total(board, COUNTER_EXCHANGES_ACTIVE));
    admin_set_number(status, "Reloads", counter_board_total(board, COUNTER_RELOADS_OK));
    admin_set_number(status, "WorkerRestarts",
                     counter_board_total(board, COUNTER_WORKER_RESTARTS));
    admin_set_number(status, "Upgrades", upgrade_number(parts->upgrade));
    admin_set_text(status, "UpgradeProblem", upgrade_problem(parts->upgrade));
    admin_set_number(status, "FinishingWorkerCount", finishing_count(parts->finishing));
    add_walls(status, processes_walls(processes));
    admin_answer(call->request, 200, status);
}

static json_t *
process_to_json(const struct admin_parts *parts, const struct process *process)
{
    json_t *object = json_object();

    admin_set_number(object, "Slot", process->slot);
    admin_set_text(object, "Role", process_role_text(process->role));
    if (process->pid == 0)
        json_object_set_new(object, "Pid", json_null());
    else
        admin_set_number(object, "Pid", (uint64_t)process->pid);
    admin_set_text(object, "State", process_state_text(process->state));
    admin_set_number(object, "AppliedGeneration", process->applied_generation);
    admin_set_number(object, "Restarts", process->restarts);
    admin_set_text(object, "LastEnd", *process->last_end == '\0' ? NULL : process->last_end);
    if (!process_is_worker(process))
        return object;
    const struct counters *counters = counter_board_slot(parts->board, process->slot);
    admin_set_number(object, "Connections",
                     counter_read(&counters->values[COUNTER_CLIENT_CONNECTIONS_ACTIVE]));
    admin_set_number(object, "Requests",
                     counter_read(&counters->values[COUNTER_REQUESTS_BEGUN]));
    return object;
}

/* One of before an upgrade. */
static json_t *
finishing_to_json(const struct admin_parts *parts, pid_t pid)
{
    json_t *object = json_pack("{s:n, s:i, s:s, s:s}", "Slot", "Pid", (int)pid, "Role",
                               "worker", "State", "finishing");
    uint64_t connections = 0;

    for (unsigned slot = 0; slot < counter_board_slot_count(parts->board); slot++)
        if (counter_board_owner(parts->board, slot) == pid)
            connections = counter_read(&counter_board_slot(parts->board, slot)
                                            ->values[COUNTER_CLIENT_CONNECTIONS_ACTIVE]);
    admin_set_number(object, "Connections", connections);
    return object;
}

void
admin_show_workers(struct admin_call *call)
{
    const struct admin_parts *parts = call->parts;
    struct processes *processes = children_processes(parts->children);
    json_t *workers = json_array();

    for (unsigned slot = 1; slot <= processes_worker_count(processes); slot++)
        json_array_append_new(workers, process_to_json(parts, processes_at(processes, slot)));
    pid_t pid;
    for (size_t i = 0; (pid = finishing_at(parts->finishing, i, NULL)) != 0; i++)
        json_array_append_new(workers, finishing_to_json(parts, pid));
    json_t *observer = process_to_json(parts, processes_at(processes, PROCESS_OBSERVER));
    json_t *answer = json_pack("{s:o, s:o}", "Workers", workers, "Observer", observer);
    const struct process *logger = processes_logger(processes);
    if (logger->is_wanted)
        json_object_set_new(answer, "Logger", process_to_json(parts, logger));
    const struct process *api = processes_api(processes);
    if (api->is_wanted)
        json_object_set_new(answer, "Api", process_to_json(parts, api));
    admin_answer(call->request, 200, answer);
}

static void
add_usage(json_t *object, const struct admin_parts *parts, size_t row)
{
    const struct process_counters *usage = &counter_board_slot(parts->board, 0)->processes[row];

    json_object_set_new(object, "CpuSeconds",
                        json_real((double)counter_read(&usage->cpu_us) / 1e6));
    admin_set_number(object, "MemoryBytes", counter_read(&usage->memory_bytes));
}

static json_t *
control_to_json(const struct admin_parts *parts)
{
    json_t *object = json_pack("{s:i, s:s, s:i, s:s}", "Slot", 0, "Role", "control", "Pid",
                               (int)getpid(), "State", "running");

    admin_set_number(object, "AppliedGeneration", publisher_generation(parts->publisher));
    add_usage(object, parts, 0);
    return object;
}

static void
add_child(json_t *array, const struct admin_parts *parts, const struct process *process)
{
    bool is_observer = process->role == PROCESS_IS_OBSERVER;
    json_t *object = process_to_json(parts, process);

    add_usage(object, parts, is_observer ? COUNTERS_PROCESS_ROWS - 1 : process->slot);
    json_array_append_new(array, object);
}

void
admin_show_processes(struct admin_call *call)
{
    const struct admin_parts *parts = call->parts;
    struct processes *processes = children_processes(parts->children);
    const struct process *logger = processes_logger(processes);
    const struct process *api = processes_api(processes);
    json_t *array = json_array();

    json_array_append_new(array, control_to_json(parts));
    for (unsigned slot = 1; slot <= processes_worker_count(processes); slot++)
        add_child(array, parts, processes_at(processes, slot));
    add_child(array, parts, processes_at(processes, PROCESS_OBSERVER));
    if (logger->is_wanted)
        add_child(array, parts, logger);
    if (api->is_wanted)
        add_child(array, parts, api);
    admin_answer(call->request, 200, json_pack("{s:o}", "Processes", array));
}

static json_t *
provider_to_json(const struct admin_parts *parts, struct discovery *discovery)
{
    const struct config_provider *config = discovery_config(discovery);
    struct discovery_status status = {0};
    json_t *object = json_object();
    uint64_t now = clock_ms();

    discovery_read_status(discovery, &status);
    admin_set_text(object, "Name", discovery_name(discovery));
    admin_set_text(object, "Type", config->type);
    admin_set_text(object, "Endpoint", config->endpoint);
    admin_set_text(object, "Directory", config->directory);
    json_object_set_new(object, "Connected", json_boolean(status.is_connected));
    admin_set_number(object, "TaskCount",
                     registry_task_count(parts->registry, discovery_name(discovery)));
    if (status.last_sync_ms == 0)
        json_object_set_new(object, "SyncAgeSeconds", json_null());
    else
        json_object_set_new(object, "SyncAgeSeconds",
                            json_real((double)(now - status.last_sync_ms) / 1000));
    if (status.last_event_ms == 0)
        json_object_set_new(object, "EventAgeSeconds", json_null());
    else
        json_object_set_new(object, "EventAgeSeconds",
                            json_real((double)(now - status.last_event_ms) / 1000));
    admin_set_number(object, "Syncs", status.syncs);
    admin_set_number(object, "Events", status.events);
    admin_set_number(object, "MissedEvents", status.missed_events);
    admin_set_text(object, "ApiVersion", *status.version == '\0' ? NULL : status.version);
    admin_set_text(object, "LastError", status.error);
    return object;
}

static json_t *
push_to_json(size_t task_count)
{
    json_t *object = json_object();

    admin_set_text(object, "Name", PROVIDERS_PUSH);
    admin_set_text(object, "Type", "push");
    admin_set_text(object, "Endpoint", "POST /v1/task-events");
    json_object_set_new(object, "Connected", json_null());
    admin_set_number(object, "TaskCount", task_count);
    return object;
}

void
admin_show_providers(struct admin_call *call)
{
    const struct admin_parts *parts = call->parts;
    json_t *providers = json_array();
    struct discovery *discovery;

    for (size_t i = 0; (discovery = providers_at(parts->providers, i)) != NULL; i++)
        json_array_append_new(providers, provider_to_json(parts, discovery));
    size_t pushed = registry_task_count(parts->registry, PROVIDERS_PUSH);
    if (pushed != 0)
        json_array_append_new(providers, push_to_json(pushed));
    admin_answer(call->request, 200, json_pack("{s:o}", "Providers", providers));
}

static void
add_problem(void *argument, const struct problem *problem)
{
    json_t *object = json_object();

    admin_set_text(object, "Source", problem->source);
    admin_set_text(object, "Object", problem->object);
    admin_set_time(object, "Since", problem->since_wall_us);
    admin_set_text(object, "Reason", problem->reason);
    json_array_append_new(argument, object);
}

void
admin_show_problems(struct admin_call *call)
{
    json_t *problems = json_array();

    problems_each(call->parts->problems, add_problem, problems);
    admin_answer(call->request, 200, json_pack("{s:o}", "Problems", problems));
}

void
admin_show_metrics(struct admin_call *call)
{
    admin_ask_metrics(call);
}

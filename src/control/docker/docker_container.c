/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inspect answers into tasks. Only members that all API versions have are read: since 1.52 the
 * top-level addresses are gone. Start reading at docker_container_read; lists are in
 * docker_list.c.
 */
#include "control/docker/docker_container.h"

#include <ctype.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/slice.h"
#include "control/docker/docker_labels.h"
#include "control/docker/docker_stop_sign.h"

#define PORT_MOST 65535
/* A container that publishes whole ranges would make thousands of bindings. */
#define BINDINGS_MOST 512
/* The engine's numbers, which are Linux's, wherever it runs. */
#define SIGNAL_REALTIME_FIRST 34
#define SIGNAL_REALTIME_LAST 64

bool
docker_id_is_valid(const char *text)
{
    size_t length = text == NULL ? 0 : strspn(text, "0123456789abcdefABCDEF");

    return length > 0 && length < DOCKER_ID_SIZE && text[length] == '\0';
}

static const struct {
    const char *name;
    int number;
} signals[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT},   {"ILL", SIGILL},
    {"TRAP", SIGTRAP}, {"ABRT", SIGABRT}, {"BUS", SIGBUS},     {"FPE", SIGFPE},
    {"KILL", SIGKILL}, {"USR1", SIGUSR1}, {"SEGV", SIGSEGV},   {"USR2", SIGUSR2},
    {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},   {"CHLD", SIGCHLD},
    {"CONT", SIGCONT}, {"STOP", SIGSTOP}, {"TSTP", SIGTSTP},   {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU}, {"URG", SIGURG},   {"WINCH", SIGWINCH}, {"IO", SIGIO},
    {"PWR", SIGPWR},   {"SYS", SIGSYS},
};

int
docker_signal_number(const char *text)
{
    uint64_t number;

    if (text == NULL || *text == '\0')
        return SIGTERM;
    if (slice_to_number(slice_of(text), SIGNAL_REALTIME_LAST, &number))
        return (int)number;
    if (strncasecmp(text, "SIG", 3) == 0)
        text += 3;
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        if (strcasecmp(signals[i].name, text) == 0)
            return signals[i].number;
    }
    if (strcasecmp(text, "RTMIN") == 0)
        return SIGNAL_REALTIME_FIRST;
    if (strcasecmp(text, "RTMAX") == 0)
        return SIGNAL_REALTIME_LAST;
    bool is_from_first = strncasecmp(text, "RTMIN+", 6) == 0;
    if (!is_from_first && strncasecmp(text, "RTMAX-", 6) != 0)
        return 0;
    if (!slice_to_number(slice_of(text + 6), SIGNAL_REALTIME_LAST - SIGNAL_REALTIME_FIRST,
                         &number))
        return 0;
    return is_from_first ? SIGNAL_REALTIME_FIRST + (int)number
                         : SIGNAL_REALTIME_LAST - (int)number;
}

static void
refuse(struct docker_container *container, char *reason)
{
    container->verdict = DOCKER_BROKEN;
    if (container->reason == NULL)
        container->reason = reason;
    else
        free(reason);
}

static const char *
text_of(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

static bool
is_true_of(const json_t *object, const char *member)
{
    return json_is_true(json_object_get(object, member));
}

/* Podman calls a paused container paused and not running, Docker both. */
static bool
is_paused(const json_t *state)
{
    const char *status = text_of(state, "Status");

    return is_true_of(state, "Paused") || (status != NULL && strcmp(status, "paused") == 0);
}

/* A container between two starts of its restart policy counts as running for the engine, not
 * for us: its ports are gone. */
static bool
is_running(const json_t *state)
{
    return (is_true_of(state, "Running") || is_paused(state)) &&
           !is_true_of(state, "Restarting") && !is_true_of(state, "Dead");
}

static enum task_health
read_health(const json_t *state)
{
    const json_t *health = json_object_get(state, "Health");

    if (health == NULL)
        health = json_object_get(state, "Healthcheck"); /* Podman before 4 */
    const char *status = text_of(health, "Status");
    if (status == NULL)
        return TASK_HEALTH_NONE;
    if (strcmp(status, "starting") == 0)
        return TASK_HEALTH_STARTING;
    if (strcmp(status, "healthy") == 0)
        return TASK_HEALTH_HEALTHY;
    return strcmp(status, "unhealthy") == 0 ? TASK_HEALTH_UNHEALTHY : TASK_HEALTH_NONE;
}

/* "80/tcp" and one element of its array. */
static void
read_binding(struct docker_container *container, const char *port, const json_t *object)
{
    struct task_binding binding = {0};
    struct slice rest = slice_of(port);
    struct slice number, protocol = SLICE_LITERAL("tcp");
    const char *host_ip = text_of(object, "HostIp");
    const char *host_port = text_of(object, "HostPort");
    uint64_t container_number, host_number;

    if (host_port == NULL || *host_port == '\0')
        return;
    slice_next(&rest, '/', &number);
    slice_next(&rest, '/', &protocol);
    if (!slice_to_number(number, PORT_MOST, &container_number) ||
        !slice_to_number(slice_of(host_port), PORT_MOST, &host_number) || host_number == 0) {
        refuse(container,
               memory_print("published port %.32s -> \"%.32s\" is not a port: publish "
                            "it again",
                            port, host_port));
        return;
    }
    if (host_ip != NULL && strlen(host_ip) >= sizeof(binding.host_ip)) {
        refuse(container, memory_print("host address of port %.32s is too long", port));
        return;
    }
    if (host_ip != NULL)
        strcpy(binding.host_ip, host_ip);
    binding.container_port = (unsigned)container_number;
    binding.host_port = (unsigned)host_number;
    binding.is_tcp = slice_equal(protocol, SLICE_LITERAL("tcp"));
    if (container->task->binding_count == BINDINGS_MOST)
        refuse(container,
               memory_copy_text("publishes more than 512 ports and addresses: publish fewer"));
    else
        task_add_binding(container->task, &binding);
}

/* null: exposed, not published. Each published port comes twice, for IPv4 and IPv6. */
static void
read_bindings(struct docker_container *container, json_t *ports)
{
    const char *port;
    json_t *bindings, *binding;
    size_t index;

    json_object_foreach (ports, port, bindings) {
        json_array_foreach (bindings, index, binding)
            read_binding(container, port, binding);
    }
}

/* An engine on this machine publishes on all addresses: the loopback is the shortest way, for
 * each family its own. */
static void
choose_host(struct task *task, const char *host)
{
    task->host = memory_copy_text(host != NULL ? host : "127.0.0.1");
    task->host_ipv6 = memory_copy_text(host != NULL ? NULL : "::1");
}

static void
make_task(struct docker_container *container, const json_t *inspected,
          const struct docker_labels *labels, const struct docker_place *place)
{
    const json_t *state = json_object_get(inspected, "State");
    const json_t *settings = json_object_get(inspected, "NetworkSettings");
    const json_t *config = json_object_get(inspected, "Config");
    struct task *task =
        task_new(place->source, text_of(inspected, "Id"), container->generation);

    container->task = task;
    task->started_at = memory_copy_text(text_of(state, "StartedAt"));
    task->name = memory_copy_text(container->name);
    task->service = memory_copy_text(labels->service);
    task->is_managed = labels->is_managed;
    task->project = memory_copy_text(labels->project);
    task->container_name = memory_copy_text(labels->container_name);
    task->zone = memory_copy_text(labels->zone);
    task->image = memory_copy_text(text_of(config, "Image"));
    task->last_status = is_paused(state) ? TASK_PAUSED : TASK_RUNNING;
    task->desired_status = TASK_RUNNING;
    task->stop_seconds = container->stop_timeout_seconds != 0 ? container->stop_timeout_seconds
                                                              : DOCKER_STOP_SECONDS;
    task->health_status = read_health(state);
    read_bindings(container, json_object_get(settings, "Ports"));
    choose_host(task, place->host);
    docker_network_read(task, inspected, labels->network, &place->reach);
}

/* What is needed of every container, whatever its verdict. */
static void
read_frame(struct docker_container *container, const json_t *inspected)
{
    const json_t *config = json_object_get(inspected, "Config");
    const char *name = text_of(inspected, "Name");
    const char *started_at = text_of(json_object_get(inspected, "State"), "StartedAt");
    json_int_t timeout = json_integer_value(json_object_get(config, "StopTimeout"));
    uint64_t wall_us;

    if (name != NULL && *name == '/')
        name++;
    container->name = memory_copy_text(name);
    container->stop_signal = docker_signal_number(text_of(config, "StopSignal"));
    if (timeout > 0 && timeout < 24 * 3600)
        container->stop_timeout_seconds = (unsigned)timeout;
    if (started_at != NULL && clock_parse_iso(started_at, &wall_us))
        container->generation = wall_us < INT64_MAX / 1000 ? wall_us * 1000 : INT64_MAX;
}

static void
read_end(struct docker_container *container, const json_t *state)
{
    const json_t *exit_code = json_object_get(state, "ExitCode");

    container->verdict = DOCKER_NOT_RUNNING;
    container->is_oom = json_is_true(json_object_get(state, "OOMKilled"));
    if (json_is_integer(exit_code) && json_integer_value(exit_code) >= 0 &&
        json_integer_value(exit_code) <= INT_MAX)
        container->exit_code = (int)json_integer_value(exit_code);
}

static void
judge(struct docker_container *container, const json_t *inspected,
      const struct docker_place *place)
{
    const json_t *config = json_object_get(inspected, "Config");
    struct docker_labels labels;

    docker_labels_read(&labels, json_object_get(config, "Labels"));
    if (labels.verdict == DOCKER_LABELS_OFF) {
        container->verdict = DOCKER_NOT_OURS;
    } else if (!is_running(json_object_get(inspected, "State"))) {
        read_end(container, json_object_get(inspected, "State"));
    } else if (labels.verdict == DOCKER_LABELS_BROKEN) {
        refuse(container, labels.reason);
        labels.reason = NULL;
    } else if (labels.verdict == DOCKER_LABELS_NONE) {
        container->verdict = DOCKER_NOT_OURS;
        container->reason = labels.reason;
        labels.reason = NULL;
    } else if (container->generation == 0) {
        refuse(container, memory_copy_text("its start time cannot be read: restart it"));
    } else {
        make_task(container, inspected, &labels, place);
        if (container->verdict == DOCKER_RUNNING) {
            container->reason = labels.reason;
            labels.reason = NULL;
        }
    }
    docker_labels_clear(&labels);
}

void
docker_container_read(struct docker_container *container, const char *text, size_t length,
                      const struct docker_place *place)
{
    json_error_t error;
    /* A NUL in somebody's label must not make the whole text unreadable. */
    json_t *inspected = json_loadb(text, length, JSON_ALLOW_NUL, &error);

    *container = (struct docker_container){
        .verdict = DOCKER_RUNNING, .stop_signal = SIGTERM, .exit_code = -1};
    if (!docker_id_is_valid(text_of(inspected, "Id")) ||
        !json_is_object(json_object_get(inspected, "State"))) {
        refuse(container, memory_print("the engine's answer about it cannot be read: %s",
                                       inspected == NULL ? error.text : "no Id and State"));
    } else {
        read_frame(container, inspected);
        judge(container, inspected, place);
    }
    if (container->verdict == DOCKER_BROKEN)
        task_free(&container->task);
    json_decref(inspected);
}

void
docker_container_clear(struct docker_container *container)
{
    task_free(&container->task);
    free(container->reason);
    free(container->name);
    *container = (struct docker_container){.verdict = DOCKER_NOT_RUNNING};
}

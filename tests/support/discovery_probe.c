/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one provider and prints what it reports, a line each, so that shell tests can try a
 * provider without the rest:
 *
 *   discovery_probe docker unix:///path [RESYNC_SECONDS [HOST]]
 *   discovery_probe file DIRECTORY
 *
 * Lines read from stdin are commands: "status", "stop ID SECONDS", "quit".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uthash.h>

#include "base/log.h"
#include "base/memory.h"
#include "control/driver/driver.h"
#include "control/discovery/discovery.h"

/* What was reported so far: enough of a registry to count what no event told of. */
struct known {
    UT_hash_handle hh;
    char *id;
    uint64_t generation;
    bool is_in_set;
};

static struct known *all_known;
static struct discovery *discovery;
static struct loop *loop;

static struct discovery_stop {
    char *id;
} stop;

static struct known *
find(const char *id)
{
    struct known *known;

    HASH_FIND_STR(all_known, id, known);
    return known;
}

/* True when it is new, or another generation. */
static bool
note(const struct task *task)
{
    struct known *known = find(task->id);
    bool is_new = known == NULL || known->generation != task->generation;

    if (known == NULL) {
        known = memory_take(1, sizeof(*known));
        known->id = memory_copy_text(task->id);
        HASH_ADD_KEYPTR(hh, all_known, known->id, strlen(known->id), known);
    }
    known->generation = task->generation;
    known->is_in_set = true;
    return is_new;
}

static void
forget(struct known *known)
{
    HASH_DEL(all_known, known);
    free(known->id);
    free(known);
}

static const char *
text_or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

static void
print_task(const char *how, const struct task *task)
{
    printf("%s %.12s name=%s service=%s container=%s zone=%s host=%s ports=", how, task->id,
           text_or_dash(task->name), text_or_dash(task->service),
           text_or_dash(task->container_name), text_or_dash(task->zone),
           text_or_dash(task->host));
    for (size_t i = 0; i < task->binding_count; i++)
        printf("%s%s:%u->%u/%s", i == 0 ? "" : ",", task->bindings[i].host_ip,
               task->bindings[i].host_port, task->bindings[i].container_port,
               task->bindings[i].is_tcp ? "tcp" : "udp");
    printf(" status=%s desired=%s health=%s generation=%" PRIu64 "\n",
           task_status_text(task->last_status), task_status_text(task->desired_status),
           task_health_text(task->health_status), task->generation);
}

static void
on_task(void *argument, const char *provider, struct task *task)
{
    (void)argument;
    (void)provider;
    note(task);
    print_task("task", task);
    task_free(&task);
}

static void
on_task_gone(void *argument, const char *provider, const char *id, uint64_t generation)
{
    struct known *known = find(id);

    (void)argument;
    (void)provider;
    (void)generation;
    if (known == NULL)
        return;
    printf("gone %.12s\n", id);
    forget(known);
}

static unsigned
on_full_set(void *argument, const char *provider, struct task **tasks, size_t count)
{
    struct known *known, *next;
    unsigned changes = 0;

    (void)argument;
    (void)provider;
    HASH_ITER (hh, all_known, known, next)
        known->is_in_set = false;
    for (size_t i = 0; i < count; i++) {
        changes += note(tasks[i]) ? 1 : 0;
        print_task("listed", tasks[i]);
        task_free(&tasks[i]);
    }
    free(tasks);
    HASH_ITER (hh, all_known, known, next) {
        if (known->is_in_set)
            continue;
        printf("missing %.12s\n", known->id);
        forget(known);
        changes++;
    }
    printf("set count=%zu changes=%u\n", count, changes);
    return changes;
}

static void
on_problem(void *argument, const char *provider, const char *object, const char *reason)
{
    (void)argument;
    (void)provider;
    printf("problem %s: %s\n", object, reason == NULL ? "solved" : reason);
}

static void
on_end(void *argument, const char *provider, const char *id, const char *end)
{
    (void)argument;
    (void)provider;
    (void)id;
    (void)end;
}

static void
on_stop_sign(void *argument, const char *provider, const char *id, const char *sign)
{
    (void)argument;
    (void)provider;
    printf("stop-sign %.12s %s\n", id, sign);
}

static void
on_stopped(void *argument, const struct driver_result *result)
{
    struct discovery_stop *stopped = argument;

    printf("stopped %.12s %s\n", stopped->id, result->error == NULL ? "ok" : result->error);
    free(stopped->id);
    stopped->id = NULL;
}

static void
print_status(void)
{
    struct discovery_status status;

    discovery_read_status(discovery, &status);
    printf("status connected=%d syncs=%" PRIu64 " events=%" PRIu64 " missed=%" PRIu64
           " version=%s error=%s\n",
           status.is_connected, status.syncs, status.events, status.missed_events,
           status.version[0] == '\0' ? "-" : status.version,
           status.error == NULL ? "-" : status.error);
}

static void
run_command(char *line)
{
    char id[256];
    unsigned seconds;

    if (strcmp(line, "status") == 0)
        print_status();
    else if (strcmp(line, "quit") == 0)
        loop_stop(loop);
    else if (sscanf(line, "stop %255s %u", id, &seconds) == 2 && stop.id == NULL) {
        stop.id = memory_copy_text(id);
        struct driver *driver = discovery_driver(discovery);
        const struct driver_result none = {.fault = DRIVER_REFUSED,
                                           .error = "this provider cannot stop that"};
        if (driver == NULL)
            on_stopped(&stop, &none);
        else
            driver_stop(driver, id, seconds, on_stopped, &stop);
    } else
        printf("unknown command: %s\n", line);
}

static void
on_input(int fd, short what, void *argument)
{
    char line[512];
    ssize_t length = read(fd, line, sizeof(line) - 1);

    (void)what;
    (void)argument;
    if (length <= 0) {
        loop_stop(loop);
        return;
    }
    line[length] = '\0';
    char *rest = line;
    for (char *part = strsep(&rest, "\n"); part != NULL; part = strsep(&rest, "\n")) {
        if (*part != '\0')
            run_command(part);
    }
}

int
main(int argc, char **argv)
{
    struct config_provider config = {.resync_seconds = 30};
    const struct discovery_sink sink = {on_task,      on_task_gone, on_full_set, on_problem,
                                        on_stop_sign, on_end,       NULL};
    struct watch input = {0};
    struct known *known, *next;

    if (argc < 3)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    log_set_role("probe");
    log_set_level(getenv("PROBE_DEBUG") != NULL ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE);
    config.type = argv[1];
    config.endpoint = config.directory = argv[2];
    if (argc > 3)
        config.resync_seconds = (unsigned)strtoul(argv[3], NULL, 10);
    if (argc > 4)
        config.host = argv[4];
    loop = loop_new();
    discovery = discovery_open(loop, &config, config.type, &sink);
    if (discovery == NULL)
        return 2;
    watch_open(&input, loop, STDIN_FILENO, WATCH_READ, on_input, NULL);
    loop_run(loop);
    watch_close(&input);
    discovery_close(&discovery);
    loop_free(&loop);
    HASH_ITER (hh, all_known, known, next)
        forget(known);
    return 0;
}

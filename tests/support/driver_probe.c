/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Docker engine's driver by itself. usage: driver_probe ENDPOINT
 *
 * Each line of stdin is an act; its end is a line "ACT ok [JSON]" or "ACT FAULT reason":
 *
 *     pull IMAGE | start ID | stop ID SECONDS | kill ID SIGNAL | remove ID FLAGS
 *     rename ID NAME | inspect ID | image IMAGE | list | info | stats ID | logs ID LINES
 *     create FILE | volumes FILE | forget-volumes FILE       of an ECS task, see read_task
 *     cancel                                                 the newest act
 *     quit
 *
 * "hint" is printed when managed containers may have changed, "connected" before the first one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "control/discovery/discovery.h"
#include "control/docker/docker_template.h"
#include "control/driver/driver.h"

static struct loop *loop;
static struct discovery *discovery;
static struct driver_call *newest;

static const char *const faults[] = {"ok",      "not-found",   "conflict",
                                     "timeout", "unreachable", "refused"};

static void
on_task(void *argument, const char *provider, struct task *task)
{
    (void)argument;
    (void)provider;
    task_free(&task);
}

static void
on_task_gone(void *argument, const char *provider, const char *id, uint64_t generation)
{
    (void)argument;
    (void)provider;
    (void)id;
    (void)generation;
}

static unsigned
on_full_set(void *argument, const char *provider, struct task **tasks, size_t count)
{
    (void)argument;
    (void)provider;
    for (size_t i = 0; i < count; i++)
        task_free(&tasks[i]);
    free(tasks);
    return 0;
}

static void
on_text(void *argument, const char *provider, const char *object, const char *text)
{
    (void)argument;
    (void)provider;
    (void)object;
    (void)text;
}

static const struct discovery_sink sink = {on_task, on_task_gone, on_full_set, on_text,
                                           on_text, on_text,      NULL};

/* The argument is the act's name. */
static void
on_done(void *argument, const struct driver_result *result)
{
    char *act = argument;

    newest = NULL;
    printf("%s %s ", act, faults[result->fault]);
    if (result->answer != NULL)
        json_dumpf(result->answer, stdout, JSON_COMPACT);
    if (result->error != NULL)
        printf("%s | %s", result->error, result->message == NULL ? "-" : result->message);
    putchar('\n');
    free(act);
}

static void
on_hint(void *argument)
{
    static bool has_come;

    (void)argument;
    if (!has_come)
        printf("connected\n");
    has_come = true;
    printf("hint\n");
}

static const json_t *
find_container(const json_t *definition, const char *name)
{
    const json_t *container;
    size_t index;

    json_array_foreach (json_object_get(definition, "containerDefinitions"), index, container)
        if (strcmp(json_string_value(json_object_get(container, "name")), name) == 0)
            return container;
    return NULL;
}

/* {"taskDefinition", "container": its name, "taskArn", "cluster", "ids", "secrets", "service"}
 */
static void
read_task(struct docker_template *what, const json_t *task)
{
    what->definition = json_object_get(task, "taskDefinition");
    what->container =
        find_container(what->definition, json_string_value(json_object_get(task, "container")));
    what->task_arn = json_string_value(json_object_get(task, "taskArn"));
    what->cluster = json_string_value(json_object_get(task, "cluster"));
    what->service = json_string_value(json_object_get(task, "service"));
    what->ids = json_object_get(task, "ids");
    what->secrets = json_object_get(task, "secrets");
    what->bind_address = "127.0.0.1";
}

static void
act_on_task(struct driver *driver, const char *act, const char *path)
{
    json_t *task = json_load_file(path, 0, NULL), *list = NULL;
    struct docker_template what = {0};
    json_t *element;
    size_t index;

    read_task(&what, task);
    if (strcmp(act, "create") == 0) {
        json_t *body = docker_template_body(&what);
        char *name = docker_template_name(&what, random_below(1U << 31));
        driver_create(driver, name, body, on_done, memory_copy_text(act));
        free(name);
        json_decref(body);
    } else if (strcmp(act, "volumes") == 0) {
        list = docker_template_volumes(&what);
        json_array_foreach (list, index, element)
            driver_create_volume(driver, element, on_done, memory_copy_text(act));
    } else {
        list = docker_template_own_volumes(&what);
        json_array_foreach (list, index, element)
            driver_remove_volume(driver, json_string_value(element), on_done,
                                 memory_copy_text(act));
    }
    json_decref(list);
    json_decref(task);
}

/* Acts with an object and a number; NULL: it is none. */
static struct driver_call *
act_on_object(struct driver *driver, const char *act, const char *object, unsigned number)
{
    static const struct {
        const char *act;
        struct driver_call *(*begin)(struct driver *driver, const char *object,
                                     driver_done *on_done, void *argument);
    } plain[] = {{"pull", driver_pull},
                 {"start", driver_start},
                 {"inspect", driver_inspect},
                 {"image", driver_inspect_image},
                 {"stats", driver_stats}};

    static const struct {
        const char *act;
        struct driver_call *(*begin)(struct driver *driver, const char *object, unsigned number,
                                     driver_done *on_done, void *argument);
    } numbered[] = {{"stop", driver_stop}, {"remove", driver_remove}, {"logs", driver_logs}};

    for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
        if (strcmp(act, plain[i].act) == 0)
            return plain[i].begin(driver, object, on_done, memory_copy_text(act));
    for (size_t i = 0; i < sizeof(numbered) / sizeof(*numbered); i++)
        if (strcmp(act, numbered[i].act) == 0)
            return numbered[i].begin(driver, object, number, on_done, memory_copy_text(act));
    return NULL;
}

static void
run_command(const char *line)
{
    struct driver *driver = discovery_driver(discovery);
    char act[32] = "", object[256] = "", other[256] = "";

    sscanf(line, "%31s %255s %255s", act, object, other);
    if (strcmp(act, "quit") == 0)
        loop_stop(loop);
    else if (strcmp(act, "cancel") == 0)
        driver_cancel(&newest);
    else if (strcmp(act, "list") == 0)
        driver_list_managed(driver, on_done, memory_copy_text(act));
    else if (strcmp(act, "info") == 0)
        driver_info(driver, on_done, memory_copy_text(act));
    else if (strcmp(act, "kill") == 0)
        driver_kill(driver, object, other, on_done, memory_copy_text(act));
    else if (strcmp(act, "rename") == 0)
        driver_rename(driver, object, other, on_done, memory_copy_text(act));
    else if (strcmp(act, "create") == 0 || strstr(act, "volumes") != NULL)
        act_on_task(driver, act, object);
    else if ((newest = act_on_object(driver, act, object,
                                     (unsigned)strtoul(other, NULL, 10))) == NULL)
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
    struct config_provider config = {.type = (char *)"docker", .resync_seconds = 300};
    struct watch input = {0};

    if (argc != 2)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    log_set_role("probe");
    config.endpoint = argv[1];
    loop = loop_new();
    discovery = discovery_open(loop, &config, "docker", &sink);
    struct driver_watch *watch = driver_watch_open(discovery_driver(discovery), on_hint, NULL);
    watch_open(&input, loop, STDIN_FILENO, WATCH_READ, on_input, NULL);
    loop_run(loop);
    watch_close(&input);
    driver_watch_close(&watch);
    discovery_close(&discovery);
    loop_free(&loop);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks out of JSON: our own form, an ECS task (as DescribeTasks returns it), or an EventBridge
 * event around one. A text is taken whole or not at all: the first thing that is wrong refuses
 * it, with the place in the reason. Start reading at task_parse_json.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "model/task.h"

#define PORT_MAX 65535
#define BINDINGS_MOST 1024
/* Names and ids go into messages, paths and the state file. */
#define TEXT_MOST_BYTES 255
#define IMAGE_MOST_BYTES 1024

struct parser {
    const char *source;
    struct task **tasks;
    size_t count;
    char *error; /* the first reason; NULL: none so far */
};

/* What the two forms call the same things. */
struct form {
    const char *container_port, *host_ip, *host_port;
};

static const struct form own_form = {"container_port", "host_ip", "host_port"};
static const struct form ecs_form = {"containerPort", "bindIP", "hostPort"};

struct word {
    const char *text;
    int value;
};

static const struct word statuses[] = {
    {"PROVISIONING", TASK_PENDING},
    {"PENDING", TASK_PENDING},
    {"ACTIVATING", TASK_PENDING},
    {"RUNNING", TASK_RUNNING},
    {"PAUSED", TASK_PAUSED},
    {"DEACTIVATING", TASK_STOPPING},
    {"STOPPING", TASK_STOPPING},
    {"DEPROVISIONING", TASK_STOPPING},
    {"STOPPED", TASK_STOPPED},
    {"DELETED", TASK_STOPPED},
    {NULL, 0},
};

static const struct word healths[] = {
    {"UNKNOWN", TASK_HEALTH_NONE},        {"NONE", TASK_HEALTH_NONE},
    {"STARTING", TASK_HEALTH_STARTING},   {"HEALTHY", TASK_HEALTH_HEALTHY},
    {"UNHEALTHY", TASK_HEALTH_UNHEALTHY}, {NULL, 0},
};

/* The end of its words, by which a refusal knows them. */
#define DIAL_WORDS_END (-1)

static const struct word dials[] = {{"host-port", TASK_DIAL_HOST_PORT},
                                    {"auto", TASK_DIAL_AUTO},
                                    {"container", TASK_DIAL_CONTAINER},
                                    {NULL, DIAL_WORDS_END}};

static void
refuse(struct parser *parser, const char *member, const char *reason)
{
    if (parser->error == NULL)
        parser->error = memory_print("task %zu: %s %s", parser->count + 1, member, reason);
}

/* A text member; NULL when it is absent or null. */
static const char *
read_text(struct parser *parser, const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    bool is_image = strcmp(member, "image") == 0;

    if (value == NULL || json_is_null(value))
        return NULL;
    if (!json_is_string(value))
        refuse(parser, member, "must be a text");
    else if (json_string_length(value) > (is_image ? IMAGE_MOST_BYTES : TEXT_MOST_BYTES))
        refuse(parser, member,
               is_image ? "is longer than 1024 bytes" : "is longer than 255 bytes");
    return json_string_value(value);
}

static void
copy_text(struct parser *parser, const json_t *object, const char *member, char **to)
{
    free(*to);
    *to = memory_copy_text(read_text(parser, object, member));
}

/* The member's value among the words, or fallback when it is absent. */
static int
read_word(struct parser *parser, const json_t *object, const char *member,
          const struct word *words, int fallback)
{
    const char *text = read_text(parser, object, member);

    if (text == NULL)
        return fallback;
    for (; words->text != NULL; words++) {
        if (strcasecmp(words->text, text) == 0)
            return words->value;
    }
    refuse(parser, member,
           words->value == DIAL_WORDS_END ? "must be auto, container or host-port"
                                          : "is not a word that ECS uses for it");
    return fallback;
}

static unsigned
read_port(struct parser *parser, const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    json_int_t port = json_integer_value(value);

    if (!json_is_integer(value) || port < 1 || port > PORT_MAX) {
        refuse(parser, member, "must be a number from 1 to 65535");
        return 0;
    }
    return (unsigned)port;
}

static void
read_binding(struct parser *parser, struct task *task, const json_t *object,
             const struct form *form)
{
    struct task_binding binding = {.is_tcp = true};
    const char *host_ip = read_text(parser, object, form->host_ip);
    const char *protocol = read_text(parser, object, "protocol");

    binding.container_port = read_port(parser, object, form->container_port);
    binding.host_port = read_port(parser, object, form->host_port);
    if (protocol != NULL && strcasecmp(protocol, "tcp") != 0)
        binding.is_tcp = false;
    if (host_ip != NULL && snprintf(binding.host_ip, sizeof(binding.host_ip), "%s", host_ip) >=
                               (int)sizeof(binding.host_ip))
        refuse(parser, form->host_ip, "is too long for an address");
    if (parser->error == NULL)
        task_add_binding(task, &binding);
}

/* ECS leaves hostPort out, or 0, as long as the container has none. */
static bool
is_bound(const json_t *binding, const struct form *form)
{
    return form != &ecs_form ||
           json_integer_value(json_object_get(binding, form->host_port)) != 0;
}

static void
read_bindings(struct parser *parser, struct task *task, const json_t *bindings,
              const struct form *form)
{
    size_t index;
    json_t *binding;

    if (bindings == NULL || json_is_null(bindings))
        return;
    if (!json_is_array(bindings)) {
        refuse(parser, "bindings", "must be an array");
        return;
    }
    if (json_array_size(bindings) > BINDINGS_MOST) {
        refuse(parser, "bindings", "are more than 1024");
        return;
    }
    json_array_foreach (bindings, index, binding) {
        if (is_bound(binding, form))
            read_binding(parser, task, binding, form);
    }
}

static void
keep(struct parser *parser, struct task *task)
{
    parser->tasks = memory_resize(parser->tasks, parser->count + 1, sizeof(struct task *));
    parser->tasks[parser->count++] = task;
}

/* Nanoseconds since the epoch; 0 when the text is absent or no time. */
static uint64_t
parse_time(const char *text)
{
    uint64_t wall_us;

    if (text == NULL || !clock_parse_iso(text, &wall_us))
        return 0;
    /* The state file keeps it as a signed number, which ends in 2262. */
    return wall_us < INT64_MAX / 1000 ? wall_us * 1000 : INT64_MAX;
}

static uint64_t
read_number(struct parser *parser, const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);

    if (value != NULL && (!json_is_integer(value) || json_integer_value(value) < 0))
        refuse(parser, member, "must be a number from 0");
    return (uint64_t)json_integer_value(value);
}

static void
read_own_task(struct parser *parser, const json_t *object)
{
    const char *id = read_text(parser, object, "id");
    const char *started_at = read_text(parser, object, "started_at");
    uint64_t generation = read_number(parser, object, "generation");

    if (id == NULL || *id == '\0') {
        refuse(parser, "id", "is missing");
        return;
    }
    if (started_at != NULL && parse_time(started_at) == 0)
        refuse(parser, "started_at", "must be a time as RFC 3339 writes it");

    struct task *task =
        task_new(parser->source, id, generation != 0 ? generation : parse_time(started_at));
    copy_text(parser, object, "started_at", &task->started_at);
    copy_text(parser, object, "name", &task->name);
    copy_text(parser, object, "service", &task->service);
    copy_text(parser, object, "project", &task->project);
    copy_text(parser, object, "container_name", &task->container_name);
    copy_text(parser, object, "zone", &task->zone);
    copy_text(parser, object, "host", &task->host);
    copy_text(parser, object, "host_ipv6", &task->host_ipv6);
    copy_text(parser, object, "container_address", &task->container_address);
    copy_text(parser, object, "no_address", &task->no_address);
    task->dial = (enum task_dial)read_word(parser, object, "dial", dials,
                                           task->container_address == NULL ? TASK_DIAL_HOST_PORT
                                                                           : TASK_DIAL_AUTO);
    task->is_on_host_network = json_is_true(json_object_get(object, "host_network"));
    copy_text(parser, object, "image", &task->image);
    task->version = read_number(parser, object, "version");
    task->last_status =
        (enum task_status)read_word(parser, object, "last_status", statuses, TASK_RUNNING);
    task->desired_status =
        (enum task_status)read_word(parser, object, "desired_status", statuses, TASK_RUNNING);
    task->health_status =
        (enum task_health)read_word(parser, object, "health_status", healths, TASK_HEALTH_NONE);
    read_bindings(parser, task, json_object_get(object, "bindings"), &own_form);
    keep(parser, task);
}

/* "service:web" and "family:web" are both web. */
static const char *
service_of_group(const char *group)
{
    const char *colon = group == NULL ? NULL : strchr(group, ':');

    return colon == NULL ? group : colon + 1;
}

/* One container of an ECS task is one task of ours. */
static void
read_ecs_container(struct parser *parser, const json_t *ecs, const char *task_arn,
                   const json_t *container)
{
    const char *name = read_text(parser, container, "name");
    const char *started_at = read_text(parser, ecs, "startedAt");

    if (name == NULL) {
        refuse(parser, "containers[].name", "is missing");
        return;
    }
    /* A task ARN is never used again, so that any number that stays will do before the start.
     */
    uint64_t generation =
        parse_time(started_at != NULL ? started_at : read_text(parser, ecs, "createdAt"));
    char *id = memory_print("%s/%s", task_arn, name);
    if (strlen(id) > TEXT_MOST_BYTES)
        refuse(parser, "taskArn", "and its container's name are longer than 255 bytes");
    struct task *task = task_new(parser->source, id, generation);
    free(id);
    int status = read_word(parser, ecs, "lastStatus", statuses, TASK_PENDING);
    task->started_at = memory_copy_text(started_at);
    task->name = memory_copy_text(name);
    task->container_name = memory_copy_text(name);
    task->service = memory_copy_text(service_of_group(read_text(parser, ecs, "group")));
    copy_text(parser, ecs, "availabilityZone", &task->zone);
    copy_text(parser, container, "image", &task->image);
    task->version = read_number(parser, ecs, "version");
    task->last_status =
        (enum task_status)read_word(parser, container, "lastStatus", statuses, status);
    task->desired_status =
        (enum task_status)read_word(parser, ecs, "desiredStatus", statuses, TASK_RUNNING);
    task->health_status = (enum task_health)read_word(parser, container, "healthStatus",
                                                      healths, TASK_HEALTH_NONE);
    read_bindings(parser, task, json_object_get(container, "networkBindings"), &ecs_form);
    keep(parser, task);
}

static void
read_ecs_task(struct parser *parser, const json_t *ecs)
{
    const char *task_arn = read_text(parser, ecs, "taskArn");
    const json_t *containers = json_object_get(ecs, "containers");
    size_t index;
    json_t *container;

    if (task_arn == NULL)
        refuse(parser, "taskArn", "is missing");
    else if (!json_is_array(containers))
        refuse(parser, "containers", "must be an array");
    if (parser->error != NULL)
        return;
    json_array_foreach (containers, index, container) {
        read_ecs_container(parser, ecs, task_arn, container);
    }
}

static void
read_task(struct parser *parser, const json_t *object)
{
    if (!json_is_object(object))
        refuse(parser, "it", "must be an object");
    else if (json_object_get(object, "taskArn") != NULL)
        read_ecs_task(parser, object);
    else if (json_object_get(object, "detail") != NULL)
        read_ecs_task(parser, json_object_get(object, "detail"));
    else
        read_own_task(parser, object);
}

static void
read_all(struct parser *parser, const json_t *root)
{
    const json_t *described = json_object_get(root, "tasks");
    const json_t *array = described != NULL ? described : root;
    size_t index;
    json_t *element;

    if (!json_is_array(array)) {
        read_task(parser, array);
        return;
    }
    json_array_foreach (array, index, element) {
        read_task(parser, element);
    }
}

/* Up to a word, or all. */
static size_t
length_up_to(const char *text, const char *word)
{
    const char *found = strstr(text, word);

    return found == NULL ? strlen(text) : (size_t)(found - text);
}

struct task **
task_parse_json(const char *text, size_t length, const char *source, size_t *count,
                char **error)
{
    struct parser parser = {.source = source};
    json_error_t where;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);

    *count = 0;
    *error = NULL;
    if (root == NULL) {
        /* What stands there is not told: the file may be a link to anything. */
        *error = memory_print("not JSON: line %d, column %d: %.*s", where.line, where.column,
                              (int)length_up_to(where.text, " near "), where.text);
        return NULL;
    }
    read_all(&parser, root);
    json_decref(root);
    if (parser.error == NULL) {
        *count = parser.count;
        return parser.tasks != NULL ? parser.tasks : memory_take(1, sizeof(struct task *));
    }
    for (size_t i = 0; i < parser.count; i++)
        task_free(&parser.tasks[i]);
    free(parser.tasks);
    *error = parser.error;
    return NULL;
}

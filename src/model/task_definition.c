/* SPDX-License-Identifier: Apache-2.0 */
/* What a task definition says of the whole task. */
#include "model/task_definition.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"
#include "model/task_definition_check.h"

#define FAMILY_MOST 255
#define CONSTRAINTS_MOST 10
#define BYTES_MOST 65536 /* of one, as text */
#define CPU_LEAST 128
#define CPU_MOST 196608
#define MEMORY_MOST 33554432 /* MiB */
#define UNITS 1024           /* of a vCPU, and MiB of a GB */
#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

/* Members that nothing is built for, and what is to be said of them. */
static const struct {
    const char *member, *words;
} unsupported[] = {
    {"proxyConfiguration", "there are no service meshes"},
    {"inferenceAccelerators", "there are no accelerators"},
    {"ephemeralStorage", "it is Fargate's"},
};

static bool
is_family(struct definition_check *check)
{
    if (definition_is_word(definition_text(check->definition, "family"), FAMILY_MOST, "-_"))
        return true;
    return definition_fail(check,
                           "Family contains invalid characters or is too long: up to "
                           "%d letters, digits, hyphens and underscores",
                           FAMILY_MOST);
}

static bool
is_small(struct definition_check *check)
{
    if (json_dumpb(check->definition, NULL, 0, JSON_COMPACT) <= BYTES_MOST)
        return true;
    return definition_fail(check, "The task definition is larger than %d bytes", BYTES_MOST);
}

static bool
has_containers(struct definition_check *check)
{
    if (definition_count(check) == 0)
        return definition_fail(check, "Container list cannot be empty.");
    if (definition_count(check) > TASK_DEFINITION_CONTAINERS_MAX)
        return definition_fail(check, "A task definition may have %d containers at most.",
                               TASK_DEFINITION_CONTAINERS_MAX);
    return true;
}

static bool
is_supported(struct definition_check *check)
{
    for (size_t i = 0; i < COUNT(unsupported); i++)
        if (json_object_get(check->definition, unsupported[i].member) != NULL)
            return definition_fail(check, "'%s' is not supported here: %s",
                                   unsupported[i].member, unsupported[i].words);
    if (json_is_true(json_object_get(check->definition, "enableFaultInjection")))
        return definition_fail(check, "'enableFaultInjection' is not supported here: nothing "
                                      "injects faults");
    return true;
}

static bool
has_modes(struct definition_check *check)
{
    const char *pid = definition_text(check->definition, "pidMode");
    const char *ipc = definition_text(check->definition, "ipcMode");
    const char *family =
        definition_text(check->definition, "runtimePlatform.operatingSystemFamily");

    if (strcmp(definition_network(check), "awsvpc") == 0)
        return definition_fail(check, "networkMode 'awsvpc' is not supported here: tasks have "
                                      "no network interfaces of their own. Use bridge, host "
                                      "or none.");
    if (pid != NULL && strcmp(pid, "task") == 0)
        return definition_fail(check, "pidMode 'task' is not supported here.");
    if (ipc != NULL && strcmp(ipc, "task") == 0)
        return definition_fail(check, "ipcMode 'task' is not supported here.");
    if (family != NULL && strcmp(family, "LINUX") != 0)
        return definition_fail(check,
                               "operatingSystemFamily '%s' is not supported here: LINUX "
                               "is the only one.",
                               family);
    return true;
}

static bool
is_compatible(struct definition_check *check)
{
    const json_t *list = json_object_get(check->definition, "requiresCompatibilities"), *one;
    size_t index;

    json_array_foreach (list, index, one) {
        const char *word = json_string_value(one);
        if (word != NULL && strcmp(word, "EC2") != 0)
            return definition_fail(check,
                                   "requiresCompatibilities '%s' is not supported here: "
                                   "tasks run on container instances (EC2).",
                                   word);
    }
    return true;
}

static bool
has_constraints(struct definition_check *check)
{
    const json_t *list = json_object_get(check->definition, "placementConstraints"), *one;
    size_t index;

    if (json_array_size(list) > CONSTRAINTS_MOST)
        return definition_fail(check,
                               "A task definition may have %d placement constraints at "
                               "most.",
                               CONSTRAINTS_MOST);
    json_array_foreach (list, index, one) {
        const char *type = definition_text(one, "type");
        const char *expression = definition_text(one, "expression");
        if (type == NULL || strcmp(type, "memberOf") != 0)
            return definition_fail(check, "A placement constraint of a task definition is of "
                                          "the type memberOf.");
        if (expression == NULL || *expression == '\0')
            return definition_fail(check, "The placement constraint memberOf must have an "
                                          "expression.");
    }
    return true;
}

/* A number with three digits behind its point at most, and a unit; in thousandths. */
static bool
read_thousandths(const char *text, const char *unit, uint64_t *number)
{
    size_t whole = strspn(text, "0123456789"), part = 0;
    const char *rest = text + whole;
    uint64_t most = UINT32_MAX, fraction = 0;

    *number = 0;
    if (whole > 0 && !slice_to_number(slice_make(text, whole), most, number))
        return false;
    *number *= 1000;
    if (*rest == '.') {
        part = strspn(++rest, "0123456789");
        if (part == 0 || part > 3 || !slice_to_number(slice_make(rest, part), most, &fraction))
            return false;
        rest += part;
    }
    for (size_t i = part; i < 3; i++)
        fraction *= 10;
    *number += fraction;
    while (*rest == ' ')
        rest++;
    return whole + part > 0 && strcasecmp(rest, unit) == 0;
}

/* Plain units, or so many times 1,024. */
static uint64_t
read_size(const char *text, const char *unit)
{
    uint64_t number;

    if (slice_to_number(slice_of(text), UINT32_MAX, &number))
        return number;
    return read_thousandths(text, unit, &number) ? number * UNITS / 1000 : 0;
}

uint64_t
task_definition_cpu(const char *text)
{
    return read_size(text, "vCPU");
}

uint64_t
task_definition_memory(const char *text)
{
    return read_size(text, "GB");
}

/* What a container reserves of the task's. */
static json_int_t
reserved(const json_t *container, const char *member)
{
    const json_t *soft =
        strcmp(member, "memory") == 0 ? json_object_get(container, "memoryReservation") : NULL;

    return json_integer_value(soft != NULL ? soft : json_object_get(container, member));
}

/* Containers may not be given more than their task has. */
static bool
holds_containers(struct definition_check *check, const char *member, uint64_t size)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < definition_count(check); i++) {
        const json_t *container = json_array_get(check->containers, i);
        json_int_t limit = json_integer_value(json_object_get(container, member));
        if ((uint64_t)limit > size)
            return definition_fail(check,
                                   "The '%s' setting for container '%.255s' is greater "
                                   "than for the task.",
                                   member, definition_text(container, "name"));
        sum += (uint64_t)reserved(container, member);
    }
    if (sum <= size)
        return true;
    return definition_fail(check,
                           "Invalid '%s' setting for task: its containers reserve %llu "
                           "together, and it has %llu.",
                           member, (unsigned long long)sum, (unsigned long long)size);
}

static bool
has_sizes(struct definition_check *check)
{
    const char *cpu = definition_text(check->definition, "cpu");
    const char *memory = definition_text(check->definition, "memory");

    if (cpu != NULL) {
        uint64_t units = task_definition_cpu(cpu);
        if (units < CPU_LEAST || units > CPU_MOST)
            return definition_fail(check,
                                   "Invalid 'cpu' setting for task: '%.64s' is not from "
                                   "%d to %d CPU units.",
                                   cpu, CPU_LEAST, CPU_MOST);
        if (!holds_containers(check, "cpu", units))
            return false;
    }
    if (memory != NULL) {
        uint64_t size = task_definition_memory(memory);
        if (size == 0 || size > MEMORY_MOST)
            return definition_fail(check,
                                   "Invalid 'memory' setting for task: '%.64s' is not "
                                   "from 1 to %d MiB.",
                                   memory, MEMORY_MOST);
        return holds_containers(check, "memory", size);
    }
    return true;
}

static bool
has_sound_containers(struct definition_check *check)
{
    return definition_check_containers(check, definition_check_container);
}

static char *
run(definition_checker *const *checkers, size_t count, const json_t *definition,
    const struct config_value *allow, size_t allow_count)
{
    struct definition_check check = {
        .definition = definition,
        .containers = json_object_get(definition, "containerDefinitions"),
        .allow = allow,
        .allow_count = allow_count,
    };

    definition_check_all(&check, checkers, count);
    return check.fault;
}

char *
task_definition_fault(const json_t *definition, const struct config_value *allow,
                      size_t allow_count)
{
    static definition_checker *const checkers[] = {
        is_family,
        is_small,
        has_containers,
        is_supported,
        has_modes,
        is_compatible,
        has_sound_containers,
        has_sizes,
        has_constraints,
        definition_check_ports,
        definition_check_volumes,
        definition_check_relations,
        definition_check_reach,
    };

    return run(checkers, COUNT(checkers), definition, allow, allow_count);
}

char *
task_definition_reach_fault(const json_t *definition, const struct config_value *allow,
                            size_t allow_count)
{
    static definition_checker *const checkers[] = {definition_check_reach};

    return run(checkers, COUNT(checkers), definition, allow, allow_count);
}

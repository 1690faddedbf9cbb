/* SPDX-License-Identifier: Apache-2.0 */
/* One container definition by itself. */
#include <string.h>

#include "base/address.h"
#include "model/task_definition_check.h"

#define NAME_MOST 255
#define IMAGE_MOST 255
#define HOSTNAME_MOST 253
#define INT_MOST INT32_MAX
#define SECONDS_MOST 86400
#define MEMORY_LEAST 6 /* MiB; the engine takes no less */
#define EXIT_CODES_MOST 50
#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

/* What numbers may be. */
static const struct {
    const char *way;
    json_int_t least, most;
} numbers[] = {
    {"cpu", 0, 196608},
    {"memory", MEMORY_LEAST, INT_MOST},
    {"memoryReservation", MEMORY_LEAST, INT_MOST},
    {"startTimeout", 0, SECONDS_MOST},
    {"stopTimeout", 0, SECONDS_MOST},
    {"healthCheck.interval", 5, 300},
    {"healthCheck.timeout", 2, 60},
    {"healthCheck.retries", 1, 10},
    {"healthCheck.startPeriod", 0, 300},
    {"restartPolicy.restartAttemptPeriod", 60, 1800},
    {"linuxParameters.sharedMemorySize", 0, INT_MOST},
    {"linuxParameters.maxSwap", 0, INT_MOST},
    {"linuxParameters.swappiness", 0, 100},
};

/* Members that nothing is built for, and what is to be said of them. */
static const struct {
    const char *way, *words;
} unsupported[] = {
    {"repositoryCredentials", "the engine pulls with the credentials that it has itself"},
    {"environmentFiles", "there is no S3"},
    {"resourceRequirements", "there are no GPUs and accelerators"},
    {"firelensConfiguration", "there is no log router"},
    {"credentialSpecs", "there are no domains"},
    {"logConfiguration.secretOptions", "secrets are given to containers only"},
};

static bool
has_name(struct definition_check *check)
{
    const char *name = definition_text(check->container, "name");

    if (name == NULL || *name == '\0') {
        check->name = NULL;
        return definition_fail(check, "Container.name should not be null or empty.");
    }
    if (!definition_is_word(name, NAME_MOST, "-_.")) {
        check->name = NULL;
        return definition_fail(check,
                               "Invalid container name '%.64s': up to %d letters, "
                               "digits, hyphens, underscores and periods.",
                               name, NAME_MOST);
    }
    return true;
}

static bool
has_image(struct definition_check *check)
{
    const char *image = definition_text(check->container, "image");

    if (image == NULL || *image == '\0') {
        check->name = NULL;
        return definition_fail(check, "Container.image should not be null or empty.");
    }
    if (!definition_is_word(image, IMAGE_MOST, "-_.:/@#+"))
        return definition_fail(check,
                               "Container.image '%.255s' has invalid characters or is "
                               "too long.",
                               image);
    return true;
}

static bool
has_numbers(struct definition_check *check)
{
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const json_t *value = definition_at(check->container, numbers[i].way);
        json_int_t number = json_integer_value(value);
        if (value != NULL && (number < numbers[i].least || number > numbers[i].most))
            return definition_fail(check, "'%s' must be from %lld to %lld, and is %lld.",
                                   numbers[i].way, (long long)numbers[i].least,
                                   (long long)numbers[i].most, (long long)number);
    }
    return true;
}

static bool
has_memory(struct definition_check *check)
{
    const json_t *limit = json_object_get(check->container, "memory");
    const json_t *reserved = json_object_get(check->container, "memoryReservation");

    if (limit == NULL && reserved == NULL &&
        json_object_get(check->definition, "memory") == NULL)
        return definition_fail(
            check, "At least one of 'memory' or 'memoryReservation' must be specified.");
    if (limit != NULL && reserved != NULL &&
        json_integer_value(reserved) > json_integer_value(limit))
        return definition_fail(check, "'memoryReservation' must not be more than 'memory'.");
    return true;
}

static bool
is_supported(struct definition_check *check)
{
    for (size_t i = 0; i < COUNT(unsupported); i++) {
        const json_t *value = definition_at(check->container, unsupported[i].way);
        if (value != NULL && (!json_is_array(value) || json_array_size(value) > 0))
            return definition_fail(check, "'%s' is not supported here: %s.", unsupported[i].way,
                                   unsupported[i].words);
    }
    return true;
}

/* A variable's name, which no other variable or secret of the container has. */
static bool
is_variable(struct definition_check *check, const json_t *entry, json_t *seen)
{
    const char *name = definition_text(entry, "name");

    if (name == NULL || *name == '\0' || strchr(name, '=') != NULL)
        return definition_fail(check,
                               "The name of an environment variable is neither empty "
                               "nor has it '=': '%.64s'.",
                               name == NULL ? "" : name);
    if (json_object_get(seen, name) != NULL)
        return definition_fail(check,
                               "The secret or environment variable '%.64s' is there "
                               "twice: its name must be unique.",
                               name);
    json_object_set_new(seen, name, json_true());
    return true;
}

/* A file's name below the folder of secrets, or a parameter's that ends in one. */
static bool
is_secret(struct definition_check *check, const json_t *entry)
{
    static const char kind[] = ":parameter/";
    const char *given = definition_text(entry, "valueFrom");
    const char *name = given == NULL ? "" : given;

    if (strncmp(name, "arn:", 4) == 0) {
        const char *found = strstr(name, kind);
        if (found == NULL)
            return definition_fail(check,
                                   "The secret '%.255s' is not supported here: a plain "
                                   "name, or arn:…:parameter/NAME.",
                                   name);
        name = found + sizeof(kind) - 1;
    }
    if (definition_is_word(name, NAME_MOST, "-_./") && *name != '/' && *name != '.' &&
        strstr(name, "..") == NULL && strstr(name, "/.") == NULL)
        return true;
    return definition_fail(check,
                           "The secret '%.255s' is no plain name: letters, digits and "
                           "-_./ , without '..', a slash or period in front.",
                           given == NULL ? "" : given);
}

static bool
check_environment(struct definition_check *check, json_t *seen)
{
    const json_t *entry;
    size_t index;

    /* AWS takes a variable twice; the last one counts. */
    json_array_foreach (json_object_get(check->container, "environment"), index, entry) {
        json_t *alone = json_object();
        bool is_sound = is_variable(check, entry, alone);
        json_object_update(seen, alone);
        json_decref(alone);
        if (!is_sound)
            return false;
    }
    json_array_foreach (json_object_get(check->container, "secrets"), index, entry)
        if (!is_variable(check, entry, seen) || !is_secret(check, entry))
            return false;
    return true;
}

static bool
has_environment(struct definition_check *check)
{
    json_t *seen = json_object();
    bool is_sound = check_environment(check, seen);

    json_decref(seen);
    return is_sound;
}

static bool
has_places(struct definition_check *check)
{
    const char *folder = definition_text(check->container, "workingDirectory");
    const char *hostname = definition_text(check->container, "hostname");
    const json_t *tmpfs = definition_at(check->container, "linuxParameters.tmpfs"), *entry;
    size_t index;

    if (folder != NULL && *folder != '/')
        return definition_fail(check, "'workingDirectory' must be an absolute path: '%.255s'.",
                               folder);
    if (hostname != NULL && !definition_is_word(hostname, HOSTNAME_MOST, "-."))
        return definition_fail(check, "'hostname' has invalid characters: '%.64s'.", hostname);
    json_array_foreach (tmpfs, index, entry) {
        if (!definition_is_path(definition_text(entry, "containerPath")))
            return definition_fail(check, "'linuxParameters.tmpfs' has a containerPath that "
                                          "is not absolute.");
        if (json_integer_value(json_object_get(entry, "size")) < 1)
            return definition_fail(check, "'linuxParameters.tmpfs' must have a size of 1 MiB "
                                          "or more.");
    }
    return true;
}

static bool
is_ip(const char *text)
{
    struct address address;

    return text != NULL && address_parse(&address, text, 0);
}

static bool
has_addresses(struct definition_check *check)
{
    const json_t *entry;
    size_t index;

    json_array_foreach (json_object_get(check->container, "dnsServers"), index, entry)
        if (!is_ip(json_string_value(entry)))
            return definition_fail(check, "'dnsServers' has what is no IP address.");
    json_array_foreach (json_object_get(check->container, "extraHosts"), index, entry) {
        const char *name = definition_text(entry, "hostname");
        if (!definition_is_word(name, HOSTNAME_MOST, "-._"))
            return definition_fail(check, "'extraHosts' has an invalid hostname.");
        if (!is_ip(definition_text(entry, "ipAddress")))
            return definition_fail(check, "'extraHosts' has for '%.64s' what is no IP address.",
                                   name);
    }
    return true;
}

/* -1 is as much as there is. */
static bool
is_limit(struct definition_check *check, const json_t *entry)
{
    const char *name = definition_text(entry, "name");
    json_int_t soft = json_integer_value(json_object_get(entry, "softLimit"));
    json_int_t hard = json_integer_value(json_object_get(entry, "hardLimit"));

    if (soft < -1 || hard < -1 || (hard != -1 && (soft == -1 || soft > hard)))
        return definition_fail(check,
                               "The soft limit of ulimit '%.32s' must not be more than "
                               "its hard limit.",
                               name == NULL ? "" : name);
    return true;
}

static bool
has_limits(struct definition_check *check)
{
    const json_t *list = json_object_get(check->container, "ulimits"), *entry, *codes;
    json_t *seen = json_object();
    size_t index;
    bool is_sound = true;

    json_array_foreach (list, index, entry) {
        const char *name = definition_text(entry, "name");
        if (name == NULL || json_object_get(seen, name) != NULL)
            is_sound = definition_fail(check, "A ulimit has no name, or is there twice.");
        else
            json_object_set_new(seen, name, json_true());
        is_sound = is_sound && is_limit(check, entry);
    }
    json_decref(seen);
    codes = definition_at(check->container, "restartPolicy.ignoredExitCodes");
    if (json_array_size(codes) > EXIT_CODES_MOST)
        return definition_fail(check,
                               "'restartPolicy.ignoredExitCodes' may have %d codes at "
                               "most.",
                               EXIT_CODES_MOST);
    return is_sound;
}

static bool
has_health_check(struct definition_check *check)
{
    const json_t *health = json_object_get(check->container, "healthCheck");
    const json_t *command = json_object_get(health, "command");
    const char *first = json_string_value(json_array_get(command, 0));

    if (health == NULL)
        return true;
    if (first == NULL || (strcmp(first, "CMD") != 0 && strcmp(first, "CMD-SHELL") != 0))
        return definition_fail(check, "The health check's command must begin with CMD or "
                                      "CMD-SHELL.");
    if (json_array_size(command) < 2)
        return definition_fail(check, "The health check's command has nothing behind %s.",
                               first);
    return true;
}

static bool
has_log(struct definition_check *check)
{
    const char *driver = definition_text(check->container, "logConfiguration.logDriver");

    if (driver == NULL)
        return true;
    if (strcmp(driver, "awsfirelens") == 0)
        return definition_fail(check, "The log driver 'awsfirelens' is not supported here: "
                                      "there is no log router.");
    if (strcmp(driver, "awslogs") == 0 &&
        definition_text(check->container, "logConfiguration.options.awslogs-group") == NULL)
        return definition_fail(check,
                               "The log driver awslogs requires the option awslogs-group.");
    return true;
}

bool
definition_check_container(struct definition_check *check)
{
    static definition_checker *const checkers[] = {
        has_name,   has_image,     has_numbers, has_memory,       is_supported, has_environment,
        has_places, has_addresses, has_limits,  has_health_check, has_log,
    };

    return definition_check_all(check, checkers, COUNT(checkers));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing and reading versions; see docker_version.h for how they are used. */
#include "control/docker/docker_version.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/slice.h"

#define NUMBER_MOST 9999

/* "1.41"; false when text does not begin with a version. */
static bool
parse(struct docker_version *version, const char *text)
{
    uint64_t major, minor;

    if (text == NULL)
        return false;
    size_t major_length = strspn(text, "0123456789");
    if (text[major_length] != '.')
        return false;
    const char *after = text + major_length + 1;
    size_t minor_length = strspn(after, "0123456789");
    if (!slice_to_number(slice_make(text, major_length), NUMBER_MOST, &major) ||
        !slice_to_number(slice_make(after, minor_length), NUMBER_MOST, &minor))
        return false;
    *version = (struct docker_version){(unsigned)major, (unsigned)minor};
    return true;
}

static bool
is_lower(struct docker_version one, struct docker_version other)
{
    return one.major != other.major ? one.major < other.major : one.minor < other.minor;
}

struct docker_version
docker_version_choose(const char *text)
{
    struct docker_version theirs;

    if (!parse(&theirs, text))
        return DOCKER_VERSION_OLDEST;
    return is_lower(theirs, DOCKER_VERSION_NEWEST) ? theirs : DOCKER_VERSION_NEWEST;
}

bool
docker_version_from_refusal(struct docker_version *version, const char *text)
{
    static const char before[] = "API version is ";
    const char *at = text == NULL ? NULL : strstr(text, before);

    return at != NULL && parse(version, at + strlen(before));
}

bool
docker_version_from_answer(struct docker_version *version, const char *text, size_t length)
{
    json_t *answer = json_loadb(text, length, 0, NULL);
    const char *newest = json_string_value(json_object_get(answer, "ApiVersion"));
    const char *oldest = json_string_value(json_object_get(answer, "MinAPIVersion"));
    struct docker_version minimum, parsed;
    bool is_answer = parse(&parsed, newest);

    if (is_answer) {
        *version = docker_version_choose(newest);
        if (parse(&minimum, oldest) && is_lower(*version, minimum))
            *version = minimum;
    }
    json_decref(answer);
    return is_answer;
}

void
docker_greeting_take_field(struct docker_greeting *greeting, const char *name,
                           const char *value)
{
    struct tm time = {0};

    if (strcmp(name, "api-version") == 0)
        snprintf(greeting->newest, sizeof(greeting->newest), "%s", value);
    if (strcmp(name, "libpod-api-version") == 0)
        snprintf(greeting->podman, sizeof(greeting->podman), "%s", value);
    if (strcmp(name, "date") == 0 && strptime(value, "%a, %d %b %Y %H:%M:%S", &time) != NULL)
        greeting->seconds = (uint64_t)timegm(&time);
}

bool
docker_greeting_is_podman(const struct docker_greeting *greeting)
{
    return greeting->podman[0] != '\0';
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an engine says of itself, and which version of the API to speak with it: the lower of
 * ours and the engine's, and another one when the engine refuses that with its minimum in the
 * message (Docker 29 raised it to 1.44). Pure.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_VERSION_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct docker_version {
    unsigned major, minor;
};

/* All members that are read exist in every version of this range. */
#define DOCKER_VERSION_OLDEST ((struct docker_version){1, 24})
#define DOCKER_VERSION_NEWEST ((struct docker_version){1, 52})

/* What to speak with an engine whose newest is text; the oldest when it tells none. */
struct docker_version docker_version_choose(const char *text);

/*
 * The version that a refusal asks for: {"message": "client version 1.24 is too old. Minimum
 * supported API version is 1.44"}. False when the text says nothing of the kind.
 */
bool docker_version_from_refusal(struct docker_version *version, const char *text);

/* From the answer of GET /version: ours when the engine takes it, else its nearest bound. */
bool docker_version_from_answer(struct docker_version *version, const char *text,
                                size_t length);

/* What the fields of the ping's answer tell. */
struct docker_greeting {
    char newest[24];  /* version of the API; "": not told */
    char podman[24];  /* version of Podman; "": it is Docker */
    uint64_t seconds; /* the engine's clock; as it was when the answer tells none */
};

void docker_greeting_take_field(struct docker_greeting *greeting, const char *name,
                                const char *value);
bool docker_greeting_is_podman(const struct docker_greeting *greeting);

#endif

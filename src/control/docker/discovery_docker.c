/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Docker Engine API, and Podman's form of it, as a source of tasks. How an engine is
 * followed is docker_follower.c's.
 */
#include "control/discovery/discovery.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/docker/docker_driver.h"
#include "control/docker/docker_follower.h"
#include "control/driver/driver_kind.h"

#define DOCKER_TAG 0x646f636b
#define ENDPOINT_DEFAULT "unix:///var/run/docker.sock"

/* Created by open, freed after close. */
struct docker {
    uint32_t tag;
    struct docker_follower follower; /* engine NULL: the endpoint is none, nothing to do */
};

static void *
open_docker(struct loop *loop, const struct config_provider *config, const char *name,
            const struct discovery_sink *sink)
{
    struct docker *docker = memory_take(1, sizeof(*docker));
    struct docker_follower *follower = &docker->follower;

    docker->tag = DOCKER_TAG;
    follower->loop = loop;
    follower->name = name;
    follower->endpoint = config->endpoint != NULL ? config->endpoint : ENDPOINT_DEFAULT;
    follower->resync_seconds = config->resync_seconds;
    follower->engine =
        docker_engine_open(loop,
                           &(struct api_endpoint){.url = follower->endpoint,
                                                  .ca = config->tls.ca,
                                                  .certificate = config->tls.certificate,
                                                  .key = config->tls.key},
                           &follower->error);
    if (follower->engine == NULL) {
        log_error("provider %s: %s", name, follower->error);
        return docker;
    }
    follower->place.source = name;
    follower->place.host =
        config->host != NULL ? config->host : docker_engine_host(follower->engine);
    follower->place.reach.dial = config->dial;
    follower->place.reach.network = config->network;
    follower->driver = docker_driver_new(follower);
    docker_follower_begin(follower, sink);
    return docker;
}

static void
read_status(void *provider, struct discovery_status *status)
{
    struct docker *docker = provider;
    const struct docker_follower *follower = &docker->follower;

    CHECK_TAG(docker, DOCKER_TAG);
    status->is_connected = follower->is_connected;
    status->last_sync_ms = follower->last_sync_ms;
    status->last_event_ms = follower->last_event_ms;
    status->syncs = follower->syncs;
    status->events = follower->event_count;
    status->missed_events = follower->missed_events;
    status->error = follower->error;
    status->is_strange = follower->is_strange;
    if (follower->greeting.newest[0] == '\0' || follower->engine == NULL)
        return;
    struct docker_version version = docker_engine_version(follower->engine);
    bool is_podman = docker_greeting_is_podman(&follower->greeting);
    snprintf(status->version, sizeof(status->version), "%u.%u%s%s%s", version.major,
             version.minor, is_podman ? " (Podman " : "", follower->greeting.podman,
             is_podman ? ")" : "");
}

static struct driver *
driver_of(void *provider)
{
    struct docker *docker = provider;

    CHECK_TAG(docker, DOCKER_TAG);
    return docker->follower.driver;
}

static void
release_docker(void *object)
{
    struct docker *docker = object;

    free(docker->follower.error);
    free(docker);
}

static void
close_docker(void *provider)
{
    struct docker *docker = provider;
    struct loop *loop = docker->follower.loop;

    CHECK_TAG(docker, DOCKER_TAG);
    driver_free(&docker->follower.driver);
    docker_follower_end(&docker->follower);
    docker_engine_close(&docker->follower.engine);
    docker->tag = 0;
    loop_free_later(loop, docker, release_docker);
}

const struct discovery_kind discovery_docker = {
    .type = "docker",
    .open = open_docker,
    .status = read_status,
    .driver = driver_of,
    .close = close_docker,
};

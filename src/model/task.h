/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task: what a provider reports about one container, whatever its source
 * (docs/task-files.md, docs/labels.md). Identity is (source, id, generation): a restarted
 * container is another generation of the same id. Providers make tasks and hand them to the
 * registry, which owns them from then on.
 */
#ifndef FAIRLEAD_MODEL_TASK_H
#define FAIRLEAD_MODEL_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task_binding {
    unsigned container_port;
    char host_ip[48]; /* as reported; "" or 0.0.0.0 or :: mean all addresses */
    unsigned host_port;
    bool is_tcp;
};

enum task_status { TASK_PENDING, TASK_RUNNING, TASK_PAUSED, TASK_STOPPING, TASK_STOPPED };

enum task_health {
    TASK_HEALTH_NONE,
    TASK_HEALTH_STARTING,
    TASK_HEALTH_HEALTHY,
    TASK_HEALTH_UNHEALTHY
};

/* Where a published port is dialled. */
enum task_dial {
    TASK_DIAL_HOST_PORT, /* there */
    TASK_DIAL_AUTO,      /* at the container's own address, once that has answered */
    TASK_DIAL_CONTAINER  /* at no other than that */
};

struct task {
    char *source; /* provider's name: "docker", "file", "ecs" */
    char *id;     /* container id, ECS task ARN plus container name, or what the file says */
    uint64_t generation;  /* start time in nanoseconds or the source's own rising number */
    uint64_t version;     /* of this report, rising (ECS: detail.version); 0: none; no change */
    char *started_at;     /* as reported, RFC 3339; NULL: unknown */
    char *name;           /* container's or task's name for people; NULL: none */
    char *service;        /* NULL: none, such a task takes part in nothing */
    char *project;        /* Compose project that the service's name is of; NULL: none */
    char *container_name; /* NULL: any */
    char *zone;           /* NULL: none */
    char *host;           /* address to dial for bindings on all addresses of its family */
    char *host_ipv6;      /* a second one, where the host has both families; NULL: none */
    char *container_address; /* the container's own; NULL: none */
    char *no_address;        /* why it has none, and what to do; NULL: not known */
    enum task_dial dial;     /* whether that is dialled in place of a published one */
    bool is_managed;         /* fairlead itself has started it, and knows what it is for */
    bool is_on_host_network; /* its ports are the host's own, none needs to be bound */
    char *image;             /* NULL: unknown */
    struct task_binding *bindings; /* those that suit best for dialling first */
    size_t binding_count;
    unsigned stop_seconds; /* between its stop signal and its end by force; 0: unknown */
    enum task_status last_status;
    enum task_status desired_status; /* TASK_STOPPED: being stopped, drain it */
    enum task_health health_status;
};

/* A task with nothing but its identity set; strings are copied. */
struct task *task_new(const char *source, const char *id, uint64_t generation);
void task_free(struct task **task);

/* All of it, identity included, in memory of its own. */
struct task *task_copy(const struct task *task);

/* Adds a binding that is not there yet, in its place: by container port, then all IPv4
 * addresses before one, and IPv4 before IPv6. */
void task_add_binding(struct task *task, const struct task_binding *binding);

/* Whether it says all addresses, so that the task's host is what to dial. */
bool task_binding_is_on_any(const struct task_binding *binding);

/* Whether anything but the identity and the report's version differs. */
bool task_differs(const struct task *one, const struct task *other);

/* Whether it runs, but is not meant to. */
bool task_is_stopping(const struct task *task);

/* Whether targets may be made of it now: running, and meant to run. What its own health check
 * says is the targets' health, not their membership (targets_set_opinion). */
bool task_is_eligible(const struct task *task);

const char *task_dial_text(enum task_dial dial);       /* "host-port", as files write it */
const char *task_status_text(enum task_status status); /* "RUNNING", ECS's words */
const char *
task_health_text(enum task_health health); /* "HEALTHY", ECS's words; NONE is "UNKNOWN" */

/*
 * Parses one task or an array of them out of JSON text: in our form, as an ECS task
 * (bridge-mode networkBindings; one task for each container), as the answer of DescribeTasks or
 * as the EventBridge event around a task. On a malformed text returns NULL with *count 0 and a
 * reason for people in error, the caller's. The caller owns the array and the tasks.
 */
struct task **task_parse_json(const char *text, size_t length, const char *source,
                              size_t *count, char **error);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of control's parts stand on: a configuration with two groups and two services,
 * a registry with its targets, and a clock that is moved by hand.
 */
#ifndef FAIRLEAD_TESTS_UNIT_CONTROL_WORLD_H
#define FAIRLEAD_TESTS_UNIT_CONTROL_WORLD_H

#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/registry/event_log.h"
#include "control/registry/numbers.h"
#include "control/registry/registry.h"
#include "control/registry/target_waits.h"
#include "control/registry/targets.h"
#include "control/registry/vacancies.h"

struct world {
    struct config config;
    struct config_target_group groups[2];
    struct config_service services[2];
    struct config_static_target static_target;
    struct numbers *numbers;
    struct event_log *events;
    struct targets *targets;
    struct registry *registry;
    /* Who hears of targets that are gone, that leave, and of changes; NULL: nobody. */
    struct target_waits *waits;
    struct vacancies *vacancies;
    unsigned changes, urgent_changes, evictions, closes;
    uint64_t last_closed;
    int problems; /* told and not over, where a test watches them */
    char problem[600];
};

/* Target group web for service srvweb, port 80; group app for service srvapp, container c1. */
struct world *world_new(void);
void world_free(struct world *world);

/* A running task of a service with container port 80 at this host port of 127.0.0.1. */
struct task *make_task(const char *id, uint64_t generation, const char *service,
                       unsigned host_port);
struct address at_port(unsigned port);
struct registered_target *find_target(struct world *world, const char *group, unsigned port);
void advance_ms(uint64_t milliseconds);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A worker without a process around it: a loop, counters, a target table and a view of a
 * sample. */
#ifndef FAIRLEAD_TESTS_WORKER_FIXTURE_H
#define FAIRLEAD_TESTS_WORKER_FIXTURE_H

#include "../../support/snapshot_sample.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

struct worker_fixture {
    struct worker *worker;
    struct snapshot_sample *sample;
};

/* A fixture with an empty sample and no view. */
void worker_fixture_open(struct worker_fixture *fixture);

/* Compiles the sample into the worker's newest view; the one before is unpinned. */
void worker_fixture_publish(struct worker_fixture *fixture);
void worker_fixture_close(struct worker_fixture *fixture);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Gives a worker what control would: counters and a view. */
#include "../unit.h"
#include "worker_fixture.h"

#include <unistd.h>

#include "worker/exchange/waiting.h"

void
worker_fixture_open(struct worker_fixture *fixture)
{
    int fd = counters_create();
    struct worker *worker = worker_new(loop_new());

    assert_int_not_equal(fd, -1);
    worker->slot = 1;
    worker->worker_count = 1;
    worker->counters = counters_map(fd, true);
    worker->others[1] = worker->counters;
    close(fd);
    *fixture = (struct worker_fixture){worker, snapshot_sample_new()};
}

void
worker_fixture_publish(struct worker_fixture *fixture)
{
    struct worker *worker = fixture->worker;
    struct view *older = worker->view;

    worker->view = view_new(worker, snapshot_sample_open(fixture->sample));
    if (older != NULL)
        view_unpin(worker, &older);
    waiting_release(worker);
}

void
worker_fixture_close(struct worker_fixture *fixture)
{
    worker_free(&fixture->worker);
    snapshot_sample_free(&fixture->sample);
}

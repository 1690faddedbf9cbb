/* Puts together what worker.c would. */
#include "../unit.h"
#include "worker_fixture.h"

#include <unistd.h>

void
worker_fixture_open(struct worker_fixture *fixture)
{
    int fd = counters_create();

    *fixture = (struct worker_fixture){0};
    assert_int_not_equal(fd, -1);
    fixture->worker.loop = loop_new();
    fixture->worker.slot = 1;
    fixture->worker.worker_count = 1;
    fixture->worker.counters = counters_map(fd, true);
    fixture->worker.others[1] = fixture->worker.counters;
    fixture->worker.targets = target_table_new();
    TAILQ_INIT(&fixture->worker.clients);
    fixture->sample = snapshot_sample_new();
    close(fd);
}

void
worker_fixture_publish(struct worker_fixture *fixture)
{
    struct view *older = fixture->worker.view;

    fixture->worker.view = view_new(&fixture->worker, snapshot_sample_open(fixture->sample));
    if (older != NULL)
        view_unpin(&fixture->worker, &older);
}

void
worker_fixture_close(struct worker_fixture *fixture)
{
    if (fixture->worker.view != NULL)
        view_unpin(&fixture->worker, &fixture->worker.view);
    loop_free(&fixture->worker.loop);
    target_table_free(&fixture->worker.targets);
    counters_unmap(&fixture->worker.counters);
    snapshot_sample_free(&fixture->sample);
}

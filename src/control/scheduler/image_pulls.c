/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/image_pulls.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/memory.h"

/* Tasks that are started together share what the first of them pulled. */
#define FRESH_MS 2000

struct waiter {
    image_pulls_done *on_done;
    void *argument;
    TAILQ_ENTRY(waiter) entry;
};

struct pull {
    struct image_pulls *pulls;
    char *image, *error, *digest;
    enum driver_fault fault;
    struct driver_call *call; /* NULL: it is over */
    uint64_t done_ms;
    TAILQ_HEAD(, waiter) waiters;
    struct loop_place place;
    LIST_ENTRY(pull) entry;
};

struct image_pulls {
    struct loop *loop;
    struct driver *driver;
    LIST_HEAD(, pull) all;
};

struct image_pulls *
image_pulls_new(struct loop *loop, struct driver *driver)
{
    struct image_pulls *pulls = memory_take(1, sizeof(*pulls));

    pulls->loop = loop;
    pulls->driver = driver;
    LIST_INIT(&pulls->all);
    return pulls;
}

static void
drop(struct pull *pull)
{
    struct waiter *waiter;

    driver_cancel(&pull->call);
    loop_place_leave(&pull->place, pull->pulls->loop);
    while ((waiter = TAILQ_FIRST(&pull->waiters)) != NULL) {
        TAILQ_REMOVE(&pull->waiters, waiter, entry);
        free(waiter);
    }
    LIST_REMOVE(pull, entry);
    free(pull->image);
    free(pull->error);
    free(pull->digest);
    loop_free_later(pull->pulls->loop, pull, NULL);
}

void
image_pulls_free(struct image_pulls **pulls)
{
    struct pull *pull;

    if (*pulls == NULL)
        return;
    while ((pull = LIST_FIRST(&(*pulls)->all)) != NULL)
        drop(pull);
    free(*pulls);
    *pulls = NULL;
}

/* One who is told may ask again, or forget others. */
static void
tell_next(void *argument)
{
    struct pull *pull = argument;
    struct waiter *waiter = TAILQ_FIRST(&pull->waiters);

    if (waiter == NULL)
        return;
    TAILQ_REMOVE(&pull->waiters, waiter, entry);
    struct waiter told = *waiter;
    free(waiter);
    loop_place_take(&pull->place, pull->pulls->loop, tell_next, pull);
    told.on_done(told.argument, &(struct image_pulled){pull->fault, pull->error, pull->digest});
}

static void
end(struct pull *pull)
{
    pull->done_ms = clock_ms();
    loop_place_take(&pull->place, pull->pulls->loop, tell_next, pull);
}

static void
on_inspected(void *argument, const struct driver_result *result)
{
    struct pull *pull = argument;

    pull->call = NULL;
    if (result->error == NULL) {
        const char *digest = json_string_value(
            json_array_get(json_object_get(result->answer, "RepoDigests"), 0));
        const char *at = digest == NULL ? NULL : strchr(digest, '@');
        pull->digest = at == NULL ? NULL : memory_copy_text(at + 1);
        free(pull->error);
        pull->error = NULL;
        pull->fault = DRIVER_OK;
    } else if (pull->error == NULL) {
        pull->error = memory_copy_text(result->error);
    }
    end(pull);
}

static void
on_pulled(void *argument, const struct driver_result *result)
{
    struct pull *pull = argument;

    pull->fault = result->fault;
    if (result->error != NULL)
        pull->error = memory_copy_text(result->error);
    pull->call = driver_inspect_image(pull->pulls->driver, pull->image, on_inspected, pull);
}

static struct pull *
find_fresh(const struct image_pulls *pulls, const char *image)
{
    struct pull *pull;

    LIST_FOREACH (pull, &pulls->all, entry)
        if (strcmp(pull->image, image) == 0 &&
            (pull->call != NULL ||
             (pull->error == NULL && clock_ms() - pull->done_ms < FRESH_MS)))
            return pull;
    return NULL;
}

static void
drop_old(struct image_pulls *pulls)
{
    struct pull *pull, *next;

    for (pull = LIST_FIRST(&pulls->all); pull != NULL; pull = next) {
        next = LIST_NEXT(pull, entry);
        if (pull->call == NULL && TAILQ_EMPTY(&pull->waiters))
            drop(pull);
    }
}

static struct pull *
begin(struct image_pulls *pulls, const char *image)
{
    struct pull *pull = memory_take(1, sizeof(*pull));

    drop_old(pulls);
    pull->pulls = pulls;
    pull->image = memory_copy_text(image);
    TAILQ_INIT(&pull->waiters);
    LIST_INSERT_HEAD(&pulls->all, pull, entry);
    pull->call = driver_pull(pulls->driver, image, on_pulled, pull);
    return pull;
}

void
image_pulls_ask(struct image_pulls *pulls, const char *image, image_pulls_done *on_done,
                void *argument)
{
    struct pull *pull = find_fresh(pulls, image);
    struct waiter *waiter = memory_take(1, sizeof(*waiter));

    if (pull == NULL)
        pull = begin(pulls, image);
    waiter->on_done = on_done;
    waiter->argument = argument;
    TAILQ_INSERT_TAIL(&pull->waiters, waiter, entry);
    if (pull->call == NULL)
        loop_place_take(&pull->place, pulls->loop, tell_next, pull);
}

static void
forget(struct pull *pull, const void *argument)
{
    struct waiter *waiter, *next;

    for (waiter = TAILQ_FIRST(&pull->waiters); waiter != NULL; waiter = next) {
        next = TAILQ_NEXT(waiter, entry);
        if (waiter->argument != argument)
            continue;
        TAILQ_REMOVE(&pull->waiters, waiter, entry);
        free(waiter);
    }
}

void
image_pulls_forget(struct image_pulls *pulls, const void *argument)
{
    struct pull *pull;

    LIST_FOREACH (pull, &pulls->all, entry)
        forget(pull, argument);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A last-in first-out list threaded through the free objects themselves: the hottest memory is
 * next. */
#include "base/object_pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

void
object_pool_init(struct object_pool *pool, size_t size_bytes, unsigned keep_count)
{
    CHECK(size_bytes >= sizeof(void *));
    *pool = (struct object_pool){NULL, size_bytes, 0, keep_count};
}

void *
object_pool_take(struct object_pool *pool)
{
    void *object = pool->first_free;

    if (object == NULL) {
        object = malloc(pool->size_bytes);
        CHECK(object != NULL);
        return object;
    }
    memcpy(&pool->first_free, object, sizeof(void *));
    pool->free_count--;
    return object;
}

void
object_pool_give_back(struct object_pool *pool, void *object)
{
    if (object == NULL)
        return;
    if (pool->free_count >= pool->keep_count) {
        free(object);
        return;
    }
    memcpy(object, &pool->first_free, sizeof(void *));
    pool->first_free = object;
    pool->free_count++;
}

void
object_pool_close(struct object_pool *pool)
{
    while (pool->free_count > 0) {
        void *object = object_pool_take(pool);
        free(object);
    }
}

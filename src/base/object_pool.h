/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A free list of objects of one size: what a request needs is taken from here, so the hot path
 * does not call malloc. Memory comes and goes zeroed only where the caller does it.
 */
#ifndef FAIRLEAD_BASE_OBJECT_POOL_H
#define FAIRLEAD_BASE_OBJECT_POOL_H

#include <stddef.h>

struct object_pool {
    void *first_free;
    size_t size_bytes;   /* of one object, at least a pointer */
    unsigned free_count; /* objects on the list */
    unsigned keep_count; /* more than this many go back to malloc */
};

/* An empty pool; nothing is allocated before the first take. */
void object_pool_init(struct object_pool *pool, size_t size_bytes, unsigned keep_count);

/* An object with undefined content; never NULL. */
void *object_pool_take(struct object_pool *pool);

/* Gives an object back; NULL is allowed. */
void object_pool_give_back(struct object_pool *pool, void *object);

/* Frees what lies on the list. */
void object_pool_close(struct object_pool *pool);

#endif

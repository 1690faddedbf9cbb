/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reach of addresses, of which only the places in use have memory. Among objects that live
 * long, buffers of 16 KiB would leave holes that nothing fits in; and malloc takes its time to
 * find them and to join them again. Sanitizers watch the heap only: there it is left to malloc.
 */
#include "net/tls/tls_memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <openssl/crypto.h>

#include "base/sanitizers.h"

/* A record with its head and what surrounds it: 16,384 bytes and some hundred. */
#define BUFFER_LEAST 16384
#define PLACE_BYTES 20480
#define PLACE_COUNT 65536
/* Free places that keep their memory: more than are in use at a time by those who do not wait.
 */
#define WARM_MOST 64

struct place {
    struct place *next;
};

static struct {
    char *reach; /* NULL: none could be had, all goes to malloc */
    size_t used; /* places of the reach that were ever given out */
    struct place *warm;
    size_t warm_count;
    uint32_t *cold; /* numbers of places without memory; may be NULL */
    size_t cold_count;
} buffers;

static bool
is_place(const void *memory)
{
    return (uintptr_t)memory - (uintptr_t)buffers.reach <
               (uintptr_t)PLACE_BYTES * PLACE_COUNT &&
           buffers.reach != NULL;
}

static void *
take_place(void)
{
    struct place *place = buffers.warm;

    if (place != NULL) {
        buffers.warm = place->next;
        buffers.warm_count--;
        return place;
    }
    if (buffers.cold_count > 0)
        return buffers.reach + (size_t)buffers.cold[--buffers.cold_count] * PLACE_BYTES;
    return buffers.used < PLACE_COUNT ? buffers.reach + buffers.used++ * PLACE_BYTES : NULL;
}

static void
give_place_back(void *memory)
{
    struct place *place = memory;

    if (buffers.warm_count < WARM_MOST) {
        place->next = buffers.warm;
        buffers.warm = place;
        buffers.warm_count++;
        return;
    }
    madvise(memory, PLACE_BYTES, MADV_DONTNEED);
    buffers.cold[buffers.cold_count++] =
        (uint32_t)((size_t)((char *)memory - buffers.reach) / PLACE_BYTES);
}

static void *
take(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size > BUFFER_LEAST && size <= PLACE_BYTES && buffers.reach != NULL) {
        void *place = take_place();
        if (place != NULL)
            return place;
    }
    return malloc(size);
}

static void
give_back(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    if (is_place(memory))
        give_place_back(memory);
    else
        free(memory);
}

static void *
resize(void *memory, size_t size, const char *file, int line)
{
    if (!is_place(memory))
        return realloc(memory, size);
    void *larger = take(size, file, line);
    if (larger != NULL)
        memcpy(larger, memory, size < PLACE_BYTES ? size : PLACE_BYTES);
    give_back(memory, file, line);
    return larger;
}

static bool
reserve(void)
{
    void *reach = mmap(NULL, (size_t)PLACE_BYTES * PLACE_COUNT, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    void *cold = mmap(NULL, PLACE_COUNT * sizeof(uint32_t), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (reach == MAP_FAILED || cold == MAP_FAILED)
        return false;
    buffers.reach = reach;
    buffers.cold = cold;
    return true;
}

void
tls_memory_start(void)
{
    if (IS_SANITIZED == 0 && CRYPTO_set_mem_functions(take, resize, give_back) == 1 &&
        buffers.reach == NULL)
        reserve();
}

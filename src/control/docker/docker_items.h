/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects out of a stream in pieces of any size, one after another or the elements of one
 * array. Memory is bounded by one object: one that is too long is passed over and told by its
 * beginning, and the stream goes on. Pure.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_ITEMS_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_ITEMS_H

#include <stdbool.h>
#include <stddef.h>

/* An object whole, or (is_cut) the beginning of one that was too long. 0; -1: enough, it is no
 * stream of such objects. */
typedef int docker_item_callback(void *argument, const char *text, size_t length, bool is_cut);

/* Zero it before the first use, but for most_bytes and is_array. */
struct docker_items {
    size_t most_bytes; /* of one object */
    bool is_array;     /* the objects stand in one array */
    char *bytes;       /* of the object that has not ended yet */
    size_t length, capacity;
    unsigned depth; /* of open braces and brackets, within an object */
    bool is_in_string, is_escaped, is_skipping;
    bool has_begun, has_ended; /* the array */
    bool is_closed;            /* docker_items_clear was called by the callback */
};

/* Takes what came. -1: it is no stream of objects, or nested too deep. */
int docker_items_feed(struct docker_items *items, const char *bytes, size_t length,
                      docker_item_callback *on_item, void *argument);

/* Forgets what came so far; allowed inside the callback, which is then not called again. */
void docker_items_clear(struct docker_items *items);

/* The id in the beginning of an object that an engine made: "ID" or "id" of an event, "Id" of a
 * container. False: none is there. */
bool docker_items_find_id(const char *text, size_t length, char *id, size_t size);

#endif

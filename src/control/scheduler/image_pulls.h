/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images on an engine: one pull of an image at a time, whoever asks for it. As ECS's agent does
 * by default: it is pulled, and where that fails the engine's copy is taken.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_IMAGE_PULLS_H
#define FAIRLEAD_CONTROL_SCHEDULER_IMAGE_PULLS_H

#include "control/driver/driver.h"
#include "net/loop.h"

struct image_pulls;

struct image_pulls *image_pulls_new(struct loop *loop, struct driver *driver);
/* Those who wait hear nothing any more. */
void image_pulls_free(struct image_pulls **pulls);

/* error NULL: the image is there, of that digest (NULL: it has none). Lives during the
 * callback.
 */
struct image_pulled {
    enum driver_fault fault;
    const char *error, *digest;
};

typedef void image_pulls_done(void *argument, const struct image_pulled *pulled);

/* on_done is called once, later. */
void image_pulls_ask(struct image_pulls *pulls, const char *image, image_pulls_done *on_done,
                     void *argument);
/* Nobody with this argument is told any more. */
void image_pulls_forget(struct image_pulls *pulls, const void *argument);

#endif

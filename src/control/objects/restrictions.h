/* SPDX-License-Identifier: Apache-2.0 */
/* What security groups let in, as the configuration takes it (model/config_restrictions.h). */
#ifndef FAIRLEAD_CONTROL_OBJECTS_RESTRICTIONS_H
#define FAIRLEAD_CONTROL_OBJECTS_RESTRICTIONS_H

#include <stddef.h>

#include <jansson.h>

#include "model/config_restrictions.h"

/*
 * The rules for TCP of a group's "ingress" that name address blocks; those that name other
 * groups or prefix lists let nobody in. The texts are the document's. Give back with
 * ingress_free.
 */
struct config_ingress *ingress_new(const json_t *document);
void ingress_free(struct config_ingress **ingress);

/* The ingress of a security group; NULL: there is no such group. */
typedef const struct config_ingress *ingress_find(const void *owner, const char *id);

/* Of all load balancers; the ingresses and documents that they are made of must outlive them.
 */
struct restrictions {
    struct config_restriction *all;
    size_t count, capacity;
};

/* Adds that of a load balancer, the addition of that index. None where it has no group but the
 * default one, which nobody has made: everybody may connect then. */
void restrictions_add(struct restrictions *restrictions, const json_t *balancer,
                      size_t addition, ingress_find *find, const void *owner);

/* When all have been added. */
void restrictions_sort(struct restrictions *restrictions);

void restrictions_clear(struct restrictions *restrictions);

#endif

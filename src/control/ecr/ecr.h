/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ECR in front of a registry that is not ours (api.registry): repositories are objects of the
 * API, their images what the registry has. Private to ecr*.c.
 */
#ifndef FAIRLEAD_CONTROL_ECR_ECR_H
#define FAIRLEAD_CONTROL_ECR_ECR_H

#include "control/aws/aws_edit.h"

#define ECR_PAGE 100

/* The registry's "host:port"; NULL: there is none, and the call has failed. */
const char *ecr_registry(struct aws_call *call);

/* A repository by its name; NULL: there is none. */
const struct object *ecr_find(const struct aws_call *call, const char *name);

/* The one that the call names; NULL: the call has failed. */
const struct object *ecr_find_named(struct aws_call *call);
const struct object *ecr_find_or_fail(struct aws_call *call, const char *name);

/* What stands behind "repository/" in the object's id. */
const char *ecr_name(const struct object *object);

/* Each gives a new object or text. */
char *ecr_id(const char *name);
json_t *ecr_repository_to_json(struct aws_call *call, const struct object *object);

/* {"registryId", "repositoryName"} of one. */
json_t *ecr_reference(const struct object *object);

/* {member: what maxResults and nextToken want of the array}; takes the array, whose elements
 * are in an order that stays, by the text that key has of each; NULL: the call has failed. */
typedef const char *ecr_key(const json_t *element);
json_t *ecr_page(struct aws_call *call, const char *member, json_t *array, ecr_key *key);

/* "tags" of the input, where the call has some, added to a document; false: the call has
 * failed. */
bool ecr_add_tags(struct aws_call *call, json_t *document);

#endif

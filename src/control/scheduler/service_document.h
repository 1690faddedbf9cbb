/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store has of a service, as a JSON document: what calls have said of it, and its
 * deployments, the PRIMARY one first. Calls and the scheduler change it by these functions
 * only. Pure but for the clock and ids.
 *
 * {"cluster", "name", "status", "given": {members as CreateService has them}, "desiredCount",
 *  "taskDefinition": "family:revision", "deployments": [{"id", "status", "taskDefinition",
 *  "createdAt", "updatedAt", "rolloutState", "rolloutStateReason", "isRollback"}], "completed":
 *  "family:revision" of the last that was COMPLETED, "createdAt", "createdBy", "tags"}
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_SERVICE_DOCUMENT_H
#define FAIRLEAD_CONTROL_SCHEDULER_SERVICE_DOCUMENT_H

#include <stdbool.h>

#include <jansson.h>

/* "ecs-svc/" and 19 digits, and NUL. */
#define DEPLOYMENT_ID_SIZE 28

/* "service/CLUSTER/NAME", to free(). */
char *service_document_id(const char *cluster, const char *name);
/* "service-binding/CLUSTER/NAME/N", likewise. */
char *service_document_binding_id(const char *cluster, const char *name, size_t index);

/* The settings of an element of the configuration's "services" for a member of loadBalancers.
 */
json_t *service_document_binding(const char *cluster, const char *name, const char *group,
                                 const json_t *load_balancer);

/* A new one, ACTIVE, with its first deployment; given is taken. */
json_t *service_document_new(const char *cluster, const char *name, const char *definition,
                             json_int_t desired, json_t *given);

/* Texts and numbers of it; what is not there is NULL or the default. */
const char *service_document_text(const json_t *document, const char *member);
const json_t *service_document_given(const json_t *document, const char *member);
bool service_document_is_active(const json_t *document);
bool service_document_is_daemon(const json_t *document);
unsigned service_document_minimum_percent(const json_t *document);
unsigned service_document_maximum_percent(const json_t *document);

/* The newest one; it lives as long as the document. */
const json_t *service_document_primary(const json_t *document);

/* A new PRIMARY deployment of that definition; the one before becomes ACTIVE. reason NULL:
 * none.
 */
void service_document_deploy(json_t *document, const char *definition, const char *reason);

/* What becomes of the PRIMARY; reason is told with it. A completed one is remembered, and those
 * before it are over. */
void service_document_complete(json_t *document, const char *reason);
void service_document_fail(json_t *document, const char *reason);

/* The deployment of what was completed last is PRIMARY again, or another one of its definition;
 * without any nothing happens. */
void service_document_roll_back(json_t *document);
/* Whether the PRIMARY is such a one: there is nothing before it to go back to. */
bool service_document_is_rollback(const json_t *document);

/* DRAINING: nothing is wanted of it any more. */
void service_document_drain(json_t *document);

#endif

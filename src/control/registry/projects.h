/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may use a bare service name: Compose gives the service "web" of every project the same
 * one. The project that had it alone keeps it; where several come at once nobody gets it. A
 * service of the configuration can name "project/web" instead.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_PROJECTS_H
#define FAIRLEAD_CONTROL_REGISTRY_PROJECTS_H

#include <stdbool.h>

#include "model/config.h"

struct projects;
struct project_use;

struct projects *projects_new(void);
void projects_free(struct projects **projects);

/* A task of that service and project runs; *is_news: the name's projects are others now, and
 * other tasks of it may win or lose the name. */
struct project_use *projects_take(struct projects *projects, const char *service,
                                  const char *project, bool *is_news);
void projects_give_back(struct projects *projects, struct project_use **use, bool *is_news);

/* Whether the service's bare name means this project; config NULL: no service is named in full.
 */
bool projects_may_use(struct projects *projects, const struct config *config,
                      const char *service, const char *project);

/* The others that have the name, "a, b"; new memory. */
char *projects_list(struct projects *projects, const char *service);

/* Whether a service of the configuration is "project/service". */
bool projects_is_named_in_full(const struct config *config, const char *service,
                               const char *project);

#endif

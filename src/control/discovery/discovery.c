/* SPDX-License-Identifier: Apache-2.0 */
/* Running providers, whatever their kind. Kinds are the rows of discovery_kinds.def. */
#include "control/discovery/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define DISCOVERY_KIND(name) extern const struct discovery_kind discovery_##name;
#include "control/discovery/discovery_kinds.def"
#undef DISCOVERY_KIND

static const struct discovery_kind *const kinds[] = {
#define DISCOVERY_KIND(name) &discovery_##name,
#include "control/discovery/discovery_kinds.def"
#undef DISCOVERY_KIND
    NULL,
};

/* Made by discovery_open, owned by whoever called it. */
struct discovery {
    const struct discovery_kind *kind;
    const struct config_provider *config;
    char *name;
    void *provider; /* the kind's own */
};

const struct discovery_kind *
discovery_find_kind(const char *type)
{
    for (const struct discovery_kind *const *kind = kinds; *kind != NULL; kind++) {
        if (strcmp((*kind)->type, type) == 0)
            return *kind;
    }
    return NULL;
}

struct discovery *
discovery_open(struct loop *loop, const struct config_provider *config, const char *name,
               const struct discovery_sink *sink)
{
    const struct discovery_kind *kind = discovery_find_kind(config->type);

    if (kind == NULL)
        return NULL;
    struct discovery *discovery = memory_take(1, sizeof(*discovery));
    discovery->kind = kind;
    discovery->config = config;
    discovery->name = memory_copy_text(name);
    discovery->provider = kind->open(loop, config, discovery->name, sink);
    return discovery;
}

void
discovery_close(struct discovery **discovery)
{
    struct discovery *closed = *discovery;

    *discovery = NULL;
    if (closed == NULL)
        return;
    closed->kind->close(closed->provider);
    free(closed->name);
    free(closed);
}

const char *
discovery_name(const struct discovery *discovery)
{
    return discovery->name;
}

const struct config_provider *
discovery_config(const struct discovery *discovery)
{
    return discovery->config;
}

void
discovery_read_status(struct discovery *discovery, struct discovery_status *status)
{
    *status = (struct discovery_status){0};
    discovery->kind->status(discovery->provider, status);
}

struct driver *
discovery_driver(struct discovery *discovery)
{
    const struct discovery_kind *kind = discovery->kind;

    return kind->driver == NULL ? NULL : kind->driver(discovery->provider);
}

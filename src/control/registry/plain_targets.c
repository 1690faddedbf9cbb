/* SPDX-License-Identifier: Apache-2.0 */
/* Static targets are read from the configuration each time; people's are among the overrides.
 */
#include "control/registry/plain_targets.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct plain_targets {
    struct targets *targets;
    const struct overrides *overrides;
    const struct config *config;
};

struct plain_targets *
plain_targets_new(struct targets *targets, const struct overrides *overrides)
{
    struct plain_targets *plain = memory_take(1, sizeof(*plain));

    plain->targets = targets;
    plain->overrides = overrides;
    return plain;
}

void
plain_targets_free(struct plain_targets **plain)
{
    free(*plain);
    *plain = NULL;
}

static bool
is_overridden(const struct plain_targets *plain, enum override_kind kind,
              const struct target_spec *spec)
{
    return overrides_contain(
        plain->overrides,
        &(struct override_spec){.kind = kind, .group = spec->group, .address = spec->address});
}

/* A task's target keeps the place for as long as it is there. */
static void
ensure(struct plain_targets *plain, const struct target_spec *spec)
{
    struct registered_target *target =
        targets_find(plain->targets, spec->group, &spec->address);

    if (is_overridden(plain, OVERRIDE_EXCLUDED, spec))
        return;
    if (target == NULL)
        target = targets_add(plain->targets, spec);
    if (target == NULL || target->origin == ORIGIN_TASK)
        return;
    targets_apply(plain->targets, target,
                  is_overridden(plain, OVERRIDE_HELD, spec) ? TARGET_EVENT_HOLD
                                                            : TARGET_EVENT_REGISTER,
                  NULL);
}

static bool
make_spec(const struct config_target_group *group, const struct config_static_target *row,
          struct target_spec *spec)
{
    *spec =
        (struct target_spec){.group = group->name, .origin = ORIGIN_STATIC, .zone = row->zone};
    return address_parse(&spec->address, row->id, (uint16_t)row->port);
}

static void
settle_group(struct plain_targets *plain, const struct config_target_group *group)
{
    struct target_spec spec;

    for (size_t i = 0; i < group->target_count; i++) {
        if (make_spec(group, &group->targets[i], &spec))
            ensure(plain, &spec);
    }
}

void
plain_targets_add(struct plain_targets *plain, const struct override *one)
{
    if (plain->config == NULL || config_find_group(plain->config, one->group) == NULL)
        return;
    ensure(plain, &(struct target_spec){.group = one->group,
                                        .address = one->address,
                                        .origin = ORIGIN_BY_HAND,
                                        .zone = one->zone});
}

void
plain_targets_settle(struct plain_targets *plain)
{
    const struct override *one = NULL;

    if (plain->config == NULL)
        return;
    for (size_t i = 0; i < plain->config->target_group_count; i++)
        settle_group(plain, &plain->config->target_groups[i]);
    while ((one = overrides_next(plain->overrides, one)) != NULL)
        if (one->kind == OVERRIDE_REGISTERED)
            plain_targets_add(plain, one);
}

static void
mark_configured(struct plain_targets *plain, const struct config_target_group *group)
{
    for (size_t i = 0; i < group->target_count; i++) {
        struct target_spec spec;
        struct registered_target *target =
            make_spec(group, &group->targets[i], &spec)
                ? targets_find(plain->targets, spec.group, &spec.address)
                : NULL;
        if (target != NULL)
            target->is_configured = true;
    }
}

void
plain_targets_set_config(struct plain_targets *plain, const struct config *config)
{
    struct registered_target *target, *next;

    plain->config = config;
    TAILQ_FOREACH (target, targets_live(plain->targets), in_table)
        target->is_configured = false;
    for (size_t i = 0; i < config->target_group_count; i++)
        mark_configured(plain, &config->target_groups[i]);
    for (target = TAILQ_FIRST(targets_live(plain->targets)); target != NULL; target = next) {
        next = TAILQ_NEXT(target, in_table);
        if (target->origin == ORIGIN_STATIC && !target->is_configured &&
            config_find_group(config, target->group) != NULL)
            targets_apply(plain->targets, target, TARGET_EVENT_DEREGISTER,
                          "removed from the configuration");
    }
}

bool
plain_targets_is_configured(const struct plain_targets *plain, const char *group,
                            const struct address *address)
{
    const struct config_target_group *found =
        plain->config == NULL ? NULL : config_find_group(plain->config, group);
    struct target_spec spec;

    for (size_t i = 0; found != NULL && i < found->target_count; i++) {
        if (make_spec(found, &found->targets[i], &spec) &&
            address_equal(&spec.address, address))
            return true;
    }
    return false;
}

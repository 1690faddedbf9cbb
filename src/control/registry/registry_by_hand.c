/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people order: to register and deregister targets, to hold them and let them go on. It is
 * kept as overrides, which outlive what they were said of.
 */
#include "control/registry/registry_state.h"

bool
registry_register(struct registry *registry, const char *group, const struct address *address,
                  const char *zone)
{
    struct overrides *overrides = registry->parts.overrides;
    const struct override_spec by_hand = {
        .kind = OVERRIDE_REGISTERED, .group = group, .address = *address, .zone = zone};

    /* Without the exclusion the configuration or a task may bring it back. */
    if (overrides_forget_place(overrides, OVERRIDE_EXCLUDED, group, address))
        registry_settle_everything(registry);
    struct registered_target *target = targets_find(registry->parts.targets, group, address);
    if (target == NULL || target_is_leaving(target->membership))
        plain_targets_add(registry->plain, overrides_add(overrides, &by_hand));
    return targets_find(registry->parts.targets, group, address) != NULL;
}

static struct override_spec
spec_of(const struct registered_target *target, enum override_kind kind)
{
    return (struct override_spec){
        .kind = kind,
        .group = target->group,
        .address = target->place.address,
        .task = target->record == NULL ? NULL : target->record->task,
    };
}

/* Keeps out what would ask for the place again: its task, and the configuration. */
static void
exclude(struct registry *registry, const struct registered_target *target)
{
    struct override_spec spec = spec_of(target, OVERRIDE_EXCLUDED);

    if (spec.task != NULL)
        overrides_add(registry->parts.overrides, &spec);
    spec.task = NULL;
    if (plain_targets_is_configured(registry->plain, target->group, &target->place.address))
        overrides_add(registry->parts.overrides, &spec);
}

bool
registry_deregister(struct registry *registry, const char *group, const struct address *address)
{
    struct overrides *overrides = registry->parts.overrides;
    struct registered_target *target = targets_find(registry->parts.targets, group, address);

    overrides_forget_place(overrides, OVERRIDE_REGISTERED, group, address);
    overrides_forget_place(overrides, OVERRIDE_HELD, group, address);
    if (target == NULL)
        return false;
    exclude(registry, target);
    targets_apply(registry->parts.targets, target, TARGET_EVENT_DEREGISTER,
                  "deregistered by hand");
    return true;
}

enum hold_obstacle
registry_hold_obstacle(struct registry *registry, const char *group,
                       const struct address *address)
{
    const struct registered_target *target =
        targets_find(registry->parts.targets, group, address);

    if (target == NULL)
        return HOLD_NOT_REGISTERED;
    return target_is_leaving(target->membership) ? HOLD_LEAVING : HOLD_POSSIBLE;
}

bool
registry_hold(struct registry *registry, const char *group, const struct address *address,
              bool is_held)
{
    struct overrides *overrides = registry->parts.overrides;
    struct targets *targets = registry->parts.targets;

    if (registry_hold_obstacle(registry, group, address) != HOLD_POSSIBLE)
        return false;
    struct registered_target *target = targets_find(targets, group, address);
    const struct override_spec held = spec_of(target, OVERRIDE_HELD);
    if (is_held)
        overrides_add(overrides, &held);
    else
        overrides_forget_place(overrides, OVERRIDE_HELD, group, address);
    targets_apply(targets, target, is_held ? TARGET_EVENT_HOLD : TARGET_EVENT_REGISTER,
                  is_held ? "drained by hand" : "made ready by hand");
    return true;
}

bool
registry_forget_group(struct registry *registry, const char *group)
{
    return overrides_forget_group(registry->parts.overrides, group);
}

const struct overrides *
registry_overrides(const struct registry *registry)
{
    return registry->parts.overrides;
}

void
registry_override(struct registry *registry, const struct override_spec *spec)
{
    overrides_add(registry->parts.overrides, spec);
    registry_settle_everything(registry);
}

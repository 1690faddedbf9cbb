/* SPDX-License-Identifier: Apache-2.0 */
/* Static targets are read from the configuration each time; people's are among the overrides.
 */
#include "control/registry/plain_targets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/memory.h"

/* One that may not be a target, while that is so. */
struct refusal {
    char *object;
    bool is_found; /* by the settling under way */
    LIST_ENTRY(refusal) entry;
};

struct plain_targets {
    struct plain_targets_parts parts;
    const struct config *config;
    LIST_HEAD(, refusal) refusals;
};

struct plain_targets *
plain_targets_new(const struct plain_targets_parts *parts)
{
    struct plain_targets *plain = memory_take(1, sizeof(*plain));

    plain->parts = *parts;
    LIST_INIT(&plain->refusals);
    return plain;
}

static void
forget(struct refusal *refusal)
{
    LIST_REMOVE(refusal, entry);
    free(refusal->object);
    free(refusal);
}

void
plain_targets_free(struct plain_targets **plain)
{
    struct refusal *refusal, *next;

    for (refusal = LIST_FIRST(&(*plain)->refusals); refusal != NULL; refusal = next) {
        next = LIST_NEXT(refusal, entry);
        free(refusal->object);
        free(refusal);
    }
    free(*plain);
    *plain = NULL;
}

static void
refuse(struct plain_targets *plain, const struct target_spec *spec, const char *fault)
{
    struct registered_target *target =
        targets_find(plain->parts.targets, spec->group, &spec->address);
    char text[ADDRESS_TEXT_SIZE];
    struct refusal *refusal;

    if (target != NULL && target->origin != ORIGIN_TASK)
        targets_apply(plain->parts.targets, target, TARGET_EVENT_DEREGISTER,
                      "its address may not be a target's");
    address_format_with_port(&spec->address, text);
    char *object = memory_print("target %s of %s", text, spec->group);
    LIST_FOREACH (refusal, &plain->refusals, entry) {
        if (strcmp(refusal->object, object) == 0)
            break;
    }
    if (refusal == NULL) {
        refusal = memory_take(1, sizeof(*refusal));
        refusal->object = memory_copy_text(object);
        LIST_INSERT_HEAD(&plain->refusals, refusal, entry);
    }
    refusal->is_found = true;
    plain->parts.on_refusal(plain->parts.argument, object, fault);
    free(object);
}

static void
lift_refusals(struct plain_targets *plain)
{
    struct refusal *refusal, *next;

    for (refusal = LIST_FIRST(&plain->refusals); refusal != NULL; refusal = next) {
        next = LIST_NEXT(refusal, entry);
        if (refusal->is_found)
            continue;
        plain->parts.on_refusal(plain->parts.argument, refusal->object, NULL);
        forget(refusal);
    }
}

static bool
is_overridden(const struct plain_targets *plain, enum override_kind kind,
              const struct target_spec *spec)
{
    return overrides_contain(
        plain->parts.overrides,
        &(struct override_spec){.kind = kind, .group = spec->group, .address = spec->address});
}

/* A task's target keeps the place for as long as it is there. */
static void
ensure(struct plain_targets *plain, const struct target_spec *spec)
{
    struct registered_target *target =
        targets_find(plain->parts.targets, spec->group, &spec->address);

    if (is_overridden(plain, OVERRIDE_EXCLUDED, spec))
        return;
    const char *fault = target_address_fault(plain->config, plain->parts.host, &spec->address);
    if (fault != NULL) {
        refuse(plain, spec, fault);
        return;
    }
    if (target == NULL)
        target = targets_add(plain->parts.targets, spec);
    if (target == NULL || target->origin == ORIGIN_TASK)
        return;
    targets_apply(plain->parts.targets, target,
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
    struct refusal *refusal;
    LIST_FOREACH (refusal, &plain->refusals, entry)
        refusal->is_found = false;
    for (size_t i = 0; i < plain->config->target_group_count; i++)
        settle_group(plain, &plain->config->target_groups[i]);
    while ((one = overrides_next(plain->parts.overrides, one)) != NULL)
        if (one->kind == OVERRIDE_REGISTERED)
            plain_targets_add(plain, one);
    lift_refusals(plain);
}

static void
mark_configured(struct plain_targets *plain, const struct config_target_group *group)
{
    for (size_t i = 0; i < group->target_count; i++) {
        struct target_spec spec;
        struct registered_target *target =
            make_spec(group, &group->targets[i], &spec)
                ? targets_find(plain->parts.targets, spec.group, &spec.address)
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
    TAILQ_FOREACH (target, targets_live(plain->parts.targets), in_table)
        target->is_configured = false;
    for (size_t i = 0; i < config->target_group_count; i++)
        mark_configured(plain, &config->target_groups[i]);
    for (target = TAILQ_FIRST(targets_live(plain->parts.targets)); target != NULL;
         target = next) {
        next = TAILQ_NEXT(target, in_table);
        if (target->origin == ORIGIN_STATIC && !target->is_configured &&
            config_find_group(config, target->group) != NULL)
            targets_apply(plain->parts.targets, target, TARGET_EVENT_DEREGISTER,
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

/* SPDX-License-Identifier: Apache-2.0 */
/* Static targets are read from the configuration each time; only people's are kept here. */
#include "control/registry/plain_targets.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct plain_targets {
    struct targets *targets;
    const struct exclusions *exclusions;
    const struct config *config;
    struct hand_registration *by_hand;
};

struct plain_targets *
plain_targets_new(struct targets *targets, const struct exclusions *exclusions)
{
    struct plain_targets *plain = memory_take(1, sizeof(*plain));

    plain->targets = targets;
    plain->exclusions = exclusions;
    return plain;
}

static void
forget(struct hand_registration **link)
{
    struct hand_registration *one = *link;

    *link = one->next;
    free(one->group);
    free(one->zone);
    free(one);
}

void
plain_targets_free(struct plain_targets **plain)
{
    while ((*plain)->by_hand != NULL)
        forget(&(*plain)->by_hand);
    free(*plain);
    *plain = NULL;
}

static void
ensure(struct plain_targets *plain, const struct target_spec *spec)
{
    struct registered_target *target =
        targets_find(plain->targets, spec->group, &spec->address);

    if (exclusions_contain(plain->exclusions, spec->group, &spec->address, NULL))
        return;
    if (target == NULL)
        targets_add(plain->targets, spec);
    else if (target->origin != ORIGIN_TASK && !target->is_held)
        targets_apply(plain->targets, target, TARGET_EVENT_REGISTER, NULL);
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

static void
ensure_by_hand(struct plain_targets *plain, const struct hand_registration *one)
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
    if (plain->config == NULL)
        return;
    for (size_t i = 0; i < plain->config->target_group_count; i++)
        settle_group(plain, &plain->config->target_groups[i]);
    for (struct hand_registration *one = plain->by_hand; one != NULL; one = one->next)
        ensure_by_hand(plain, one);
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

static struct hand_registration **
find(struct plain_targets *plain, const char *group, const struct address *address)
{
    struct hand_registration **link = &plain->by_hand;

    while (*link != NULL &&
           (!address_equal(&(*link)->address, address) || strcmp((*link)->group, group) != 0))
        link = &(*link)->next;
    return link;
}

void
plain_targets_add(struct plain_targets *plain, const char *group, const struct address *address,
                  const char *zone)
{
    struct hand_registration **link = find(plain, group, address);

    if (*link != NULL)
        forget(link);
    struct hand_registration *added = memory_take(1, sizeof(*added));
    added->group = memory_copy_text(group);
    added->address = *address;
    added->zone = memory_copy_text(zone);
    added->next = plain->by_hand;
    plain->by_hand = added;
    ensure_by_hand(plain, added);
}

bool
plain_targets_forget(struct plain_targets *plain, const char *group,
                     const struct address *address)
{
    struct hand_registration **link = find(plain, group, address);

    if (*link == NULL)
        return false;
    forget(link);
    return true;
}

const struct hand_registration *
plain_targets_by_hand(const struct plain_targets *plain)
{
    return plain->by_hand;
}

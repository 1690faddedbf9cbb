/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration tree in growing arrays; rows are numbered in the order they are asked for. */
#include "snapshot_sample.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "ipc/counters.h"
#include "base/slice.h"
#include "ipc/snapshot_open.h"

struct snapshot_sample {
    struct config config;
    struct config_listener listener;
    struct config_rule default_rule;
    /* Of the last build: a copy of the configuration with the default rule behind the others.
     */
    struct config built_config;
    struct config_listener built_listener;
    struct snapshot_builder *builder;
    struct snapshot_target_source *targets;
    size_t target_count;
    char **texts;
    size_t text_count;
    uint32_t next_row;
    enum snapshot_vacancy vacancy;
};

/* Room for one element more in an array that doubles. */
static void *
grow(void *array, size_t count, size_t size)
{
    bool is_full = (count & (count - 1)) == 0;

    if (is_full)
        array = memory_resize(array, count == 0 ? 1 : 2 * count, size);
    memset((char *)array + count * size, 0, size);
    return array;
}

struct snapshot_sample *
snapshot_sample_new(void)
{
    struct snapshot_sample *sample = memory_take(1, sizeof(*sample));

    sample->config.load_balancer_name = snapshot_sample_text(sample, "albtest");
    sample->config.workers = 1;
    sample->config.listener_count = 1;
    sample->listener.name = snapshot_sample_text(sample, "http");
    sample->listener.address = snapshot_sample_text(sample, "127.0.0.1");
    sample->listener.port = 80;
    sample->default_rule.action.type = ACTION_FIXED_RESPONSE;
    sample->default_rule.action.status_code = 404;
    return sample;
}

static void
free_rules(struct config_listener *listener)
{
    for (size_t i = 0; i < listener->rule_count; i++) {
        struct config_rule *rule = &listener->rules[i];
        for (size_t j = 0; j < rule->condition_count; j++)
            free(rule->conditions[j].values);
        free(rule->conditions);
        free(rule->action.groups);
    }
    free(listener->rules);
}

void
snapshot_sample_free(struct snapshot_sample **sample)
{
    struct snapshot_sample *freed = *sample;

    snapshot_builder_free(&freed->builder);
    free(freed->built_listener.rules);
    free_rules(&freed->listener);
    free(freed->config.target_groups);
    free(freed->targets);
    for (size_t i = 0; i < freed->text_count; i++)
        free(freed->texts[i]);
    free(freed->texts);
    free(freed);
    *sample = NULL;
}

struct config *
snapshot_sample_config(struct snapshot_sample *sample)
{
    return &sample->config;
}

struct config_listener *
snapshot_sample_listener(struct snapshot_sample *sample)
{
    return &sample->listener;
}

char *
snapshot_sample_text(struct snapshot_sample *sample, const char *text)
{
    sample->texts = grow(sample->texts, sample->text_count, sizeof(char *));
    sample->texts[sample->text_count] = memory_copy_text(text);
    return sample->texts[sample->text_count++];
}

struct config_target_group *
snapshot_sample_add_group(struct snapshot_sample *sample, const char *name)
{
    struct config *config = &sample->config;

    config->target_groups =
        grow(config->target_groups, config->target_group_count, sizeof(*config->target_groups));
    struct config_target_group *group = &config->target_groups[config->target_group_count++];
    group->name = snapshot_sample_text(sample, name);
    group->minimum_healthy_count = 1;
    group->health_check.enabled = true;
    group->health_check.path = snapshot_sample_text(sample, "/");
    return group;
}

struct config_rule *
snapshot_sample_add_rule(struct snapshot_sample *sample, const char *group)
{
    struct config_listener *listener = &sample->listener;

    listener->rules = grow(listener->rules, listener->rule_count, sizeof(*listener->rules));
    struct config_rule *rule = &listener->rules[listener->rule_count++];
    rule->priority = (unsigned)listener->rule_count * 10;
    rule->action.type = group == NULL ? ACTION_FIXED_RESPONSE : ACTION_FORWARD;
    rule->action.status_code = group == NULL ? 200 : 0;
    if (group != NULL) {
        rule->action.groups = memory_take(1, sizeof(*rule->action.groups));
        rule->action.groups[0].target_group = snapshot_sample_text(sample, group);
        rule->action.groups[0].weight = 1;
        rule->action.group_count = 1;
    }
    return rule;
}

static void
add_value(struct snapshot_sample *sample, struct config_condition *condition, struct slice text)
{
    size_t mark =
        condition->field == CONDITION_QUERY_STRING ? slice_find(text, '=') : text.length;
    char *copy = memory_copy_bytes(text.at, text.length);

    condition->values =
        grow(condition->values, condition->value_count, sizeof(*condition->values));
    struct config_value *value = &condition->values[condition->value_count++];
    if (mark < text.length) {
        copy[mark] = '\0';
        value->key = snapshot_sample_text(sample, copy);
        value->value = snapshot_sample_text(sample, copy + mark + 1);
    } else {
        value->value = snapshot_sample_text(sample, copy);
    }
    free(copy);
}

void
snapshot_sample_add_condition(struct snapshot_sample *sample, enum config_condition_field field,
                              const char *values)
{
    struct config_rule *rule = &sample->listener.rules[sample->listener.rule_count - 1];
    struct slice rest = slice_of(values);
    struct slice value;

    rule->conditions = grow(rule->conditions, rule->condition_count, sizeof(*rule->conditions));
    struct config_condition *condition = &rule->conditions[rule->condition_count++];
    condition->field = field;
    while (slice_next(&rest, ' ', &value))
        add_value(sample, condition, value);
}

struct snapshot_target_source *
snapshot_sample_add_target(struct snapshot_sample *sample, const char *group, uint64_t id,
                           uint16_t port)
{
    sample->targets = grow(sample->targets, sample->target_count, sizeof(*sample->targets));
    struct snapshot_target_source *target = &sample->targets[sample->target_count];
    target->id = id;
    target->group = snapshot_sample_text(sample, group);
    target->counter_row = (uint32_t)sample->target_count++;
    CHECK(address_parse(&target->address, "10.0.0.1", port));
    target->membership = MEMBERSHIP_IN_SERVICE;
    target->health = HEALTH_HEALTHY;
    return target;
}

struct snapshot_target_source *
snapshot_sample_targets(struct snapshot_sample *sample, size_t *count)
{
    *count = sample->target_count;
    return sample->targets;
}

static uint32_t
number_listener(void *argument, const struct config_listener *listener)
{
    struct snapshot_sample *sample = argument;

    (void)listener;
    return ++sample->next_row;
}

static uint32_t
number_group(void *argument, const char *group)
{
    struct snapshot_sample *sample = argument;

    (void)group;
    return ++sample->next_row;
}

static uint32_t
number_route(void *argument, const char *listener, const char *group)
{
    (void)argument;
    (void)listener;
    return *group == '\0' ? 0 : 1;
}

/* There is one listener. */
static uint32_t
number_rule(void *argument, const char *listener, unsigned priority)
{
    (void)argument;
    (void)listener;
    return priority % COUNTERS_RULE_ROWS;
}

/* The default rule goes last, in a copy of the rules: those of the sample stay where they are.
 */
static void
copy_config(struct snapshot_sample *sample)
{
    struct config_listener *listener = &sample->built_listener;
    size_t count = sample->listener.rule_count;

    free(listener->rules);
    *listener = sample->listener;
    listener->rules = memory_take(count + 1, sizeof(*listener->rules));
    for (size_t i = 0; i < count; i++)
        listener->rules[i] = sample->listener.rules[i];
    listener->rules[listener->rule_count++] = sample->default_rule;
    sample->built_config = sample->config;
    sample->built_config.listeners = listener;
}

static enum snapshot_vacancy
vacancy_of(void *argument, const struct config_target_group *group)
{
    const struct snapshot_sample *sample = argument;

    (void)group;
    return sample->vacancy;
}

void
snapshot_sample_set_vacancy(struct snapshot_sample *sample, enum snapshot_vacancy vacancy)
{
    sample->vacancy = vacancy;
}

struct snapshot_files
snapshot_sample_build(struct snapshot_sample *sample, uint64_t generation)
{
    static const char *const providers[] = {"docker", "file"};
    struct snapshot_sources sources = {
        .config = &sample->built_config,
        .providers = providers,
        .provider_count = 2,
        .numbers = {number_listener, number_group, number_group, number_route, number_rule,
                    sample},
        .vacancies = {vacancy_of, sample},
        .stickiness_key = {1, 2, 3},
    };

    copy_config(sample);
    sample->next_row = 0;
    snapshot_builder_free(&sample->builder);
    sample->builder = snapshot_builder_new(&sources);
    return snapshot_sample_build_again(sample, generation);
}

struct snapshot_files
snapshot_sample_build_again(struct snapshot_sample *sample, uint64_t generation)
{
    struct snapshot_files files;

    CHECK(snapshot_build(sample->builder, sample->targets, sample->target_count, generation,
                         &files));
    return files;
}

struct snapshot *
snapshot_sample_open(struct snapshot_sample *sample)
{
    const char *error;
    struct snapshot_files files = snapshot_sample_build(sample, 1);
    struct snapshot *snapshot = snapshot_open_files(&files, &error);

    snapshot_files_close(&files);
    CHECK(snapshot != NULL);
    return snapshot;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a configuration file: libconfig makes a tree of it, config_object.c fills the structs
 * from it, config_check.c judges them together. Everything wrong is reported, nothing stops at
 * the first error. Start reading at config_load.
 */
#include <sched.h>
#include <stdlib.h>

#include <libconfig.h>

#include "base/memory.h"
#include "model/config.h"
#include "model/config_check.h"
#include "model/config_object.h"
#include "model/config_report.h"

static int
compare_rules(const void *one, const void *other)
{
    const struct config_rule *left = one;
    const struct config_rule *right = other;

    return left->priority < right->priority ? -1 : left->priority > right->priority;
}

/* Orders the rules by priority and puts the default rule behind them. */
static void
finish_listener(struct config_listener *listener)
{
    struct config_rule *rules = listener->rules;
    size_t count = listener->rule_count;

    if (count > 1)
        qsort(rules, count, sizeof(*rules), compare_rules);
    rules = memory_resize(rules, count + 1, sizeof(*rules));
    rules[count] =
        (struct config_rule){.action = listener->default_action, .line = listener->line};
    listener->default_action = (struct config_action){.group_count = 0};
    listener->rules = rules;
    listener->rule_count = count + 1;
}

static void
finish_group(struct config_target_group *group)
{
    for (size_t i = 0; i < group->target_count; i++) {
        if (group->targets[i].port == 0)
            group->targets[i].port = group->port;
    }
}

static unsigned
count_cores(void)
{
    cpu_set_t cores;

    if (sched_getaffinity(0, sizeof(cores), &cores) == -1)
        return 1;
    return (unsigned)CPU_COUNT(&cores);
}

static void
finish_config(struct config *config)
{
    if (config->workers == 0)
        config->workers = count_cores();
    for (size_t i = 0; i < config->listener_count; i++)
        finish_listener(&config->listeners[i]);
    for (size_t i = 0; i < config->target_group_count; i++)
        finish_group(&config->target_groups[i]);
}

static void
on_problem(void *report, const char *file, unsigned line, const char *reason)
{
    config_report_add_at(report, file, line, reason);
}

/* Makes the tree of the text and the config of the tree. */
static void
read_text(const char *text, struct config_report *report, struct config *config)
{
    struct config_check check = {.report = report, .config = config};
    config_t tree;

    config_init(&tree);
    if (config_read_string(&tree, text) == CONFIG_TRUE) {
        config_object_read(report, config_root_setting(&tree), SCOPE_ROOT, config);
        config_index_groups(config);
        config_check(&check, config_root_setting(&tree));
    } else {
        config_report_add_syntax(report, &tree);
    }
    config_destroy(&tree);
}

struct config *
config_load(const char *path, struct config_errors *errors)
{
    struct config_source source;
    struct config_report report = {.source = &source};
    struct config *config = memory_take(1, sizeof(*config));

    config->path = memory_copy_text(path);
    config_source_read(&source, path, on_problem, &report);
    /* Without all of its text nothing can be said of what is missing in it. */
    if (report.count == 0)
        read_text(source.text, &report, config);
    config_source_clear(&source);
    if (config_report_finish(&report, errors))
        config_free(&config);
    else
        finish_config(config);
    return config;
}

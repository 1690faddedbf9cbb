/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a configuration file: config_tree.c makes a tree of it, config_object.c fills the
 * structs from it, config_check.c judges them together. Everything wrong is reported, nothing
 * stops at the first error. Start reading at config_load.
 */
#include <sched.h>
#include <stdlib.h>

#include "base/memory.h"
#include "model/config.h"
#include "model/config_additions.h"
#include "model/config_check.h"
#include "model/config_engines.h"
#include "model/config_inspect.h"
#include "model/config_object.h"
#include "model/config_report.h"
#include "model/config_source.h"
#include "model/config_warn.h"
#include "model/setting_value.h"

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
    rules[count] = (struct config_rule){.action = listener->default_action};
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
    config_engines_add(config);
}

static void
on_problem(void *report, const char *file, unsigned line, const char *reason)
{
    config_report_add_at(report, file, line, reason);
}

/* What a reading is for, and where its findings go. */
struct reading {
    const struct config_source *source;
    const struct config_additions *additions;
    const struct config_beside *beside;       /* NULL: the additions are there already */
    const struct config_inspector *inspector; /* NULL: none */
    struct config_report errors;
    struct config_report warnings;
};

static void
judge(struct reading *reading, const struct config_node *root, struct config *config,
      bool has_warnings)
{
    struct config_check check = {.report = &reading->errors, .config = config};

    config_object_read(check.report, root, SCOPE_ROOT, config);
    config_index_groups(config);
    config_check(&check, root);
    if (check.report->count > 0)
        return;
    finish_config(config);
    if (reading->inspector != NULL)
        config_inspect(&(struct config_inspection){reading->inspector, config, &reading->errors,
                                                   &reading->warnings},
                       root);
    check.report = &reading->warnings;
    if (has_warnings)
        config_warn(&check, root);
}

static void
note_files(struct config *config, const struct config_source *source)
{
    config->files = memory_take(source->file_count, sizeof(*config->files));
    config->file_count = source->file_count;
    for (size_t i = 0; i < source->file_count; i++)
        config->files[i] = memory_copy_text(source->files[i]);
}

/* Without all of its text nothing can be said of what is missing in it. */
static bool
read_tree(struct reading *reading, struct config_tree *tree)
{
    struct config_tree_error error;

    if (reading->errors.count > 0)
        return false;
    if (config_tree_read(tree, reading->source->text, &error))
        return true;
    config_report_add_syntax(&reading->errors, &error);
    config_tree_clear(tree);
    return false;
}

/* NULL: the file says something that cannot be one, which its reading reports. */
static char *
find_state_dir(const struct config_node *root)
{
    const struct setting *row = setting_find(SCOPE_ROOT, "state_dir");
    const struct config_node *node = config_node_member(root, row->path);
    struct config config = {.state_dir = NULL};
    char *reason;

    if (node != NULL && node->kind != NODE_TEXT)
        return NULL;
    if (!setting_value_read(row, node == NULL ? row->standard : node->text, &config, &reason))
        free(reason);
    return config.state_dir;
}

/* False: what stands beside the file cannot be had. */
static bool
find_additions(const struct reading *reading, const struct config_node *root)
{
    char *state_dir = reading->beside == NULL ? NULL : find_state_dir(root);
    bool is_found =
        state_dir == NULL || reading->beside->find(reading->beside->argument, state_dir);

    free(state_dir);
    return is_found;
}

static void
read_tree_with_additions(struct reading *reading, struct config_tree *tree,
                         struct config *config, bool has_warnings)
{
    struct config_source places = config_additions_places(reading->source, reading->additions);

    reading->errors.source = reading->warnings.source = &places;
    note_files(config, &places);
    config_additions_plant(reading->additions, tree, &reading->errors);
    judge(reading, &tree->root, config, has_warnings);
    config_additions_free_places(&places);
}

/* The config of the source's text and the additions, unless something is wrong with that
 * already.
 */
static struct config *
read_source(const char *path, struct reading *reading, bool has_warnings,
            struct config_errors *errors)
{
    struct config *config = memory_take(1, sizeof(*config));
    struct config_tree tree;
    bool is_read = false;

    config->path = memory_copy_text(path);
    reading->errors.source = reading->warnings.source = reading->source;
    if (read_tree(reading, &tree)) {
        is_read = find_additions(reading, &tree.root);
        if (is_read)
            read_tree_with_additions(reading, &tree, config, has_warnings);
        config_tree_clear(&tree);
    }
    config_report_finish(&reading->warnings, &config->warnings);
    if (config_report_finish(&reading->errors, errors) || !is_read)
        config_free(&config);
    return config;
}

static const struct config_additions no_additions;

static struct config *
load(const char *path, struct reading *reading, struct config_source *source,
     struct config_errors *errors)
{
    reading->source = source;
    reading->warnings.mark = "warning: ";
    config_source_read(source, path, on_problem, &reading->errors);
    return read_source(path, reading, true, errors);
}

struct config *
config_load_text(const char *path, const struct config_additions *additions,
                 const struct config_inspector *inspector, struct config_source *source,
                 struct config_errors *errors)
{
    struct reading reading = {.additions = additions == NULL ? &no_additions : additions,
                              .inspector = inspector};

    return load(path, &reading, source, errors);
}

struct config *
config_load_beside(const char *path, const struct config_beside *beside,
                   const struct config_inspector *inspector, struct config_source *source,
                   struct config_errors *errors)
{
    struct reading reading = {
        .additions = beside->additions, .beside = beside, .inspector = inspector};

    return load(path, &reading, source, errors);
}

struct config *
config_read_text(const char *path, const struct config_additions *additions,
                 const struct config_source *source, struct config_errors *errors)
{
    struct reading reading = {.source = source,
                              .additions = additions == NULL ? &no_additions : additions};

    return read_source(path, &reading, false, errors);
}

struct config *
config_load(const char *path, const struct config_inspector *inspector,
            struct config_errors *errors)
{
    struct config_source source;
    struct config *config = config_load_text(path, NULL, inspector, &source, errors);

    config_source_clear(&source);
    return config;
}

/*
 * Reads a configuration file: libconfig makes a tree of it, config_object.c fills the structs
 * from it, config_check.c judges them together. Everything wrong is reported, nothing stops at
 * the first error. Start reading at config_load.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* @include names files relative to the folder of the main file. */
static void
set_include_folder(config_t *tree, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? memory_copy_text(".")
                                 : memory_copy_bytes(path, (size_t)(slash - path) + 1);

    config_set_include_dir(tree, folder);
    free(folder);
}

/* Whether the path can be read; libconfig itself ends the program over a folder. */
static bool
is_readable(const char *path, const char **reason)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd == -1) {
        *reason = strerror(errno);
        return false;
    }
    bool is_folder = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    close(fd);
    *reason = "it is a folder";
    return !is_folder;
}

/* False when there is no tree to read; the reason is in the report. */
static bool
parse_file(config_t *tree, const char *path, struct config_report *report)
{
    const char *reason;

    if (!is_readable(path, &reason)) {
        config_report_add(report, config_root_setting(tree), "cannot be read: %s", reason);
        return false;
    }
    set_include_folder(tree, path);
    if (config_read_file(tree, path) == CONFIG_TRUE)
        return true;
    config_report_add_syntax(report, tree);
    return false;
}

struct config *
config_load(const char *path, struct config_errors *errors)
{
    struct config_report report = {.file = path};
    struct config *config = memory_take(1, sizeof(*config));
    config_t tree;

    config->path = memory_copy_text(path);
    config_init(&tree);
    if (parse_file(&tree, path, &report)) {
        const config_setting_t *root = config_root_setting(&tree);
        struct config_check check = {.report = &report, .config = config};
        config_object_read(&report, root, SCOPE_ROOT, config);
        config_check(&check, root);
    }
    config_destroy(&tree);
    if (config_report_finish(&report, errors))
        config_free(&config);
    else
        finish_config(config);
    return config;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/needs: everything that waits for somebody, with why and the next step, the worst
 * first. What is well, or will be by itself, is not among it.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/certificates/certificate_store.h"
#include "control/registry/passive_health.h"

/* Of thousands that fail for one reason, nobody reads more. */
#define MOST_NEEDS 100

struct needs {
    json_t *list;
    unsigned count; /* of all, listed or not */
};

/* Texts that are NULL are null. */
struct need {
    const char *kind, *object, *group;
    const char *text, *next, *command;
    uint64_t since_wall_us;
};

static void
add(struct needs *needs, const struct need *need)
{
    json_t *object;

    if (++needs->count > MOST_NEEDS)
        return;
    object = json_object();
    admin_set_text(object, "Kind", need->kind);
    admin_set_text(object, "Object", need->object);
    admin_set_text(object, "TargetGroupName", need->group);
    admin_set_text(object, "Text", need->text);
    admin_set_text(object, "Next", need->next);
    admin_set_text(object, "Command", need->command);
    admin_set_time(object, "Since", need->since_wall_us);
    json_array_append_new(needs->list, object);
}

/* The same with texts of its own. */
static void
add_printed(struct needs *needs, const struct need *need, char *text, char *command)
{
    struct need printed = *need;

    printed.text = text;
    printed.command = command;
    add(needs, &printed);
    free(text);
    free(command);
}

static void
look_at_configuration(struct needs *needs, const struct admin_parts *parts)
{
    const struct need need = {
        .kind = "configuration",
        .object = parts->config->path,
        .next = "see what is wrong with it, correct it, and reload",
    };

    if (parts->is_refused)
        add_printed(needs, &need,
                    memory_copy_text("the last reload was refused; the configuration before it "
                                     "goes on"),
                    memory_print("fairleadctl check %s", parts->config->path));
}

#define SECONDS_PER_DAY (24 * 3600)
#define US_PER_SECOND 1000000

static void
look_at_certificate(struct needs *needs, const struct certificate_book *book,
                    const struct certificate_row *row)
{
    int64_t now_s = (int64_t)(clock_wall_us() / US_PER_SECOND);
    int64_t left_s = row->facts.not_after_s - now_s;
    struct slice path = certificate_slice(book, row->path);

    if (left_s >= CERTIFICATE_RENEWAL_DAYS * SECONDS_PER_DAY)
        return;
    char *object = memory_copy_bytes(path.at, path.length);
    const struct need need = {
        .kind = "certificate",
        .object = object,
        .next = "renew it, write the new one into its file, and reload",
        .since_wall_us = left_s < 0 ? (uint64_t)row->facts.not_after_s * US_PER_SECOND : 0,
    };
    add_printed(needs, &need,
                left_s < 0
                    ? memory_print("the certificate %s has expired: clients refuse it", object)
                    : memory_print("the certificate %s expires in %lld days", object,
                                   (long long)(left_s / SECONDS_PER_DAY)),
                memory_copy_text("fairleadctl certificates"));
    free(object);
}

static void
look_at_certificates(struct needs *needs, const struct admin_parts *parts)
{
    const struct certificate_book *book = certificate_store_book(parts->certificates);

    for (uint32_t i = 0; book != NULL && i < book->row_count; i++)
        look_at_certificate(needs, book, &book->certificates[i]);
}

static void
look_at_processes(struct needs *needs, const struct admin_parts *parts)
{
    struct processes *processes = children_processes(parts->children);

    for (unsigned slot = 0; slot < processes_count(processes); slot++) {
        const struct process *process = processes_at(processes, slot);
        const struct need need = {
            .kind = "process",
            .object = process->title,
            .next = "it is started again; if that goes on, the log says why it ends",
        };
        if (!process->is_wanted || (process_is_alive(process) && !process->is_hung))
            continue;
        add_printed(needs, &need,
                    process->is_hung ? memory_print("%s shows no sign of life", process->title)
                                     : memory_print("%s does not run: it %s", process->title,
                                                    process->last_end),
                    memory_copy_text("fairleadctl workers"));
    }
}

static void
look_at_providers(struct needs *needs, const struct admin_parts *parts)
{
    struct discovery *discovery;

    for (size_t i = 0; (discovery = providers_at(parts->providers, i)) != NULL; i++) {
        struct discovery_status status = {0};
        discovery_read_status(discovery, &status);
        const struct need need = {
            .kind = "provider",
            .object = discovery_name(discovery),
            .next = "its tasks stay as they were, and are checked; see that it can be reached",
        };
        if (!status.is_connected)
            add_printed(needs, &need,
                        memory_print("%s cannot be reached%s%s", need.object,
                                     status.error == NULL ? "" : ": ",
                                     status.error == NULL ? "" : status.error),
                        memory_copy_text("fairleadctl providers"));
    }
}

static void
look_at_group(struct needs *needs, const struct admin_parts *parts, const char *name)
{
    struct group_view view = group_watch_view(parts->watch, name);
    struct need need = {
        .kind = "group", .object = name, .group = name, .since_wall_us = view.since_wall_us};

    /* One that waits for its next target holds its requests: that passes by itself. */
    bool is_well =
        view.state == GROUP_WAITS || (view.count.registered > 0 && view.state != GROUP_OPEN);
    if (is_well || !config_group_is_used(parts->config, name))
        return;
    if (view.count.registered == 0) {
        need.next = "start its tasks, or register a target";
        add_printed(needs, &need,
                    memory_print("%s %s: its requests are answered with 503", name,
                                 view.state == GROUP_EMPTY ? "has no target any more"
                                                           : "has had no target yet"),
                    memory_print("fairleadctl register %s ADDRESS:PORT", name));
    } else {
        need.next = "see why its targets are not healthy";
        add_printed(needs, &need,
                    memory_print("%s fails open: %u of %u targets are healthy, too few, so "
                                 "all of them get requests",
                                 name, view.count.healthy, view.count.registered),
                    memory_print("fairleadctl targets %s", name));
    }
}

static void
look_at_groups(struct needs *needs, const struct admin_parts *parts)
{
    const struct config *config = parts->config;

    for (size_t i = 0; i < config->target_group_count; i++)
        look_at_group(needs, parts, config->target_groups[i].name);
}

static void
add_target(struct needs *needs, const struct registered_target *target)
{
    bool is_ejected = passive_is_ejected(target);
    char description[192];
    const struct need need = {
        .kind = "target",
        .object = target->name,
        .group = target->group,
        .next = is_ejected ? "it comes back by itself after a while; its application's log "
                             "says why requests failed"
                           : "see what its health check meets, or take it out",
        .since_wall_us = target->since_wall_us,
    };

    target_describe(target, description, sizeof(description));
    add_printed(needs, &need,
                is_ejected ? memory_print("%s of %s is ejected: requests to it failed",
                                          target->name, target->group)
                           : memory_print("%s of %s is unhealthy: %s", target->name,
                                          target->group, description),
                memory_print("fairleadctl targets %s", target->group));
}

static void
look_at_targets(struct needs *needs, const struct admin_parts *parts)
{
    const struct registered_target *target;

    TAILQ_FOREACH (target, targets_live(parts->targets), in_table) {
        if (target_is_registered(target->membership) &&
            (target->health == HEALTH_UNHEALTHY || passive_is_ejected(target)))
            add_target(needs, target);
    }
}

static void
add_problem(void *argument, const struct problem *problem)
{
    const struct need need = {
        .kind = "problem",
        .object = problem->object,
        .next = "correct it; it is taken as soon as it is right, and all else goes on",
        .since_wall_us = problem->since_wall_us,
    };

    add_printed(argument, &need,
                memory_print("%s %s is left out: %s", problem->source, problem->object,
                             problem->reason),
                memory_copy_text("fairleadctl problems"));
}

void
admin_show_needs(struct admin_call *call)
{
    const struct admin_parts *parts = call->parts;
    struct needs needs = {.list = json_array()};

    look_at_configuration(&needs, parts);
    look_at_processes(&needs, parts);
    look_at_certificates(&needs, parts);
    look_at_providers(&needs, parts);
    look_at_groups(&needs, parts);
    look_at_targets(&needs, parts);
    problems_each(parts->problems, add_problem, &needs);
    json_t *answer = json_pack("{s:o}", "Needs", needs.list);
    admin_set_number(answer, "Count", needs.count);
    admin_answer(call->request, 200, answer);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* One reading at a time; what was asked for meanwhile is one more. Start at renewal_look. */
#include "control/renewal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/slice.h"
#include "control/certificates/certificate_watch.h"
#include "ipc/certificate_fingerprints.h"

#define US_PER_SECOND 1000000
/* More are told together. */
#define TOLD_MOST 10
/* A pair that fits together only now and then is being written: it is told when it stays so. */
#define AGAIN_MS 2000

struct renewal {
    struct renewal_parts parts;
    const struct config *config;
    struct certificate_watch *watch;
    struct timer again;
    struct config_errors told; /* what is wrong, as problems say it: "PATH: REASON" */
    bool is_reading, is_wanted_again, is_second_look;
};

static void on_change(void *argument);
static void on_again(void *argument);

struct renewal *
renewal_new(const struct renewal_parts *parts)
{
    struct renewal *renewal = memory_take(1, sizeof(*renewal));

    renewal->parts = *parts;
    renewal->watch = certificate_watch_new(parts->loop, on_change, renewal);
    timer_init(&renewal->again, on_again, renewal);
    return renewal;
}

void
renewal_free(struct renewal **renewal)
{
    if (*renewal == NULL)
        return;
    config_readers_forget((*renewal)->parts.readers, *renewal);
    certificate_watch_free(&(*renewal)->watch);
    timer_close(&(*renewal)->again, (*renewal)->parts.loop);
    config_errors_clear(&(*renewal)->told);
    free(*renewal);
    *renewal = NULL;
}

/* "PATH: REASON" into a problem, or (is_over) out of it. */
static void
report(const struct renewal *renewal, const char *line, bool is_over)
{
    const char *colon = strstr(line, ": ");
    char *object = memory_print("certificate %.*s", (int)(colon - line), line);
    char *reason = memory_print("%s: the one before it stays in use", colon + 2);

    providers_report_problem(renewal->parts.providers, "configuration", object,
                             is_over ? NULL : reason);
    free(object);
    free(reason);
}

static bool
is_told(const struct config_errors *lines, const char *line)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (strcmp(lines->lines[i], line) == 0)
            return true;
    }
    return false;
}

/* Takes the lines over. */
static void
tell_faults(struct renewal *renewal, struct config_errors *faults)
{
    for (size_t i = 0; i < renewal->told.count; i++)
        if (!is_told(faults, renewal->told.lines[i]))
            report(renewal, renewal->told.lines[i], true);
    for (size_t i = 0; i < faults->count; i++)
        report(renewal, faults->lines[i], false);
    config_errors_clear(&renewal->told);
    renewal->told = *faults;
    *faults = (struct config_errors){.lines = NULL};
}

static void
tell_one(const struct renewal *renewal, const struct certificate_book *book,
         const struct certificate_row *row)
{
    struct slice path = certificate_slice(book, row->path);
    char *name = memory_print("%.*s", (int)path.length, path.at);
    char when[CLOCK_ISO_SIZE];

    clock_format_iso(when, (uint64_t)row->facts.not_after_s * US_PER_SECOND);
    event_log_add(renewal->parts.events, EVENT_CERTIFICATE_RENEWED, name,
                  "its file has another one, which is used from now on and ends on %.10s",
                  when);
    free(name);
}

/* Those of the next book that the one in force has not. */
static void
tell_new(const struct renewal *renewal, const struct certificate_book *old,
         const struct certificate_book *book)
{
    struct certificate_fingerprints *known = certificate_fingerprints_new(old);
    unsigned count = 0;

    for (uint32_t i = 0; i < book->row_count; i++) {
        const struct certificate_row *row = &book->certificates[i];
        if (!certificate_fingerprints_have(known, &row->facts) && ++count <= TOLD_MOST)
            tell_one(renewal, book, row);
    }
    certificate_fingerprints_free(&known);
    if (count > TOLD_MOST)
        event_log_add(renewal->parts.events, EVENT_CERTIFICATE_RENEWED, "and others",
                      "%u certificates more are used from now on", count - TOLD_MOST);
}

static void
take_over(struct renewal *renewal, struct certificate_files *files)
{
    const struct renewal_parts *parts = &renewal->parts;
    const char *reason;

    if (!certificate_store_prepare(parts->certificates, files, &reason)) {
        log_error("certificates that were read again cannot be used: %s", reason);
        return;
    }
    const struct certificate_book *next = certificate_store_next(parts->certificates);
    if (next != NULL)
        tell_new(renewal, certificate_store_book(parts->certificates), next);
    if (!certificate_store_commit(parts->certificates))
        return;
    counter_set(&parts->counters->values[COUNTER_CERTIFICATES_FIRST_END],
                (uint64_t)certificate_store_first_end_s(parts->certificates));
    children_send_certificates(parts->children);
}

static void
on_read(void *argument, struct config_answer *answer)
{
    struct renewal *renewal = argument;

    renewal->is_reading = false;
    if (renewal->is_wanted_again) {
        renewal_look(renewal);
        return;
    }
    if (!answer->is_good) {
        log_warning("certificates cannot be read again: %s",
                    answer->errors.count == 0 ? "" : answer->errors.lines[0]);
        return;
    }
    take_over(renewal, &answer->certificates);
    if (answer->errors.count > 0 && !renewal->is_second_look) {
        if (!timer_is_set(&renewal->again))
            timer_set(&renewal->again, renewal->parts.loop, AGAIN_MS);
        return;
    }
    renewal->is_second_look = false;
    timer_stop(&renewal->again);
    tell_faults(renewal, &answer->errors);
}

void
renewal_look(struct renewal *renewal)
{
    const struct config_question question = {
        .path = "certificates", .wish = CONFIG_IN_FORCE, .in_force = renewal->config};
    const char *reason;

    renewal->is_wanted_again = renewal->is_reading;
    if (renewal->is_reading || renewal->config == NULL)
        return;
    renewal->is_reading =
        config_readers_start(renewal->parts.readers, &question, on_read, renewal, &reason);
    if (!renewal->is_reading)
        log_warning("certificates cannot be read again: %s", reason);
}

static void
on_change(void *argument)
{
    renewal_look(argument);
}

/* Changes meanwhile do not put it off: a folder that others write to all the time has them. */
static void
on_again(void *argument)
{
    struct renewal *renewal = argument;

    renewal->is_second_look = true;
    renewal_look(renewal);
}

/* A reading under way is of the configuration before, and is made once more. */
void
renewal_set_config(struct renewal *renewal, const struct config *config)
{
    struct config_errors none = {.lines = NULL};

    renewal->config = config;
    renewal->is_wanted_again = renewal->is_reading;
    tell_faults(renewal, &none);
    certificate_watch_set_config(renewal->watch, config);
    /* What is bad there was only warned of. */
    if (config->certificates_dir != NULL)
        renewal_look(renewal);
}

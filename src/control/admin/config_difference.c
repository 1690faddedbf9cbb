/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reload would change: settings and elements are the same while their paths are. Of an
 * element that comes or goes its settings are not told one by one.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/admin/admin_call.h"
#include "control/admin/config_fact_json.h"
#include "control/admin/config_page.h"
#include "model/config_changes.h"

/* The facts of one configuration: by path, once all are there. */
struct known_fact {
    char *path;
    json_t *value; /* NULL: of an element */
};

struct known_facts {
    struct known_fact *facts;
    size_t count, capacity;
};

struct difference {
    const struct known_facts *others;
    FILE *out;
    const char *kind; /* of what the others do not have */
    char *skipped;    /* path of the last element that they do not have */
    size_t count;
};

/*
 * Of several ways to say the same, the first: so that 1500 milliseconds in place of 2 seconds
 * are a change. The path is new memory.
 */
static struct config_fact
first_way(const struct config_fact *fact)
{
    const struct setting *row = fact->is_element ? fact->row : setting_first(fact->row);
    struct config_fact first = *fact;

    first.row = row;
    first.path = memory_copy_text(fact->path);
    if (row != fact->row) {
        int head = (int)(strlen(fact->path) - strlen(fact->row->path));
        free((char *)first.path);
        first.path = memory_print("%.*s%s", head, fact->path, row->path);
    }
    return first;
}

static json_t *
value_of(const struct config_fact *fact)
{
    return fact->is_element ? NULL : config_fact_value(fact);
}

static void
note_fact(void *argument, const struct config_fact *found)
{
    struct known_facts *known = argument;
    struct config_fact fact = first_way(found);

    if (known->count == known->capacity) {
        known->capacity = 2 * known->capacity + 256;
        known->facts = memory_resize(known->facts, known->capacity, sizeof(*known->facts));
    }
    known->facts[known->count++] = (struct known_fact){(char *)fact.path, value_of(&fact)};
}

static int
compare_paths(const void *one, const void *other)
{
    return strcmp(((const struct known_fact *)one)->path,
                  ((const struct known_fact *)other)->path);
}

static struct known_facts
know(const struct config *config, const char *path)
{
    struct known_facts known = {0};

    config_walk(config, path, note_fact, &known);
    if (known.count > 1)
        qsort(known.facts, known.count, sizeof(*known.facts), compare_paths);
    return known;
}

static void
forget(struct known_facts *known)
{
    for (size_t i = 0; i < known->count; i++) {
        free(known->facts[i].path);
        json_decref(known->facts[i].value);
    }
    free(known->facts);
}

static const struct known_fact *
find(const struct known_facts *known, const char *path)
{
    const struct known_fact wanted = {.path = (char *)path};

    return known->count == 0 ? NULL
                             : bsearch(&wanted, known->facts, known->count,
                                       sizeof(*known->facts), compare_paths);
}

static bool
is_skipped(const struct difference *difference, const char *path)
{
    size_t length = difference->skipped == NULL ? 0 : strlen(difference->skipped);

    return length != 0 && strncmp(path, difference->skipped, length) == 0 &&
           path[length] == '.';
}

/* Takes the values over; NULL: there is none. */
static void
write_change(struct difference *difference, const struct config_fact *fact, const char *kind,
             json_t *running, json_t *in_file)
{
    json_t *object = config_fact_to_json(fact);

    admin_set_text(object, "Change", kind);
    json_object_set_new(object, "Running", running == NULL ? json_null() : running);
    json_object_set_new(object, "InFile", in_file == NULL ? json_null() : in_file);
    json_object_set_new(object, "NeedsRestart",
                        json_boolean(!fact->is_element && setting_needs_restart(fact->row)));
    if (difference->count < CONFIG_PAGE_SETTINGS) {
        fputs(difference->count == 0 ? "\n " : ",\n ", difference->out);
        json_dumpf(object, difference->out, JSON_COMPACT);
    }
    difference->count++;
    json_decref(object);
}

/* What the others do not have; and, where it is the file that is walked, what differs there. */
static void
compare_fact(struct difference *difference, const struct config_fact *fact)
{
    const struct known_fact *other = find(difference->others, fact->path);
    bool is_of_file = strcmp(difference->kind, "added") == 0;
    json_t *own = value_of(fact);
    if (other == NULL) {
        free(difference->skipped);
        difference->skipped = fact->is_element ? memory_copy_text(fact->path) : NULL;
        write_change(difference, fact, difference->kind, is_of_file ? NULL : json_incref(own),
                     is_of_file ? json_incref(own) : NULL);
    } else if (is_of_file && own != NULL && json_equal(own, other->value) == 0) {
        write_change(difference, fact, "changed", json_incref(other->value), json_incref(own));
    }
    json_decref(own);
}

static void
visit(void *argument, const struct config_fact *found)
{
    struct config_fact fact = first_way(found);

    if (!is_skipped(argument, fact.path))
        compare_fact(argument, &fact);
    free((char *)fact.path);
}

/* Walks one configuration beside what is known of the other; returns how many there are now. */
static size_t
compare(const struct config *walked, const char *path, const struct known_facts *others,
        const struct difference *begun)
{
    struct difference difference = *begun;

    difference.others = others;
    config_walk(walked, path, visit, &difference);
    free(difference.skipped);
    return difference.count;
}

static void
write_rest(const struct config *running, const struct config *file, size_t count, FILE *out)
{
    struct config_errors losses = {0};
    char *text = config_changes_text(running, file);
    json_t *object = json_object(), *refusals = json_array();

    text_make_printable(text);
    config_changes_losses(running, file, &losses);
    for (size_t i = 0; i < losses.count; i++)
        json_array_append_new(refusals, json_string(losses.lines[i]));
    admin_set_text(object, "Text", text);
    admin_set_text(object, "ConfigurationFile", running->path);
    admin_set_number(object, "Count", count);
    json_object_set_new(object, "Refusals", refusals);
    json_dumpf(object, out, JSON_EMBED);
    json_decref(object);
    free(text);
    config_errors_clear(&losses);
}

void
config_page_difference(const void *argument, const struct config *file, FILE *out)
{
    const struct config_page *wanted = argument;
    const struct config *running = wanted->running;
    struct known_facts running_facts = know(running, wanted->path);
    struct known_facts file_facts = know(file, wanted->path);
    struct difference difference = {.out = out, .kind = "added"};

    fputs("{\"Changes\": [", out);
    difference.count = compare(file, wanted->path, &running_facts, &difference);
    difference.kind = "removed";
    difference.count = compare(running, wanted->path, &file_facts, &difference);
    fputs("],\n ", out);
    write_rest(running, file, difference.count, out);
    fputs("}\n", out);
    forget(&running_facts);
    forget(&file_facts);
}

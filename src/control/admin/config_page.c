/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the running configuration, one after the other. */
#include "control/admin/config_page.h"

#include <jansson.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/admin/config_fact_json.h"
#include "model/config_restart.h"

struct page {
    const struct config_page *wanted;
    FILE *out;
    size_t count; /* of those that there are so far */
    size_t total; /* those that are not asked for, too */
};

static void
add_setting(json_t *object, const struct config_fact *fact)
{
    const struct config_later *later = config_find_later(fact->config, fact->row);
    const struct setting *followed = config_fact_follows(fact);
    json_t *standard = config_fact_standard(fact);

    json_object_set_new(object, "Value", config_fact_value(fact));
    json_object_set_new(object, "Default", standard == NULL ? json_null() : standard);
    json_object_set_new(object, "IsDefault", json_boolean(config_fact_is_default(fact)));
    if (fact->place == NULL && followed != NULL)
        admin_set_text(object, "Follows", followed->path);
    if (later != NULL)
        json_object_set_new(object, "AfterRestart",
                            config_value_to_json(fact->row, later->text));
}

static void
write_fact(const struct page *page, const struct config_fact *fact)
{
    json_t *object = config_fact_to_json(fact);

    if (!fact->is_element)
        add_setting(object, fact);
    fputs(page->count == page->wanted->first ? "\n " : ",\n ", page->out);
    json_dumpf(object, page->out, JSON_COMPACT);
    json_decref(object);
}

static bool
is_asked_for(const struct config_page *wanted, const struct config_fact *fact)
{
    return !wanted->is_changed || fact->is_element || !config_fact_is_default(fact) ||
           config_find_later(fact->config, fact->row) != NULL;
}

static void
visit(void *argument, const struct config_fact *fact)
{
    struct page *page = argument;
    size_t first = page->wanted->first;

    page->total++;
    if (!is_asked_for(page->wanted, fact))
        return;
    if (page->count >= first && page->count - first < CONFIG_PAGE_SETTINGS)
        write_fact(page, fact);
    page->count++;
}

void
config_page_settings(const void *argument, const struct config *file, FILE *out)
{
    const struct config_page *wanted = argument;
    struct page page = {.wanted = wanted, .out = out};
    json_t *object = json_object();

    (void)file;
    fputs("{\"Settings\": [", out);
    config_walk(wanted->running, wanted->path, visit, &page);
    fputs("],\n ", out);
    admin_set_text(object, "ConfigurationFile", wanted->running->path);
    admin_set_time(object, "ConfiguredAt", wanted->configured_wall_us);
    admin_set_number(object, "First", wanted->first);
    admin_set_number(object, "Count", page.count);
    admin_set_number(object, "Total", page.total);
    json_dumpf(object, out, JSON_EMBED);
    json_decref(object);
    fputs("}\n", out);
}

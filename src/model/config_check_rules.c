/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of rules: priorities, conditions and actions, by ELBv2's bounds. */
#include "model/config_check_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/memory.h"
#include "base/slice.h"
#include "base/text.h"
#include "model/settings.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define WILDCARDS "*?"
#define TOKEN LETTERS CAPITALS DIGITS "!#$%&'*+-.^_`|~" /* RFC 9110 5.6.2 */

/* What each condition's values may hold; allowed NULL: any visible character and the space. */
struct condition_bounds {
    const char *title, *group, *allowed;
    size_t length_max;
    bool is_single; /* at most one such condition in a rule */
    /* What else a value must be. */
    void (*check)(const struct config_check *check, const struct config_node *place,
                  const char *value);
};

static void
check_characters(const struct config_check *check, const struct config_node *place,
                 const struct condition_bounds *bound, const char *value)
{
    if (strlen(value) > bound->length_max)
        config_report_add(check->report, place, "is longer than %zu bytes", bound->length_max);
    for (const char *at = value; *at != '\0'; at++) {
        bool is_allowed = bound->allowed == NULL ? *at >= ' ' && *at <= '~'
                                                 : strchr(bound->allowed, *at) != NULL;
        if (!is_allowed) {
            config_report_add(check->report, place, "\"%s\": a %s must not hold '%.*s'", value,
                              bound->title, (int)text_character_length(at), at);
            return;
        }
    }
}

static void
check_source_ip(const struct config_check *check, const struct config_node *place,
                const char *value)
{
    struct address_block block;

    if (!address_block_parse(&block, value))
        config_report_add(check->report, place,
                          "\"%s\" is not an address block such as "
                          "10.0.0.0/8",
                          value);
    else if (strcmp(value, "255.255.255.255/32") == 0)
        config_report_add(check->report, place, "the broadcast address is no client");
}

static void
check_path(const struct config_check *check, const struct config_node *place, const char *value)
{
    if (strchr("/*?", *value) == NULL)
        config_report_add(check->report, place, "\"%s\" must begin with / or a wildcard",
                          value);
}

static void
check_nothing(const struct config_check *check, const struct config_node *place,
              const char *value)
{
    (void)check;
    (void)place;
    (void)value;
}

static const struct condition_bounds bounds[] = {
#define CONDITION(id, field, group, object, allowed, length, is_single, check, ...)            \
    [CONDITION_##id] = {field, group, allowed, length, is_single, check_##check},
#include "model/conditions.def"
#undef CONDITION
};

/* Settings stand in the object itself, or in the group that ELBv2 has for them. */
static const struct config_node *
holder_of(const struct config_node *place, const char *group)
{
    const struct config_node *nested = config_node_member(place, group);

    return nested == NULL ? place : nested;
}

/* A member of the holder, or of the object around it where it stands flat. */
static const struct config_node *
find_member(const struct config_node *holder, const char *name)
{
    const struct config_node *found = config_node_member(holder, name);

    return found == NULL ? config_node_member(holder->parent, name) : found;
}

static void
check_value(const struct config_check *check, const struct config_node *place,
            enum config_condition_field field, const struct config_value *value)
{
    if (value->key != NULL)
        check_characters(check, place, &bounds[field], value->key);
    if (value->value == NULL)
        return;
    check_characters(check, place, &bounds[field], value->value);
    bounds[field].check(check, place, value->value);
}

static void
check_header_name(const struct config_check *check, const struct config_node *place,
                  const char *name)
{
    if (slice_equal_ignoring_case(slice_of(name), SLICE_LITERAL("host")))
        config_report_add_member(check->report, place, "http_header_name",
                                 "use a host-header condition for Host");
    else if (name[strspn(name, TOKEN)] != '\0')
        config_report_add_member(check->report, place, "http_header_name",
                                 "\"%s\" cannot be a field's name", name);
}

static void
check_condition(const struct config_check *check, const struct config_node *place,
                const struct config_condition *condition)
{
    const struct config_node *holder = holder_of(place, bounds[condition->field].group);
    const struct config_node *values = find_member(holder, "values");

    if (condition->http_header_name != NULL)
        check_header_name(check, holder, condition->http_header_name);
    if (values == NULL)
        return;
    for (size_t i = 0; i < condition->value_count; i++) {
        const struct config_node *element =
            !config_node_has_children(values) ? values : config_node_element(values, i);
        check_value(check, element, condition->field, &condition->values[i]);
    }
}

static void
check_conditions(const struct config_check *check, const struct config_node *place,
                 const struct config_rule *rule)
{
    unsigned seen = 0;

    for (size_t i = 0; i < rule->condition_count; i++) {
        const struct config_condition *condition = &rule->conditions[i];
        const struct config_node *element = config_node_element(place, i);
        if (condition->values == NULL) /* refused while reading */
            continue;
        check_condition(check, element, condition);
        if (bounds[condition->field].is_single && (seen & 1U << condition->field) != 0)
            config_report_add(check->report, element,
                              "a rule has at most one %s condition: put its values together",
                              bounds[condition->field].title);
        seen |= 1U << condition->field;
    }
}

/* ELBv2: where a group of several keeps its clients, the choice of the group must keep them. */
static void
check_group_stickiness(const struct config_check *check, const struct config_node *place,
                       const struct config_action *action)
{
    if (action->stickiness_enabled && action->stickiness_seconds == 0)
        config_report_add_member(check->report, place, "stickiness.duration_seconds",
                                 "is missing");
    for (size_t i = 0; i < action->group_count && action->group_count > 1; i++) {
        const struct config_target_group *group =
            config_find_group(check->config, action->groups[i].target_group);
        if (group != NULL && group->stickiness_enabled && !action->stickiness_enabled) {
            config_report_add_member(check->report, place, "stickiness.enabled",
                                     "must be true because %s is sticky", group->name);
            return;
        }
    }
}

static bool
is_named_before(const struct config_action *action, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (action->groups[i].target_group != NULL &&
            action->groups[index].target_group != NULL &&
            strcmp(action->groups[i].target_group, action->groups[index].target_group) == 0)
            return true;
    }
    return false;
}

static void
check_forward(const struct config_check *check, const struct config_node *place,
              const struct config_action *action)
{
    const struct config_node *list = find_member(place, "target_groups");
    const struct config_node *single = find_member(place, "target_group");

    if (list != NULL && single != NULL) /* refused while reading */
        return;
    if (list == NULL)
        list = single;
    if (list == NULL || action->group_count == 0) {
        config_report_add_member(check->report, place, "target_group", "is missing");
        return;
    }
    for (size_t i = 0; i < action->group_count; i++) {
        const struct config_node *element =
            !config_node_has_children(list) ? list : config_node_element(list, i);
        config_check_group_name(check, element, action->groups[i].target_group);
        if (is_named_before(action, i))
            config_report_add(check->report, element, "\"%s\" is named twice",
                              action->groups[i].target_group);
    }
    check_group_stickiness(check, place, action);
}

/* Which placeholders a part of a redirect may hold. */
struct redirect_part {
    const char *name;
    const char *placeholders; /* with a space behind each */
};

static const struct redirect_part redirect_parts[] = {
    {"host", "#{host} "},
    {"path", "#{host} #{port} #{path} "},
    {"query", "#{protocol} #{host} #{port} #{path} #{query} "},
};

static void
check_placeholders(const struct config_check *check, const struct config_node *place,
                   const struct redirect_part *part, const char *text)
{
    for (const char *at = text; text != NULL && (at = strstr(at, "#{")) != NULL; at++) {
        size_t length = strcspn(at, "}") + 1;
        char wanted[32];
        int written = snprintf(wanted, sizeof(wanted), "%.*s ", (int)length, at);
        if (written >= (int)sizeof(wanted) || strstr(part->placeholders, wanted) == NULL)
            config_report_add_member(check->report, place, part->name,
                                     "%.*s cannot stand here; these can: %s", (int)length, at,
                                     part->placeholders);
    }
}

static bool
changes_nothing(const struct config_action *action)
{
    return strcmp(action->redirect_protocol, "#{protocol}") == 0 &&
           strcmp(action->redirect_host, "#{host}") == 0 &&
           strcmp(action->redirect_port, "#{port}") == 0 &&
           strcmp(action->redirect_path, "/#{path}") == 0;
}

static void
check_redirect(const struct config_check *check, const struct config_node *place,
               const struct config_action *action)
{
    const char *protocol = action->redirect_protocol;
    const char *texts[] = {action->redirect_host, action->redirect_path,
                           action->redirect_query};

    if (strcmp(protocol, "HTTP") != 0 && strcmp(protocol, "HTTPS") != 0 &&
        strcmp(protocol, "#{protocol}") != 0)
        config_report_add_member(check->report, place, "protocol",
                                 "\"%s\" is not one of: HTTP, HTTPS, #{protocol}", protocol);
    if (changes_nothing(action))
        config_report_add(check->report, place,
                          "must change protocol, host, port or path: it would redirect for "
                          "ever");
    if (*action->redirect_path != '/')
        config_report_add_member(check->report, place, "path", "must begin with a slash");
    if (*action->redirect_query == '?')
        config_report_add_member(check->report, place, "query",
                                 "must not begin with a question mark");
    for (size_t i = 0; i < sizeof(redirect_parts) / sizeof(*redirect_parts); i++)
        check_placeholders(check, place, &redirect_parts[i], texts[i]);
}

static void
check_fixed_response(const struct config_check *check, const struct config_node *place,
                     const struct config_action *action)
{
    if (action->type == ACTION_FIXED_RESPONSE && action->status_code / 100 == 3)
        config_report_add_member(check->report, place, "status_code",
                                 "%u is neither 2xx, 4xx nor 5xx", action->status_code);
}

/* By the word, since a type that cannot be read leaves the first one standing. */
static const struct {
    const char *type, *group;
    void (*check)(const struct config_check *check, const struct config_node *place,
                  const struct config_action *action);
} action_kinds[] = {

#define ACTION(id, type, group, handle) {type, group, check_##handle},
#include "model/actions.def"
#undef ACTION
};

static void
check_action(const struct config_check *check, const struct config_node *list,
             const struct config_action *action)
{
    const struct config_node *place = config_node_element(list, 0);
    const struct config_node *type = config_node_member(place, "type");

    /* Without a known type nothing else of it has been read. */
    if (type == NULL || type->kind != NODE_TEXT)
        return;
    for (size_t i = 0; i < sizeof(action_kinds) / sizeof(*action_kinds); i++)
        if (strcmp(type->text, action_kinds[i].type) == 0)
            action_kinds[i].check(check, holder_of(place, action_kinds[i].group), action);
}

struct priority {
    unsigned number;
    size_t index;
};

static int
compare_priorities(const void *one, const void *other)
{
    const struct priority *left = one;
    const struct priority *right = other;

    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    return left->index < right->index ? -1 : 1;
}

static void
check_priorities(const struct config_check *check, const struct config_node *list,
                 const struct config_listener *listener)
{
    struct priority *sorted = memory_take(listener->rule_count, sizeof(*sorted));

    for (size_t i = 0; i < listener->rule_count; i++)
        sorted[i] = (struct priority){listener->rules[i].priority, i};
    qsort(sorted, listener->rule_count, sizeof(*sorted), compare_priorities);
    for (size_t i = 1; i < listener->rule_count; i++) {
        if (sorted[i].number != 0 && sorted[i].number == sorted[i - 1].number)
            config_report_add_member(check->report, config_node_element(list, sorted[i].index),
                                     "priority", "%u is taken by rules[%zu]", sorted[i].number,
                                     sorted[i - 1].index);
    }
    free(sorted);
}

/* Their requests come in HTTP/2, which plain listeners do not speak. */
static void
check_versions(const struct config_check *check, const struct config_node *list,
               const struct config_listener *listener, const struct config_action *action)
{
    for (size_t i = 0; i < action->group_count; i++) {
        const struct config_target_group *group =
            config_find_group(check->config, action->groups[i].target_group);
        if (group != NULL && group->protocol_version != PROTOCOL_VERSION_HTTP1 &&
            listener->protocol != PROTOCOL_HTTPS)
            config_report_add(
                check->report, config_node_element(list, 0),
                "%s has protocol_version = \"%s\", which needs a listener with "
                "protocol = \"HTTPS\"",
                group->name,
                setting_word_text(WORDS_PROTOCOL_VERSION, (int)group->protocol_version));
    }
}

static void
check_actions(const struct config_check *check, const struct config_node *list,
              const struct config_listener *listener, const struct config_action *action)
{
    check_action(check, list, action);
    check_versions(check, list, listener, action);
}

void
config_check_rules(const struct config_check *check, const struct config_node *place,
                   const struct config_listener *listener)
{
    const struct config_node *rules = config_node_member(place, "rules");

    check_actions(check, config_node_member(place, "default_actions"), listener,
                  &listener->default_action);
    for (size_t i = 0; i < listener->rule_count; i++) {
        const struct config_node *rule = config_node_element(rules, i);
        check_conditions(check, config_node_member(rule, "conditions"), &listener->rules[i]);
        check_actions(check, config_node_member(rule, "actions"), listener,
                      &listener->rules[i].action);
    }
    if (listener->rule_count > 0)
        check_priorities(check, rules, listener);
}

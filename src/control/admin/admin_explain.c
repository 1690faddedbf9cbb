/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/explain: which rule a request meets and where it goes, by the same route() and the
 * same snapshot as the workers'.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/admin/admin_call.h"
#include "control/admin/rule_text.h"
#include "ipc/route.h"
#include "ipc/snapshot.h"

#define LOCATION_BYTES 8192

/* A URL taken apart; slices of the parameter's text. */
struct explained_url {
    struct slice protocol, host, path, query;
    uint64_t port; /* 0: none given */
};

struct explanation {
    struct admin_call *call;
    const struct snapshot *snapshot;
    struct explained_url url;
    struct route_request request;
    uint32_t listener;
};

static bool
split_host(struct slice authority, struct explained_url *url)
{
    size_t colon = slice_find(authority, ':');

    if (authority.length != 0 && authority.at[0] == '[')
        colon = slice_find(authority, ']') + 1;
    if (colon > authority.length)
        return false;
    url->host = slice_make(authority.at, colon);
    if (colon == authority.length)
        return true;
    return slice_to_number(slice_make(authority.at + colon + 1, authority.length - colon - 1),
                           65535, &url->port);
}

/* "http://host:port/path?query", and the same without protocol and host. */
static bool
split_url(const char *text, struct explained_url *url)
{
    const char *scheme_end = strstr(text, "://");
    struct slice rest = slice_of(text);

    *url = (struct explained_url){.protocol = SLICE_LITERAL("http")};
    if (*text != '/') {
        if (scheme_end != NULL) {
            url->protocol = slice_make(text, (size_t)(scheme_end - text));
            rest = slice_of(scheme_end + 3);
        }
        size_t length = strcspn(rest.at, "/?");
        if (!split_host(slice_make(rest.at, length), url))
            return false;
        rest = slice_make(rest.at + length, rest.length - length);
    }
    size_t mark = slice_find(rest, '?');
    url->path = mark == 0 ? SLICE_LITERAL("/") : slice_make(rest.at, mark);
    if (mark < rest.length)
        url->query = slice_make(rest.at + mark + 1, rest.length - mark - 1);
    return true;
}

/* "Name: value" of the header parameters of that name, behind the URL's host. */
static bool
read_field(const void *argument, struct slice name, size_t *place, struct slice *value)
{
    const struct explanation *explanation = argument;
    const char *header;

    if (*place == 0 && slice_equal_ignoring_case(name, SLICE_LITERAL("host"))) {
        *value = explanation->url.host;
        ++*place;
        return value->length != 0;
    }
    *place += *place == 0;
    while ((header = http_service_parameter_at(explanation->call->request, "header",
                                               *place - 1)) != NULL) {
        ++*place;
        struct slice whole = slice_of(header);
        size_t colon = slice_find(whole, ':');
        if (colon == whole.length ||
            !slice_equal_ignoring_case(slice_make(header, colon), name))
            continue;
        *value = slice_trim(slice_make(header + colon + 1, whole.length - colon - 1));
        return true;
    }
    return false;
}

/* By its name, else by the URL's port, else the first. */
static bool
find_listener(struct explanation *explanation)
{
    const struct config *config = explanation->call->parts->config;
    const char *name = http_service_parameter(explanation->call->request, "listener");
    uint64_t port = explanation->url.port;

    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        bool is_it = name != NULL ? strcmp(listener->name, name) == 0
                                  : port != 0 && listener->port == port;
        if (is_it) {
            explanation->listener = (uint32_t)i;
            return true;
        }
    }
    return name == NULL;
}

static json_t *
group_to_json(const struct snapshot *snapshot, const struct snapshot_weighted_group *weighted)
{
    const struct snapshot_roster *roster = snapshot_roster(snapshot, weighted->group);
    struct slice name =
        snapshot_slice(snapshot, snapshot_group(snapshot, weighted->group)->name);
    json_t *targets = json_array();
    json_t *object = json_object();

    for (uint32_t i = 0; i < roster->targets.count; i++) {
        const struct snapshot_target *target =
            snapshot_target(snapshot, roster->targets.first + i);
        bool is_open = roster->fails_open && target_is_registered(target->membership);
        bool is_ready =
            target_is_selectable(target->membership, target->health) && target->is_ejected == 0;
        if (is_ready || is_open) {
            struct slice text = snapshot_slice(snapshot, target->name);
            json_array_append_new(targets, json_stringn(text.at, text.length));
        }
    }
    json_object_set_new(object, "TargetGroupName", json_stringn(name.at, name.length));
    admin_set_number(object, "Weight", weighted->weight);
    json_object_set_new(object, "FailsOpen", json_boolean(roster->fails_open));
    json_object_set_new(object, "Targets", targets);
    return object;
}

static void
add_forward(json_t *answer, const struct snapshot *snapshot,
            const struct snapshot_action *action)
{
    json_t *groups = json_array();

    for (uint32_t i = 0; i < action->weighted_groups.count; i++)
        json_array_append_new(
            groups, group_to_json(snapshot, snapshot_weighted_group(
                                                snapshot, action->weighted_groups.first + i)));
    json_object_set_new(answer, "TargetGroups", groups);
}

static void
add_location(json_t *answer, const struct explanation *explanation,
             const struct snapshot_action *action, uint16_t listener_port)
{
    const struct explained_url *url = &explanation->url;
    char memory[LOCATION_BYTES];
    struct text location = text_over(memory, sizeof(memory));
    struct route_origin origin = {
        .protocol = url->protocol,
        .host = url->host,
        .port = url->port != 0 ? (uint16_t)url->port : listener_port,
    };

    if (route_write_location(explanation->snapshot, action, &explanation->request, &origin,
                             &location))
        json_object_set_new(answer, "Location", json_stringn(location.at, location.length));
}

/* Each rule before the one that matched, with the condition that did not hold. */
static json_t *
passed_over(const struct explanation *explanation, const struct config_listener *listener,
            uint32_t first, uint32_t matched)
{
    json_t *passed = json_array();

    for (uint32_t rule = first; rule < matched; rule++) {
        const struct config_rule *configured = &listener->rules[rule - first];
        uint32_t mismatch =
            route_first_mismatch(explanation->snapshot, rule, &explanation->request);
        json_t *object = json_object();
        char *conditions = rule_conditions_text(configured);
        admin_set_number(object, "Priority", configured->priority);
        admin_set_text(object, "ConditionsText", conditions);
        if (mismatch != SNAPSHOT_NO_INDEX)
            admin_set_text(object, "DoesNotMatch",
                           rule_condition_field((enum config_condition_field)snapshot_condition(
                                                    explanation->snapshot, mismatch)
                                                    ->field));
        json_array_append_new(passed, object);
        free(conditions);
    }
    return passed;
}

static void
answer_with_rule(const struct explanation *explanation)
{
    const struct snapshot *snapshot = explanation->snapshot;
    const struct config *config = explanation->call->parts->config;
    const struct config_listener *listener = &config->listeners[explanation->listener];
    uint32_t first = snapshot_listener(snapshot, explanation->listener)->rules.first;
    uint32_t matched = route(snapshot, explanation->listener, &explanation->request);
    if (matched == ROUTE_TOO_COSTLY) {
        admin_refuse(explanation->call->request, 431, "RequestTooCostly",
                     "would be refused: 431, comparing it with the rules costs too much");
        return;
    }
    const struct config_rule *rule = &listener->rules[matched - first];
    const struct snapshot_action *action =
        snapshot_action(snapshot, snapshot_rule(snapshot, matched)->action);
    json_t *answer = json_object();
    char *conditions = rule_conditions_text(rule);
    char *action_text = rule_action_text(&rule->action);
    char priority[16];

    snprintf(priority, sizeof(priority), "%u", rule->priority);
    admin_set_text(answer, "ListenerName", listener->name);
    admin_set_text(answer, "Priority", rule->priority == 0 ? "default" : priority);
    admin_set_text(answer, "ConditionsText", conditions);
    admin_set_text(answer, "ActionText", action_text);
    if (rule->action.type == ACTION_FORWARD)
        add_forward(answer, snapshot, action);
    else if (rule->action.type == ACTION_REDIRECT)
        add_location(answer, explanation, action, (uint16_t)listener->port);
    json_object_set_new(answer, "PassedOver",
                        passed_over(explanation, listener, first, matched));
    free(conditions);
    free(action_text);
    admin_answer(explanation->call->request, 200, answer);
}

/* False after a refusal. */
static bool
read_request(struct explanation *explanation)
{
    struct http_service_request *request = explanation->call->request;
    const char *url = http_service_parameter(request, "url");
    const char *method = http_service_parameter(request, "method");
    const char *source = http_service_parameter(request, "source");
    struct address address = {0};

    if (url == NULL || !split_url(url, &explanation->url)) {
        admin_refuse(request, 400, "ValidationError",
                     "url must be like http://host:port/path?query");
        return false;
    }
    if (!address_parse(&address, source == NULL ? "127.0.0.1" : source, 0)) {
        admin_refuse(request, 400, "ValidationError", "source %s is no IP address", source);
        return false;
    }
    explanation->request = (struct route_request){
        .method = slice_of(method == NULL ? "GET" : method),
        .host = explanation->url.host,
        .path = explanation->url.path,
        .query = explanation->url.query,
        .source = address,
        .field = read_field,
        .argument = explanation,
    };
    if (find_listener(explanation))
        return true;
    admin_refuse(request, 404, "ListenerNotFound", "there is no such listener");
    return false;
}

void
admin_explain(struct admin_call *call)
{
    struct explanation explanation = {.call = call};
    const char *error = "there is none yet";
    struct snapshot *snapshot = NULL;

    if (!read_request(&explanation))
        return;
    if (publisher_generation(call->parts->publisher) != 0)
        snapshot = snapshot_open_files(publisher_files(call->parts->publisher), &error);
    if (snapshot == NULL) {
        admin_refuse(call->request, 503, "NoSnapshot", "the snapshot cannot be read: %s",
                     error);
        return;
    }
    explanation.snapshot = snapshot;
    answer_with_rule(&explanation);
    snapshot_close(&snapshot);
}

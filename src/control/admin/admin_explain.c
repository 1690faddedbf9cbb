/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/explain: which rule a request meets and where it goes. The request's bytes are read
 * by the workers' own parser and judges, and routed by the same route() over the same snapshot.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/admin/admin_call.h"
#include "control/admin/explained_origin.h"
#include "control/admin/explained_request.h"
#include "control/admin/mismatch_text.h"
#include "control/admin/rule_text.h"
#include "http/forwarding.h"
#include "ipc/route.h"
#include "ipc/snapshot_open.h"
#include "model/settings.h"

#define LOCATION_BYTES 8192
#define RECEIVED_BYTES (256 * 1024)
/* Of a client that there is not: any will do. */
#define EXPLAINED_CLIENT_PORT 50000
/* Those nearest to the one that matched; people look no further, and 10,000 take a while. */
#define PASSED_OVER_SHOWN 50
#define HTTP_PORT 80
#define HTTPS_PORT 443

struct explanation {
    struct admin_call *call;
    const struct snapshot *snapshot;
    struct explained_url url;
    struct explained_origin origin;
    struct explained_request request;
    struct route_request routed;
    uint32_t listener;
    unsigned unserved_port; /* of the protocol, that no listener has; 0: it has one */
};

static const char *
header_at(const void *argument, size_t n)
{
    return admin_request_parameter_at(argument, "header", n);
}

static const struct config_listener *
configured_listener(const struct explanation *explanation)
{
    return &explanation->call->parts->config->listeners[explanation->listener];
}

static bool
find_by_name(struct explanation *explanation, const char *name)
{
    const struct config *config = explanation->call->parts->config;

    for (uint32_t i = 0; i < config->listener_count; i++) {
        if (strcmp(config->listeners[i].name, name) != 0)
            continue;
        explanation->listener = i;
        return true;
    }
    admin_refuse(explanation->call->request, 404, "ListenerNotFound", "there is no listener %s",
                 name);
    return false;
}

static bool
find_by_port(struct explanation *explanation, uint64_t port)
{
    const struct config *config = explanation->call->parts->config;

    for (uint32_t i = 0; i < config->listener_count; i++) {
        if (config->listeners[i].port != port)
            continue;
        explanation->listener = i;
        return true;
    }
    return false;
}

/* "http (80), internal (unix:/run/x.sock)". */
static char *
list_listeners(const struct config *config)
{
    char *list = memory_copy_text("");

    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        char *longer = listener->unix_path != NULL
                           ? memory_print("%s%s%s (unix:%s)", list, i == 0 ? "" : ", ",
                                          listener->name, listener->unix_path)
                           : memory_print("%s%s%s (%u)", list, i == 0 ? "" : ", ",
                                          listener->name, listener->port);
        free(list);
        list = longer;
    }
    return list;
}

/* By its name; else by the port that the URL names; else by its protocol's, or the first, and
 * the answer says so. */
static bool
find_listener(struct explanation *explanation)
{
    const struct config *config = explanation->call->parts->config;
    const char *name = admin_request_parameter(explanation->call->request, "listener");
    uint64_t port = explanation->url.port;

    if (name != NULL)
        return find_by_name(explanation, name);
    unsigned wanted = port != 0                 ? (unsigned)port
                      : explanation->url.is_tls ? HTTPS_PORT
                                                : HTTP_PORT;
    if (find_by_port(explanation, wanted))
        return true;
    explanation->unserved_port = wanted;
    if (port == 0)
        return true;
    char *list = list_listeners(config);
    admin_refuse(explanation->call->request, 404, "ListenerNotFound",
                 "no listener on port %u: there are %s", wanted, list);
    free(list);
    return false;
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
    admin_set_text(
        object, "ProtocolVersion",
        setting_word_text(WORDS_PROTOCOL_VERSION,
                          (int)snapshot_group(snapshot, weighted->group)->protocol_version));
    admin_set_number(object, "Weight", weighted->weight);
    json_object_set_new(object, "FailsOpen", json_boolean(roster->fails_open));
    json_object_set_new(object, "IsWaiting", json_boolean(roster->vacancy == VACANCY_HOLDS));
    json_object_set_new(object, "Targets", targets);
    return object;
}

static void
add_location(json_t *answer, const struct explanation *explanation,
             const struct snapshot_action *action)
{
    uint16_t port = explanation->origin.port;
    char memory[LOCATION_BYTES];
    struct text location = text_over(memory, sizeof(memory));
    struct route_origin origin = {
        .protocol = explained_origin_protocol(&explanation->origin),
        .host = explanation->request.head.host_name,
        .port = port != 0 ? port : HTTP_PORT,
    };

    if (route_write_location(explanation->snapshot, action, &explanation->routed, &origin,
                             &location))
        json_object_set_new(answer, "Location", json_stringn(location.at, location.length));
}

/* Whether the source could not even connect; behind a PROXY header it is not who connects. */
static bool
is_kept_out(const struct explanation *explanation)
{
    const struct snapshot_listener *row =
        snapshot_listener(explanation->snapshot, explanation->listener);

    return row->sources.count > 0 && row->proxy_sources.count == 0 &&
           !snapshot_has_source(explanation->snapshot, row->sources,
                                &explanation->origin.source);
}

static void
add_note(json_t *answer, const struct explanation *explanation)
{
    const struct config_listener *listener = configured_listener(explanation);
    char source[ADDRESS_TEXT_SIZE], *note;

    address_format(&explanation->origin.source, source);
    if (is_kept_out(explanation))
        note = memory_print("%s may not connect: the sources of %s do not name it; this is "
                            "what others get",
                            source, listener->name);
    else if (explanation->unserved_port != 0)
        note = memory_print("no listener on port %u: this is what %s does",
                            explanation->unserved_port, listener->name);
    else
        return;
    admin_set_text(answer, "Note", note);
    free(note);
}

/* For whom it is explained. */
static void
add_listener(json_t *answer, const struct explanation *explanation)
{
    admin_set_text(answer, "ListenerName", configured_listener(explanation)->name);
    add_note(answer, explanation);
}

/* The head that a target would get, written as a worker writes it. */
static void
add_received(json_t *answer, const struct explanation *explanation)
{
    const struct address *source = &explanation->origin.source;
    char client[ADDRESS_TEXT_SIZE], memory[RECEIVED_BYTES];
    struct text out = text_over(memory, sizeof(memory));
    struct forwarding_trace trace;
    struct forwarding_origin origin = {
        .attributes = &explanation->origin.balancer->attributes,
        .listener_port = explanation->origin.port,
        .client_port = EXPLAINED_CLIENT_PORT,
        .is_tls = explanation->origin.told.is_tls,
    };

    if (source->family != ADDRESS_UNIX)
        origin.client = slice_make(client, address_format(source, client));
    if (forwarding_write_request(&out, &explanation->request.head, &origin, &trace) ==
        HTTP_REFUSAL_NONE)
        json_object_set_new(answer, "TargetReceives", json_stringn(out.at, out.length));
}

static void
add_forward(json_t *answer, const struct explanation *explanation,
            const struct snapshot_action *action)
{
    const struct snapshot *snapshot = explanation->snapshot;
    json_t *groups = json_array();

    for (uint32_t i = 0; i < action->weighted_groups.count; i++)
        json_array_append_new(
            groups, group_to_json(snapshot, snapshot_weighted_group(
                                                snapshot, action->weighted_groups.first + i)));
    json_object_set_new(answer, "TargetGroups", groups);
    add_received(answer, explanation);
}

static void
add_mismatch(json_t *object, const struct explanation *explanation, uint32_t rule)
{
    uint32_t mismatch = route_first_mismatch(explanation->snapshot, rule, &explanation->routed);

    if (mismatch == SNAPSHOT_NO_INDEX)
        return;
    uint32_t field = snapshot_condition(explanation->snapshot, mismatch)->field;
    char *why = mismatch_text(explanation->snapshot, mismatch, &explanation->routed);
    admin_set_text(object, "DoesNotMatch",
                   rule_condition_field((enum config_condition_field)field));
    admin_set_text(object, "Why", why);
    free(why);
}

/* The last rules before the one that matched, each with the condition that did not hold, and
 * how many there were in all. */
static void
add_passed_over(json_t *answer, const struct explanation *explanation, uint32_t first,
                uint32_t matched)
{
    const struct config_listener *listener = configured_listener(explanation);
    uint32_t count = matched - first;
    json_t *passed = json_array();

    for (uint32_t rule = matched - (count < PASSED_OVER_SHOWN ? count : PASSED_OVER_SHOWN);
         rule < matched; rule++) {
        const struct config_rule *configured = &listener->rules[rule - first];
        json_t *object = json_object();
        char *conditions = rule_conditions_text(configured);
        admin_set_number(object, "Priority", configured->priority);
        admin_set_text(object, "ConditionsText", conditions);
        add_mismatch(object, explanation, rule);
        json_array_append_new(passed, object);
        free(conditions);
    }
    json_object_set_new(answer, "PassedOver", passed);
    admin_set_number(answer, "PassedOverCount", count);
}

static void
answer_with_rule(const struct explanation *explanation, uint32_t matched)
{
    const struct snapshot *snapshot = explanation->snapshot;
    const struct config_listener *listener = configured_listener(explanation);
    uint32_t first = snapshot_listener(snapshot, explanation->listener)->rules.first;
    const struct config_rule *rule = &listener->rules[matched - first];
    const struct snapshot_action *action =
        snapshot_action(snapshot, snapshot_rule(snapshot, matched)->action);
    json_t *answer = json_object();
    char *conditions = rule_conditions_text(rule);
    char *action_text = rule_action_text(&rule->action);
    char priority[16];

    snprintf(priority, sizeof(priority), "%u", rule->priority);
    add_listener(answer, explanation);
    admin_set_text(answer, "Priority", rule->priority == 0 ? "default" : priority);
    admin_set_text(answer, "ConditionsText", conditions);
    admin_set_text(answer, "ActionText", action_text);
    if (rule->action.type == ACTION_FORWARD)
        add_forward(answer, explanation, action);
    else if (rule->action.type == ACTION_REDIRECT)
        add_location(answer, explanation, action);
    add_passed_over(answer, explanation, first, matched);
    free(conditions);
    free(action_text);
    admin_answer(explanation->call->request, 200, answer);
}

static void
answer_with_refusal(const struct explanation *explanation)
{
    enum http_refusal refusal = explanation->request.refusal;
    enum desync_reason desync = explanation->request.head.desync;
    unsigned status = http_refusal_status(refusal);
    json_t *answer = json_object();
    json_t *refused = json_object();
    char *text = memory_print("would be refused: %u (%s)", status, http_refusal_text(refusal));

    admin_set_number(refused, "StatusCode", status);
    admin_set_text(refused, "Text", http_refusal_text(refusal));
    if (desync != DESYNC_REASON_NONE)
        admin_set_text(refused, "DesyncReason", desync_reason_name(desync));
    add_listener(answer, explanation);
    admin_set_text(answer, "ActionText", text);
    json_object_set_new(answer, "Refused", refused);
    admin_answer(explanation->call->request, 200, answer);
    free(text);
}

/* False after a refusal of the call. */
static bool
read_call(struct explanation *explanation)
{
    struct admin_request *call = explanation->call->request;
    const char *url = admin_request_parameter(call, "url");
    const char *source = admin_request_parameter(call, "source");

    if (url == NULL || *url == '\0' || !explained_url_read(&explanation->url, url)) {
        admin_refuse(call, 400, "ValidationError",
                     "url must be like http://host:port/path?query");
        return false;
    }
    if (!find_listener(explanation))
        return false;
    if (source == NULL) /* a client on this machine, as the listener has them */
        source = configured_listener(explanation)->unix_path != NULL ? "unix:" : "127.0.0.1";
    if (explained_origin_read(&explanation->origin, source))
        return true;
    admin_refuse(call, 400, "ValidationError",
                 "source %s is neither an IP address nor unix:", source);
    return false;
}

static const struct snapshot_balancer *
balancer_of(const struct explanation *explanation)
{
    const struct snapshot *snapshot = explanation->snapshot;

    return snapshot_balancer(snapshot,
                             snapshot_listener(snapshot, explanation->listener)->balancer);
}

static void
explain(struct explanation *explanation)
{
    struct explained_request *request = &explanation->request;
    const struct admin_request *call = explanation->call->request;
    const struct explained_lines lines = {header_at, call};

    explained_request_make(request, admin_request_parameter(call, "method"), &explanation->url,
                           &lines);
    explanation->origin.balancer = balancer_of(explanation);
    explained_request_read(request, snapshot_settings(explanation->snapshot),
                           &explanation->origin.balancer->attributes);
    explained_origin_route(&explanation->origin, &request->head,
                           configured_listener(explanation), &explanation->routed);
    uint32_t rule =
        request->refusal == HTTP_REFUSAL_NONE
            ? route(explanation->snapshot, explanation->listener, &explanation->routed)
            : SNAPSHOT_NO_INDEX;
    if (request->refusal == HTTP_REFUSAL_NONE && rule == ROUTE_TOO_COSTLY)
        request->refusal = HTTP_REFUSAL_HEAD_TOO_LARGE; /* as a worker says it */
    if (request->refusal == HTTP_REFUSAL_NONE)
        answer_with_rule(explanation, rule);
    else
        answer_with_refusal(explanation);
    explained_request_clear(request);
}

void
admin_explain(struct admin_call *call)
{
    struct explanation explanation = {.call = call};
    const char *error = "there is none yet";
    struct snapshot *snapshot = NULL;

    if (!read_call(&explanation))
        return;
    if (publisher_generation(call->parts->publisher) != 0)
        snapshot = snapshot_open_files(publisher_files(call->parts->publisher), &error);
    if (snapshot == NULL) {
        admin_refuse(call->request, 503, "NoSnapshot", "the snapshot cannot be read: %s",
                     error);
        return;
    }
    explanation.snapshot = explanation.origin.snapshot = snapshot;
    explain(&explanation);
    snapshot_close(&snapshot);
}

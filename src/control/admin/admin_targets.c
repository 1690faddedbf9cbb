/* SPDX-License-Identifier: Apache-2.0 */
/* A group's targets as describe-target-health shows them, and what hands may do with them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/registry/passive_health.h"
#include "model/settings.h"

/* In one call, so that none holds control for long. */
#define MOST_TARGETS 1000u

#define ZONE_MOST_BYTES 64 /* as settings.def says */

/* Null where no check was made. */
static json_t *
last_check_to_json(const struct probe_report *last)
{
    json_t *object = json_object();
    char words[PROBE_OUTCOME_TEXT_SIZE];

    if (last->outcome == PROBE_NONE) {
        json_decref(object);
        return json_null();
    }
    probe_outcome_describe(last, words, sizeof(words));
    admin_set_time(object, "Time", last->wall_us);
    admin_set_number(object, "LatencyMicroseconds", last->latency_us);
    admin_set_text(object, "Result", words);
    return object;
}

static json_t *
health_to_json(const struct registered_target *target)
{
    json_t *object = json_object();
    char description[192];

    target_describe(target, description, sizeof(description));
    admin_set_text(object, "State", target_state_word(target));
    json_object_set_new(object, "LastCheck", last_check_to_json(&target->last_check));
    if (*target_reason_word(target) == '\0')
        return object;
    admin_set_text(object, "Reason", target_reason_word(target));
    admin_set_text(object, "Description", description);
    return object;
}

static const char *
origin_text(enum target_origin origin)
{
    static const char *const words[] = {"configuration", "by hand", "task"};

    return words[origin];
}

static json_t *
address_to_json(const struct registered_target *target)
{
    json_t *object = json_object();
    char text[ADDRESS_TEXT_SIZE];

    address_format(&target->place.address, text);
    admin_set_text(object, "Id", text);
    admin_set_number(object, "Port", target->place.address.port);
    if (target->zone != NULL)
        admin_set_text(object, "AvailabilityZone", target->zone);
    return object;
}

/* Its share of requests still grows (slow_start.duration_seconds). */
static bool
is_in_slow_start(const struct registered_target *target,
                 const struct config_target_group *group)
{
    return group->slow_start_ms != 0 && target->healthy_since_ms != 0 &&
           target->health == HEALTH_HEALTHY &&
           clock_ms() - target->healthy_since_ms < group->slow_start_ms;
}

static json_t *
counts_to_json(const uint32_t counts[COUNTERS_BUCKETS])
{
    json_t *array = json_array();

    for (size_t i = 0; i < COUNTERS_BUCKETS; i++)
        json_array_append_new(array, json_integer((json_int_t)counts[i]));
    return array;
}

static json_t *
target_to_json(const struct admin_parts *parts, const struct registered_target *target,
               const struct config_target_group *group)
{
    json_t *object = json_object();
    struct target_counters counted;
    char port[16], dialled[ADDRESS_TEXT_SIZE];

    counter_board_target(parts->board, target->counter_row, target->id, &counted);
    snprintf(port, sizeof(port), "%u",
             group->health_check.port != 0 ? group->health_check.port
                                           : target->place.address.port);
    json_object_set_new(object, "Target", address_to_json(target));
    admin_set_text(object, "HealthCheckPort", port);
    address_format_with_port(target_dial(target), dialled);
    admin_set_text(object, "DialledAt", dialled);
    admin_set_text(object, "ProtocolVersion",
                   setting_word_text(WORDS_PROTOCOL_VERSION, (int)group->protocol_version));
    json_object_set_new(object, "TargetHealth", health_to_json(target));
    admin_set_number(object, "TargetId", target->id);
    admin_set_text(object, "Membership", target_membership_text(target->membership));
    admin_set_text(object, "Health", target_health_text(target->health));
    admin_set_time(object, "Since", target->since_wall_us);
    admin_set_text(object, "Origin", origin_text(target->origin));
    admin_set_text(object, "Source", target->source);
    admin_set_text(object, "Task", target->task_id);
    admin_set_text(object, "TaskGeneration",
                   target->source == NULL ? NULL : target->task_generation_text);
    admin_set_text(object, "Service", target->service);
    admin_set_text(object, "ContainerName", target->container_name);
    admin_set_number(object, "InFlight", counted.in_flight);
    admin_set_number(object, "Requests", counted.requests);
    admin_set_number(object, "Errors5xx", counted.codes_5xx);
    json_object_set_new(object, "ResponseTimeCounts", counts_to_json(counted.response_time));
    admin_set_number(object, "CheckLatencyMicroseconds", target->last_check.latency_us);
    json_object_set_new(object, "IsEjected", json_boolean(passive_is_ejected(target)));
    json_object_set_new(object, "IsHeld", json_boolean(target->membership == MEMBERSHIP_HELD));
    json_object_set_new(object, "IsSlowStart", json_boolean(is_in_slow_start(target, group)));
    admin_set_text(object, "TaskName",
                   target->record == NULL ? NULL : target->record->task->name);
    admin_set_number(object, "OpenConnections", counted.connections_open);
    json_object_set_new(object, "IsStale",
                        json_boolean(target->record != NULL && target->record->is_stale));
    return object;
}

void
admin_show_targets(struct admin_call *call)
{
    const struct admin_parts *parts = call->parts;
    const struct config_target_group *group = admin_find_group(call, call->word);
    const struct registered_target *target;

    if (group == NULL)
        return;
    json_t *targets = json_array();
    TAILQ_FOREACH (target, targets_live(parts->targets), in_table) {
        if (strcmp(target->group, group->name) == 0)
            json_array_append_new(targets, target_to_json(parts, target, group));
    }
    admin_answer(call->request, 200, json_pack("{s:o}", "TargetHealthDescriptions", targets));
}

/* What a body asks for: {"TargetGroupName", "Targets": [{"Id", "Port", "AvailabilityZone"}]}.
 */
struct order {
    json_t *body;
    const struct config_target_group *group;
    json_t *targets;
};

/* False after a refusal. */
static bool
read_order(struct admin_call *call, struct order *order)
{
    order->body = admin_read_body(call);
    if (order->body == NULL)
        return false;
    order->group = admin_find_group(
        call, json_string_value(json_object_get(order->body, "TargetGroupName")));
    order->targets = json_object_get(order->body, "Targets");
    if (order->group == NULL) {
        json_decref(order->body);
        return false;
    }
    size_t count = json_array_size(order->targets);
    if (count > 0 && count <= MOST_TARGETS)
        return true;
    admin_refuse(call->request, 400, "ValidationError",
                 count == 0 ? "Targets is missing" : "Targets: at most %u in one call",
                 MOST_TARGETS);
    json_decref(order->body);
    return false;
}

static bool
read_target(const struct order *order, size_t index, struct address *address)
{
    const json_t *target = json_array_get(order->targets, index);
    const char *id = json_string_value(json_object_get(target, "Id"));
    const json_t *port = json_object_get(target, "Port");
    json_int_t number = port == NULL ? order->group->port : json_integer_value(port);

    memset(address, 0, sizeof(*address));
    return id != NULL && number >= 1 && number <= 65535 &&
           address_parse(address, id, (uint16_t)number);
}

/* As long as a zone of the configuration may be, and as printable. */
static bool
is_zone(const json_t *target)
{
    const char *zone = json_string_value(json_object_get(target, "AvailabilityZone"));

    if (zone == NULL)
        return true;
    for (const char *at = zone; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return false;
    return *zone != '\0' && strlen(zone) <= ZONE_MOST_BYTES;
}

/* False after a refusal. */
static bool
check_target(struct admin_call *call, const struct order *order, size_t index)
{
    struct address address;
    json_t *target = json_array_get(order->targets, index);

    if (json_is_object(target) && !admin_check_members(call, target))
        return false;
    bool is_address = read_target(order, index, &address);
    if (is_address && is_zone(target))
        return true;
    admin_refuse(call->request, 400, "InvalidTarget", "target %zu %s", index + 1,
                 is_address ? "has an AvailabilityZone that is no line of 1 to 64 bytes"
                            : "is no IP address (Id) with a Port from 1 to 65535");
    return false;
}

/* Every target is read before the first is acted on. */
static bool
check_targets(struct admin_call *call, const struct order *order)
{
    for (size_t i = 0; i < json_array_size(order->targets); i++) {
        if (check_target(call, order, i))
            continue;
        json_decref(order->body);
        return false;
    }
    return true;
}

/* Only what registers asks this: what is there already can always be taken out. */
static bool
check_addresses(struct admin_call *call, const struct order *order)
{
    struct address address;
    char text[ADDRESS_TEXT_SIZE];

    for (size_t i = 0; i < json_array_size(order->targets); i++) {
        read_target(order, i, &address);
        const char *fault = registry_address_fault(call->parts->registry, &address);
        if (fault == NULL)
            continue;
        address_format_with_port(&address, text);
        admin_refuse(call->request, 400, "InvalidTarget", "%s %s", text, fault);
        json_decref(order->body);
        return false;
    }
    return true;
}

void
admin_register(struct admin_call *call)
{
    struct order order;
    struct address address;
    bool is_done = true;

    if (!read_order(call, &order) || !check_targets(call, &order))
        return;
    if (!check_addresses(call, &order))
        return;
    for (size_t i = 0; i < json_array_size(order.targets); i++) {
        const json_t *target = json_array_get(order.targets, i);
        read_target(&order, i, &address);
        is_done =
            registry_register(call->parts->registry, order.group->name, &address,
                              json_string_value(json_object_get(target, "AvailabilityZone"))) &&
            is_done;
    }
    if (is_done)
        admin_answer(call->request, 200, json_object());
    else
        admin_refuse(call->request, 400, "TooManyTargets", "no more targets can be registered");
    json_decref(order.body);
}

/* A deregistration that is answered when the last of its targets is gone. */
struct deregistration {
    const struct admin_parts *parts;
    struct admin_request *request;
    size_t waiting;
    struct admin_wait wait;
};

static void
on_gone(void *argument)
{
    struct deregistration *deregistration = argument;

    if (--deregistration->waiting > 0)
        return;
    admin_wait_end(&deregistration->wait);
    admin_answer(deregistration->request, 200, json_object());
    free(deregistration);
}

static void
on_stop(void *argument)
{
    struct deregistration *deregistration = argument;

    admin_wait_end(&deregistration->wait);
    target_waits_forget(deregistration->parts->waits, deregistration);
    admin_refuse_stopping(deregistration->request);
    free(deregistration);
}

/* The answer is left to on_gone. */
static void
wait_until_gone(struct admin_call *call, struct deregistration *deregistration)
{
    deregistration->parts = call->parts;
    deregistration->request = call->request;
    deregistration->wait.on_stop = on_stop;
    deregistration->wait.argument = deregistration;
    admin_wait_begin(call->admin, &deregistration->wait);
}

void
admin_deregister(struct admin_call *call)
{
    const struct admin_parts *parts = call->parts;
    struct deregistration *waiting = NULL;
    struct order order;
    struct address address;

    if (!read_order(call, &order) || !check_targets(call, &order))
        return;
    if (admin_flag(call, "wait"))
        waiting = memory_take(1, sizeof(*waiting));
    for (size_t i = 0; i < json_array_size(order.targets); i++) {
        read_target(&order, i, &address);
        struct registered_target *target =
            targets_find(parts->targets, order.group->name, &address);
        if (target != NULL && waiting != NULL) {
            waiting->waiting++;
            target_waits_add(parts->waits, target->id, on_gone, waiting);
        }
        registry_deregister(parts->registry, order.group->name, &address);
    }
    json_decref(order.body);
    if (waiting != NULL && waiting->waiting != 0) {
        wait_until_gone(call, waiting);
        return;
    }
    free(waiting);
    /* As the ALB: deregistering what is not registered succeeds. */
    admin_answer(call->request, 200, json_object());
}

/* False after a refusal: nothing has been done then. */
static bool
check_hold(struct admin_call *call, const struct order *order, size_t index)
{
    struct address address;
    char text[ADDRESS_TEXT_SIZE];

    read_target(order, index, &address);
    address_format_with_port(&address, text);
    switch (registry_hold_obstacle(call->parts->registry, order->group->name, &address)) {
    case HOLD_POSSIBLE:
        return true;
    case HOLD_NOT_REGISTERED:
        admin_refuse(call->request, 404, "InvalidTarget", "%s is not registered in %s", text,
                     order->group->name);
        break;
    case HOLD_LEAVING:
        admin_refuse(call->request, 409, "OperationNotPermitted",
                     "%s is leaving %s: it was deregistered, or neither its task nor the "
                     "configuration asks for it any more; register it to bring it back",
                     text, order->group->name);
        break;
    }
    return false;
}

static void
hold(struct admin_call *call, bool is_held)
{
    struct order order;
    struct address address;
    bool is_possible = true;

    if (!read_order(call, &order) || !check_targets(call, &order))
        return;
    size_t count = json_array_size(order.targets);
    for (size_t i = 0; i < count && is_possible; i++)
        is_possible = check_hold(call, &order, i);
    for (size_t i = 0; i < count && is_possible; i++) {
        read_target(&order, i, &address);
        registry_hold(call->parts->registry, order.group->name, &address, is_held);
    }
    if (is_possible)
        admin_answer(call->request, 200, json_object());
    json_decref(order.body);
}

void
admin_drain(struct admin_call *call)
{
    hold(call, true);
}

void
admin_ready(struct admin_call *call)
{
    hold(call, false);
}

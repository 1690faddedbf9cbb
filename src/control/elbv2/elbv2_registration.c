/* SPDX-License-Identifier: Apache-2.0 */
/* Targets by hand: what is answered is on the disk. */
#include <stdlib.h>

#include "control/elbv2/elbv2_arn.h"
#include "control/elbv2/elbv2_target_id.h"
#include "control/elbv2/elbv2_unbuilt.h"
#include "control/state_file.h"
#include "model/config.h"

#define TARGETS_MAX 1000

static bool
read_target(const struct aws_call *call, const json_t *target,
            const struct config_target_group *group, struct address *address)
{
    const json_t *port = json_object_get(target, "Port");

    return elbv2_target_address(call, group, json_string_value(json_object_get(target, "Id")),
                                port == NULL ? group->port : (unsigned)json_integer_value(port),
                                address);
}

static bool
check_targets(struct aws_call *call, const struct config_target_group *group, bool registers)
{
    const json_t *targets = json_object_get(call->input, "Targets"), *target;
    struct address address;
    size_t index;

    if (json_array_size(targets) == 0) {
        aws_fail(call, "ValidationError", "At least one target must be specified in 'Targets'");
        return false;
    }
    if (json_array_size(targets) > TARGETS_MAX) {
        aws_fail(call, "TooManyTargets", "More than %d targets in one call", TARGETS_MAX);
        return false;
    }
    json_array_foreach (targets, index, target) {
        const char *id = json_string_value(json_object_get(target, "Id"));
        const char *fault = read_target(call, target, group, &address)
                                ? registry_address_fault(call->parts->registry, &address)
                                : "is neither an IP address nor a container instance";
        if (fault == NULL || (!registers && address.family != ADDRESS_NONE))
            continue;
        aws_fail(call, "InvalidTarget", "The target '%.64s' %s", id, fault);
        return false;
    }
    return true;
}

/* The group that a call is about. Every target is read before the first is acted on; NULL: the
 * call is refused. */
static const struct config_target_group *
read_call(struct aws_call *call, bool registers)
{
    const struct config_target_group *group =
        elbv2_arn_find_group(call, aws_text(call, "TargetGroupArn"));

    return group != NULL && elbv2_is_built(call) && check_targets(call, group, registers)
               ? group
               : NULL;
}

static json_t *
keep(struct aws_call *call)
{
    if (state_file_save(call->parts->state))
        return json_object();
    return aws_fail(call, "ServiceUnavailable",
                    "The change is made, but cannot be written to the disk: see the log");
}

json_t *
elbv2_register_targets(struct aws_call *call)
{
    const struct config_target_group *group = read_call(call, true);
    const json_t *target;
    struct address address;
    bool has_room = true;
    size_t index;

    if (group == NULL)
        return NULL;
    json_array_foreach (json_object_get(call->input, "Targets"), index, target) {
        const char *zone = json_string_value(json_object_get(target, "AvailabilityZone"));
        bool is_anywhere = zone == NULL || strcmp(zone, "all") == 0;
        read_target(call, target, group, &address);
        has_room = registry_register(call->parts->registry, group->name, &address,
                                     is_anywhere ? NULL : zone) &&
                   has_room;
    }
    if (!has_room)
        return aws_fail(call, "TooManyTargets", "No more targets can be registered");
    return keep(call);
}

/* One that is not there is no mistake, as at the ALB. */
json_t *
elbv2_deregister_targets(struct aws_call *call)
{
    const struct config_target_group *group = read_call(call, false);
    const json_t *target;
    struct address address;
    size_t index;

    if (group == NULL)
        return NULL;
    json_array_foreach (json_object_get(call->input, "Targets"), index, target) {
        read_target(call, target, group, &address);
        registry_deregister(call->parts->registry, group->name, &address);
    }
    return keep(call);
}

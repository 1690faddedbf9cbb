/* SPDX-License-Identifier: Apache-2.0 */
/* Target groups are made, changed and deleted. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/elbv2/elbv2_arn_form.h"
#include "control/elbv2/elbv2_deletion.h"
#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_effective.h"
#include "control/elbv2/elbv2_input.h"
#include "control/elbv2/elbv2_attributes.h"
#include "control/elbv2/elbv2_unbuilt.h"
#include "control/state_file.h"

/* {HttpCode} or {GrpcCode}. */
static void
put_matcher(struct aws_call *call, json_t *into)
{
    const json_t *matcher = json_object_get(call->input, "Matcher");
    json_t *codes = json_object_get(matcher, "HttpCode");

    if (codes != NULL && json_object_get(matcher, "GrpcCode") != NULL)
        aws_fail(call, "ValidationError",
                 "A matcher has either HttpCode or GrpcCode, not both");
    if (codes == NULL)
        codes = json_object_get(matcher, "GrpcCode");
    if (codes != NULL)
        elbv2_input_put(into, "health_check.matcher", json_incref(codes));
}

/* Only Lambda functions may be left unchecked at the ALB. */
static bool
is_checked(struct aws_call *call)
{
    if (json_is_false(json_object_get(call->input, "HealthCheckEnabled")))
        aws_fail(call, "ValidationError",
                 "Health checks are always enabled for targets of type instance or ip: "
                 "HealthCheckEnabled cannot be false");
    return call->error_code == NULL;
}

/* What the ALB asks for where fairlead has a default. */
static bool
is_whole(struct aws_call *call)
{
    const char *type = aws_text(call, "TargetType");
    const char *protocol = aws_text(call, "Protocol"), *network = aws_text(call, "VpcId");

    if (type != NULL && strcmp(type, "instance") != 0 && strcmp(type, "ip") != 0)
        aws_fail(call, "ValidationError",
                 "Target type '%s' is not supported here: instance or ip", type);
    else if (protocol == NULL)
        aws_fail(call, "ValidationError", "A protocol must be specified: HTTP or HTTPS");
    else if (json_object_get(call->input, "Port") == NULL)
        aws_fail(call, "ValidationError", "A port must be specified");
    else if (network != NULL && strcmp(network, AWS_VPC) != 0)
        aws_fail(call, "ValidationError", "The VPC ID '%s' is not found", network);
    return is_checked(call) && elbv2_is_built(call);
}

static json_t *
answer_with(struct aws_call *call, const char *id)
{
    return aws_edit_answer_about(call, OPERATION_ELBV2_DescribeTargetGroups, "TargetGroupArns",
                                 id);
}

/* The same call once more is answered with what is there. */
static json_t *
meet(struct aws_call *call, const struct config_target_group *group, const json_t *into)
{
    const struct object *object = aws_edit_object(call, group->places);

    if (object != NULL &&
        elbv2_effective_is_same(SCOPE_TARGET_GROUP, json_object_get(object->document, "given"),
                                into))
        return answer_with(call, object->id);
    char *place = config_place_text(call->parts->config, &group->places->own);
    aws_fail(call, "DuplicateTargetGroupName",
             "A target group with the same name '%s' exists, but with different settings%s%s",
             group->name, object == NULL ? ": it is defined in " : "",
             object == NULL ? place : "");
    free(place);
    return NULL;
}

/* Targets of an earlier group of that name are none of the new one's. They are forgotten on the
 * disk before the group is there: a crash between leaves nothing that comes back. */
static bool
begin_empty(struct aws_call *call)
{
    if (registry_forget_group(call->parts->registry, aws_text(call, "Name")) &&
        !state_file_save(call->parts->state))
        aws_fail(call, "ServiceUnavailable",
                 "The state file cannot be written to the disk: see the log");
    return call->error_code == NULL;
}

static json_t *
create(struct aws_call *call, json_t *into)
{
    json_t *tags = aws_edit_tags(call);
    char number[AWS_ID_SIZE];

    if (tags == NULL || !begin_empty(call)) {
        json_decref(tags);
        return NULL;
    }
    aws_edit_make_id(number);
    char *id = memory_print("targetgroup/%s/%s", aws_text(call, "Name"), number);
    json_t *document = json_pack("{s:O, s:o, s:o}", "settings", into, "tags", tags, "given",
                                 json_deep_copy(into));
    object_edit_create(call->edit, OBJECT_TARGET_GROUP, id, call->caller_name, document);
    answer_with(call, id);
    free(id);
    return NULL;
}

json_t *
elbv2_create_target_group(struct aws_call *call)
{
    const char *name = aws_text(call, "Name");
    const struct config_target_group *group = config_find_group(call->parts->config, name);
    json_t *into = json_pack("{s:s}", "name", name);

    if (is_whole(call)) {
        elbv2_input_members(call, SCOPE_TARGET_GROUP, into);
        put_matcher(call, into);
        if (group != NULL && call->error_code == NULL)
            meet(call, group, into);
        else if (call->error_code == NULL)
            create(call, into);
    }
    json_decref(into);
    return NULL;
}

/* The API's group that the input's ARN names; NULL: the call has failed. */
static const struct object *
find_own(struct aws_call *call)
{
    const struct config_target_group *group =
        elbv2_arn_find_group(call, aws_text(call, "TargetGroupArn"));

    return group == NULL ? NULL : aws_edit_own(call, group->places, "The target group");
}

json_t *
elbv2_modify_target_group(struct aws_call *call)
{
    const struct object *object = find_own(call);

    if (object == NULL || !is_checked(call))
        return NULL;
    json_t *document = aws_edit_document(object);
    elbv2_input_members(call, SCOPE_TARGET_GROUP, aws_edit_settings(document));
    put_matcher(call, aws_edit_settings(document));
    object_edit_change(call->edit, object->id, document);
    return answer_with(call, object->id);
}

json_t *
elbv2_modify_target_group_attributes(struct aws_call *call)
{
    return elbv2_modify_attributes(call, &elbv2_attributes_of_group, find_own(call));
}

/* One that is not there is deleted already. */
json_t *
elbv2_delete_target_group(struct aws_call *call)
{
    const char *arn = aws_text(call, "TargetGroupArn");
    const struct config_target_group *group = elbv2_arn_look_for_group(call, arn);

    if (!elbv2_arn_check(call, ELBV2_ARN_GROUP, arn))
        return NULL;
    if (group == NULL)
        return json_object();
    const struct object *object = aws_edit_own(call, group->places, "The target group");
    if (object == NULL)
        return NULL;
    elbv2_remove_group(call, group, object, arn);
    return call->error_code == NULL ? json_object() : NULL;
}

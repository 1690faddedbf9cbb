/* SPDX-License-Identifier: Apache-2.0 */
/* Lifecycle policies: stored and told, and carried out by nobody. */
#include "control/ecr/ecr.h"

#define POLICY "lifecycle_policy"

static json_t *
policy_to_json(const struct object *object)
{
    json_t *output = ecr_reference(object);

    json_object_set(output, "lifecyclePolicyText", json_object_get(object->document, POLICY));
    return output;
}

/* The repository that the call names, which has one; NULL: the call has failed. */
static const struct object *
find_with_policy(struct aws_call *call)
{
    const struct object *object = ecr_find_named(call);

    if (object == NULL || json_object_get(object->document, POLICY) != NULL)
        return object;
    aws_fail(
        call, "LifecyclePolicyNotFoundException",
        "Lifecycle policy does not exist for the repository with name '%s' in the registry "
        "with id '" AWS_ACCOUNT "'",
        ecr_name(object));
    return NULL;
}

json_t *
ecr_lifecycle_policy(struct aws_call *call)
{
    const struct object *object = find_with_policy(call);

    return object == NULL ? NULL : policy_to_json(object);
}

json_t *
ecr_put_lifecycle_policy(struct aws_call *call)
{
    const struct object *object = ecr_find_named(call);
    json_t *policy = json_loads(aws_text(call, "lifecyclePolicyText"), 0, NULL);
    bool is_policy = json_is_array(json_object_get(policy, "rules"));

    json_decref(policy);
    if (object == NULL)
        return NULL;
    if (!is_policy)
        return aws_fail(call, "InvalidParameterException",
                        "lifecyclePolicyText must be a JSON object with an array 'rules'");
    json_t *document = aws_edit_document(object);
    json_object_set(document, POLICY, json_object_get(call->input, "lifecyclePolicyText"));
    object_edit_change(call->edit, object->id, document);
    return policy_to_json(object_edit_find(call->edit, object->id));
}

json_t *
ecr_delete_lifecycle_policy(struct aws_call *call)
{
    const struct object *object = find_with_policy(call);

    if (object == NULL)
        return NULL;
    json_t *output = policy_to_json(object), *document = aws_edit_document(object);
    json_object_del(document, POLICY);
    object_edit_change(call->edit, object->id, document);
    return output;
}

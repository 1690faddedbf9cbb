/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service deployments and revisions: what a service's deployments are called by newer clients.
 * One is known as long as its service has it; a revision is what a deployment brings about,
 * with its number.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_definition.h"
#include "control/ecs/ecs_listing.h"
#include "control/ecs/ecs_service_json.h"
#include "control/ecs/ecs_task_definitions.h"
#include "control/ecs/ecs_view.h"

#define DEPLOYMENT "service-deployment"
#define REVISION "service-revision"
#define INVALID "InvalidParameterException"
#define ARNS_MOST 20

/* A deployment of a service; both as DescribeServices has them. */
struct subject {
    const struct aws_call *call;
    const json_t *service, *deployment;
};

static const char *
text_of(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

/* "KIND/CLUSTER/SERVICE/NUMBER" of a deployment, as an ARN. */
static char *
arn_of(const struct subject *subject, const char *kind, const json_t *deployment)
{
    const char *path = strstr(text_of(subject->service, "serviceArn"), ":service/");
    const char *number = strchr(text_of(deployment, "id"), '/');

    return memory_print("arn:aws:ecs:%s:" AWS_ACCOUNT ":%s/%s%s", subject->call->region, kind,
                        path + strlen(":service/"), number);
}

static bool
is_primary(const struct subject *subject)
{
    return json_array_get(json_object_get(subject->service, "deployments"), 0) ==
           subject->deployment;
}

/* One that another has taken the place of before it was through has been stopped. */
static const char *
status_of(const struct subject *subject)
{
    const char *state = text_of(subject->deployment, "rolloutState");

    if (strcmp(state, "COMPLETED") == 0)
        return "SUCCESSFUL";
    return strcmp(state, "FAILED") == 0 || !is_primary(subject) ? "STOPPED" : "IN_PROGRESS";
}

/* What both forms have. */
static json_t *
common_to_json(const struct subject *subject)
{
    const json_t *deployment = subject->deployment;
    const char *status = status_of(subject);
    char *arn = arn_of(subject, DEPLOYMENT, deployment);
    json_t *json = json_pack("{s:s, s:O, s:O, s:O, s:O, s:s, s:O}", "serviceDeploymentArn", arn,
                             "serviceArn", json_object_get(subject->service, "serviceArn"),
                             "clusterArn", json_object_get(subject->service, "clusterArn"),
                             "createdAt", json_object_get(deployment, "createdAt"), "startedAt",
                             json_object_get(deployment, "createdAt"), "status", status,
                             "statusReason", json_object_get(deployment, "rolloutStateReason"));

    if (strcmp(status, "SUCCESSFUL") == 0)
        json_object_set(json, "finishedAt", json_object_get(deployment, "updatedAt"));
    else if (strcmp(status, "STOPPED") == 0)
        json_object_set(json, "stoppedAt", json_object_get(deployment, "updatedAt"));
    free(arn);
    return json;
}

static json_t *
brief_to_json(const struct subject *subject)
{
    json_t *json = common_to_json(subject);
    char *arn = arn_of(subject, REVISION, subject->deployment);

    json_object_set_new(json, "targetServiceRevisionArn", json_string(arn));
    free(arn);
    return json;
}

static json_t *
summary_to_json(const struct subject *subject, const json_t *deployment)
{
    char *arn = arn_of(subject, REVISION, deployment);
    json_t *json = json_pack("{s:s, s:O, s:O, s:O}", "arn", arn, "requestedTaskCount",
                             json_object_get(deployment, "desiredCount"), "runningTaskCount",
                             json_object_get(deployment, "runningCount"), "pendingTaskCount",
                             json_object_get(deployment, "pendingCount"));

    free(arn);
    return json;
}

static json_t *
whole_to_json(const struct subject *subject)
{
    const json_t *all = json_object_get(subject->service, "deployments"), *one;
    json_t *json = common_to_json(subject), *sources = json_array();
    size_t index;

    json_array_foreach (all, index, one)
        if (one != subject->deployment)
            json_array_append_new(sources, summary_to_json(subject, one));
    json_object_set_new(json, "sourceServiceRevisions", sources);
    json_object_set_new(json, "targetServiceRevision",
                        summary_to_json(subject, subject->deployment));
    json_object_set(json, "updatedAt", json_object_get(subject->deployment, "updatedAt"));
    json_object_set(json, "deploymentConfiguration",
                    json_object_get(subject->service, "deploymentConfiguration"));
    return json;
}

static json_t *
images_of(const struct subject *subject)
{
    const struct object *object =
        ecs_task_definition_find(subject->call, text_of(subject->deployment, "taskDefinition"));
    const json_t *definition =
        object == NULL ? NULL : json_object_get(object->document, "definition");
    const json_t *container;
    json_t *images = json_array();
    size_t index;

    json_array_foreach (json_object_get(definition, "containerDefinitions"), index, container)
        json_array_append_new(images, json_pack("{s:O, s:O}", "containerName",
                                                json_object_get(container, "name"), "image",
                                                json_object_get(container, "image")));
    return images;
}

static json_t *
revision_to_json(const struct subject *subject)
{
    char *arn = arn_of(subject, REVISION, subject->deployment);
    json_t *json =
        json_pack("{s:s, s:O, s:O, s:O, s:O, s:s, s:O, s:o, s:b}", "serviceRevisionArn", arn,
                  "serviceArn", json_object_get(subject->service, "serviceArn"), "clusterArn",
                  json_object_get(subject->service, "clusterArn"), "taskDefinition",
                  json_object_get(subject->deployment, "taskDefinition"), "createdAt",
                  json_object_get(subject->deployment, "createdAt"), "launchType", "EC2",
                  "loadBalancers", json_object_get(subject->service, "loadBalancers"),
                  "containerImages", images_of(subject), "guardDutyEnabled", 0);

    free(arn);
    return json;
}

/* The service that the path "CLUSTER/SERVICE/NUMBER" begins with; NULL: there is none. New. */
static json_t *
find_service(const struct aws_call *call, const char *path)
{
    const char *name = strchr(path, '/');
    const char *end = strrchr(path, '/');
    const json_t *document = NULL;

    if (name == NULL || name == end)
        return NULL;
    char *cluster = memory_copy_bytes(path, (size_t)(name - path));
    char *service = memory_copy_bytes(name + 1, (size_t)(end - name - 1));
    document = ecs_service_document(call, cluster, service, true);
    free(cluster);
    free(service);
    return document == NULL ? NULL : ecs_service_json(call, document);
}

typedef json_t *telling(const struct subject *subject);

/* What an ARN of that kind names; NULL: nothing. */
static json_t *
tell_one(const struct aws_call *call, const char *arn, const char *kind, telling *tell)
{
    const char *path = strncmp(arn, "arn:", 4) == 0 ? ecs_arn_path(arn, kind) : NULL;
    const char *number = path == NULL ? NULL : strrchr(path, '/');
    json_t *told = NULL, *one;
    size_t index;

    if (number == NULL)
        return NULL;
    json_t *service = find_service(call, path);
    json_array_foreach (json_object_get(service, "deployments"), index, one)
        if (told == NULL && strcmp(strchr(text_of(one, "id"), '/'), number) == 0)
            told = tell(&(const struct subject){call, service, one});
    json_decref(service);
    return told;
}

static json_t *
tell_all(struct aws_call *call, const char *list, const char *member, const char *kind,
         telling *tell)
{
    const json_t *arns = ecs_names(call, list, ARNS_MOST), *arn;
    json_t *found = json_array(), *failures = json_array();
    size_t index;

    json_array_foreach (arns, index, arn) {
        json_t *one = tell_one(call, json_string_value(arn), kind, tell);
        if (one != NULL)
            json_array_append_new(found, one);
        else
            json_array_append_new(failures,
                                  json_pack("{s:O, s:s}", "arn", arn, "reason", "MISSING"));
    }
    return json_pack("{s:o, s:o}", member, found, "failures", failures);
}

json_t *
ecs_describe_service_deployments(struct aws_call *call)
{
    return tell_all(call, "serviceDeploymentArns", "serviceDeployments", DEPLOYMENT,
                    whole_to_json);
}

json_t *
ecs_describe_service_revisions(struct aws_call *call)
{
    return tell_all(call, "serviceRevisionArns", "serviceRevisions", REVISION,
                    revision_to_json);
}

/* Times are texts of one form. */
static bool
is_asked(const struct subject *subject)
{
    const json_t *statuses = json_object_get(subject->call->input, "status"), *status;
    const json_t *created = json_object_get(subject->call->input, "createdAt");
    const char *after = text_of(created, "after"), *before = text_of(created, "before");
    const char *own = text_of(subject->deployment, "createdAt");
    bool is_wanted = json_array_size(statuses) == 0;
    size_t index;

    json_array_foreach (statuses, index, status)
        is_wanted = is_wanted || strcmp(json_string_value(status), status_of(subject)) == 0;
    return is_wanted && (after == NULL || strcmp(own, after) > 0) &&
           (before == NULL || strcmp(own, before) < 0);
}

/* Those that are asked for, the newest first, page by page. */
static json_t *
list_all(struct aws_call *call, const json_t *service)
{
    const json_t *size = json_object_get(call->input, "maxResults"), *one;
    size_t most = size == NULL ? ECS_LISTING_PAGE : (size_t)json_integer_value(size), index;
    const char *token = aws_text(call, "nextToken"), *last = NULL;
    json_t *list = json_array(), *output = json_pack("{s:o}", "serviceDeployments", list);

    if (most < 1 || most > ECS_LISTING_PAGE)
        aws_fail(call, INVALID, "maxResults must be from 1 to %d", ECS_LISTING_PAGE);
    json_array_foreach (json_object_get(service, "deployments"), index, one) {
        const struct subject subject = {call, service, one};
        if (token != NULL) {
            token = strcmp(text_of(one, "id"), token) == 0 ? NULL : token;
            continue;
        }
        if (!is_asked(&subject))
            continue;
        if (json_array_size(list) == most) {
            json_object_set_new(output, "nextToken", json_string(last));
            break;
        }
        json_array_append_new(list, brief_to_json(&subject));
        last = text_of(one, "id");
    }
    if (token != NULL)
        aws_fail(call, INVALID, "The nextToken is not valid");
    return output;
}

json_t *
ecs_list_service_deployments(struct aws_call *call)
{
    struct ecs_view view;
    json_t *service = NULL, *output = NULL;

    ecs_view_make(&view, call);
    const char *cluster = ecs_view_cluster(&view, call);
    const json_t *document =
        cluster == NULL ? NULL
                        : ecs_service_document(call, cluster, aws_text(call, "service"), true);
    if (document != NULL)
        service = ecs_service_json(call, document);
    else if (cluster != NULL)
        aws_fail(call, "ServiceNotFoundException", "Service not found.");
    if (service != NULL)
        output = list_all(call, service);
    json_decref(service);
    ecs_view_clear(&view);
    return output;
}

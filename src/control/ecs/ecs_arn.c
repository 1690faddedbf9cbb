/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_arn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/digest.h"

#define ARN "arn:"
#define COLONS 5 /* before what an ARN names */
#define DEPLOYMENT_DIGITS UINT64_C(10000000000000000000)

static void
digest_words(const char *kind, const char *one, const char *other, uint8_t digest[DIGEST_BYTES])
{
    char *seed = memory_print("%s\n%s\n%s", kind, one, other);

    digest_sha256(slice_of(seed), digest);
    free(seed);
}

struct ecs_id
ecs_id_make(const char *kind, const char *one, const char *other)
{
    uint8_t digest[DIGEST_BYTES];
    char text[DIGEST_TEXT_SIZE];
    struct ecs_id id = {.text = ""};

    digest_words(kind, one, other, digest);
    digest_format(digest, text);
    memcpy(id.text, text, ECS_ID_LENGTH);
    return id;
}

void
ecs_deployment_id(const char *service, char text[ECS_DEPLOYMENT_ID_SIZE])
{
    uint8_t digest[DIGEST_BYTES];
    uint64_t number;

    digest_words("deployment", service, "", digest);
    memcpy(&number, digest, sizeof(number));
    snprintf(text, ECS_DEPLOYMENT_ID_SIZE, "ecs-svc/%019" PRIu64, number % DEPLOYMENT_DIGITS);
}

char *
ecs_arn(const struct aws_call *call, const char *kind, const char *cluster, const char *name)
{
    return memory_print("arn:aws:ecs:%s:" AWS_ACCOUNT ":%s/%s/%s", call->region, kind, cluster,
                        name);
}

char *
ecs_arn_cluster(const struct aws_call *call, const char *name)
{
    return memory_print("arn:aws:ecs:%s:" AWS_ACCOUNT ":cluster/%s", call->region, name);
}

static bool
is_arn(const char *given)
{
    return strncmp(given, ARN, strlen(ARN)) == 0;
}

/* What stands behind "KIND/"; NULL: it is no ARN of that kind. */
static const char *
path_of(const char *arn, const char *kind)
{
    size_t length = strlen(kind);

    for (unsigned colons = 0; colons < COLONS && arn != NULL; colons++) {
        arn = strchr(arn, ':');
        arn = arn == NULL ? NULL : arn + 1;
    }
    return arn != NULL && strncmp(arn, kind, length) == 0 && arn[length] == '/'
               ? arn + length + 1
               : NULL;
}

const char *
ecs_arn_path(const char *given, const char *kind)
{
    return is_arn(given) ? path_of(given, kind) : given;
}

bool
ecs_arn_names(const char *given, const char *kind, const char *cluster, const char *name)
{
    const char *path = ecs_arn_path(given, kind);
    const char *slash = path == NULL || cluster == NULL ? NULL : strchr(path, '/');

    if (path == NULL)
        return false;
    if (slash == NULL)
        return strcmp(path, name) == 0;
    return (size_t)(slash - path) == strlen(cluster) &&
           strncmp(path, cluster, strlen(cluster)) == 0 && strcmp(slash + 1, name) == 0;
}

json_t *
ecs_failure(const struct aws_call *call, const char *kind, const char *cluster,
            const char *given)
{
    char *arn = is_arn(given)     ? memory_copy_text(given)
                : cluster == NULL ? ecs_arn_cluster(call, given)
                                  : ecs_arn(call, kind, cluster, given);
    json_t *failure = json_pack("{s:s, s:s}", "arn", arn, "reason", "MISSING");

    free(arn);
    return failure;
}

const json_t *
ecs_names(struct aws_call *call, const char *member, size_t most)
{
    const json_t *names = json_object_get(call->input, member);

    if (json_array_size(names) == 0)
        return aws_fail(call, "InvalidParameterException", "'%s' cannot be empty", member);
    if (json_array_size(names) > most)
        return aws_fail(call, "InvalidParameterException", "'%s' cannot have more than %zu",
                        member, most);
    return names;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Cluster queries: one that is read holds for an instance or does not, its negation the other
 * way round, and one that is refused says where. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "control/scheduler/cluster_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const groups[] = {"service:web", "family:batch"};

static void
check_query(const char *text, const struct cluster_query *query)
{
    json_t *attributes =
        json_pack("{s:s, s:s}", "ecs.availability-zone", "us-east-1a", "rack", "r 1");
    const struct cluster_query_subject subject = {.attributes = attributes,
                                                  .instance_id = "i-00000000000000001",
                                                  .groups = groups,
                                                  .group_count = 2,
                                                  .running_tasks = 4,
                                                  .is_connected = true};
    char *opposite = memory_print("not (%s)", text);
    struct cluster_query *negated = cluster_query_read(opposite, NULL);
    bool holds = cluster_query_holds(query, &subject);

    /* It may have become too long or too deep. */
    if (negated != NULL)
        CHECK(cluster_query_holds(negated, &subject) != holds);
    cluster_query_free(&negated);
    free(opposite);
    json_decref(attributes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = memory_copy_bytes((const char *)data, size), *error = NULL;
    struct cluster_query *query = cluster_query_read(text, &error);

    if (query != NULL)
        check_query(text, query);
    else
        CHECK(error != NULL && strstr(error, "Invalid expression at character") != NULL);
    cluster_query_free(&query);
    free(error);
    free(text);
    return 0;
}

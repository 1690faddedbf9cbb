/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ECS's List calls give: ARNs or names, page by page. They are sorted, and a page begins
 * behind the one that nextToken names: what comes or goes meanwhile neither repeats nor hides
 * what stays.
 */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_LISTING_H
#define FAIRLEAD_CONTROL_ECS_ECS_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "control/aws/aws_call.h"

#define ECS_LISTING_PAGE 100 /* at most, and unless AWS has another number */

/* {0} is an empty one; ecs_listing_end clears it. */
struct ecs_listing {
    char **arns;
    size_t count, room;
    bool is_descending;
    bool is_of_names; /* no ARNs */
};

/* Takes the ARN. Numbers at the end, behind a colon, are sorted as numbers. */
void ecs_listing_add(struct ecs_listing *listing, char *arn);

/* {member: [...], "nextToken"}, as maxResults (without it page_size) and nextToken say; NULL:
 * the call has failed. */
json_t *ecs_listing_end(struct ecs_listing *listing, struct aws_call *call, const char *member,
                        size_t page_size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/rule-hits: how many requests each rule routed, so far and a second. */
#ifndef FAIRLEAD_API_RULE_HITS_H
#define FAIRLEAD_API_RULE_HITS_H

#include "api/board.h"
#include "api/json_writer.h"
#include "ipc/snapshot.h"

struct rule_hits;

struct rule_hits *rule_hits_new(const struct board *board);
void rule_hits_free(struct rule_hits **hits);

/* A JSON object with all rules of the snapshot. A rate is that since the last time that anybody
 * asked, a second ago or more; null without one. */
void rule_hits_write(struct rule_hits *hits, const struct snapshot *snapshot,
                     struct json_writer *out);

#endif

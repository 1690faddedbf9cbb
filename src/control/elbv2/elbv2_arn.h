/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARNs. Those of what the configuration file holds are made of names and priorities, so that
 * they stay over reloads and restarts; those of the API's objects end in their ids.
 */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_ARN_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_ARN_H

#include <stdbool.h>

#include "control/aws/aws_call.h"

/* New texts, to free(). */
/* "listener-rule/app/a/b/c/NUMBER" below the ARN, which it takes, of ".../listener/app/a/b/c".
 */
char *elbv2_arn_id_below(char *parent, const char *kind, const char *number);
char *elbv2_arn_balancer(const struct aws_call *call, size_t index);
char *elbv2_arn_listener(const struct aws_call *call, const struct config_listener *listener);
char *elbv2_arn_rule(const struct aws_call *call, const struct config_listener *listener,
                     const struct config_rule *rule);
char *elbv2_arn_group(const struct aws_call *call, const char *name);
char *elbv2_arn_trust_store(const struct aws_call *call, const char *name);

/* The same as with elbv2_arn_rule's, which takes longer to make; and whether it can be one of
 * the listener's, whose number stands in the ARN of each of its rules. */
bool elbv2_arn_is_rule(const struct aws_call *call, const char *arn,
                       const struct config_listener *listener, const struct config_rule *rule);
bool elbv2_arn_may_be_below(const struct aws_call *call, const char *arn,
                            const struct config_listener *listener);

/* What an ARN of the input names; NULL, and the call has failed, where there is no such. */
bool elbv2_arn_find_balancer(struct aws_call *call, const char *arn, size_t *index);
const struct config_listener *elbv2_arn_find_listener(struct aws_call *call, const char *arn);
const struct config_target_group *elbv2_arn_find_group(struct aws_call *call, const char *arn);

/* A rule and the listener that it is of. */
struct elbv2_rule {
    const struct config_listener *listener;
    const struct config_rule *rule;
};

bool elbv2_arn_find_rule(struct aws_call *call, const char *arn, struct elbv2_rule *found);

/* The same where it is no mistake that there is none: as many as there are, or NULL. */
size_t elbv2_arn_look_for_balancer(const struct aws_call *call, const char *arn);
const struct config_target_group *elbv2_arn_look_for_group(const struct aws_call *call,
                                                           const char *arn);

#endif

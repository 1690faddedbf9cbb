/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARNs. Those of what the configuration file holds are made of names and priorities, so that
 * they stay over reloads and restarts; those of the API's objects end in their ids.
 */
#ifndef FAIRLEAD_CONTROL_AWS_AWS_ARN_H
#define FAIRLEAD_CONTROL_AWS_AWS_ARN_H

#include <stdbool.h>

#include "control/aws/aws_call.h"

/* New texts, to free(). */
char *aws_arn_of(const struct aws_call *call, const char *id); /* of an object of the API */
/* "listener-rule/app/a/b/c/NUMBER" below the ARN, which it takes, of ".../listener/app/a/b/c".
 */
char *aws_arn_id_below(char *parent, const char *kind, const char *number);
char *aws_arn_balancer(const struct aws_call *call, size_t index);
char *aws_arn_listener(const struct aws_call *call, const struct config_listener *listener);
char *aws_arn_rule(const struct aws_call *call, const struct config_listener *listener,
                   const struct config_rule *rule);
char *aws_arn_group(const struct aws_call *call, const char *name);
char *aws_arn_trust_store(const struct aws_call *call, const char *name);

/* Whether two name the same, whatever their regions and accounts; also of names. */
bool aws_arn_is_same(const char *one, const char *other);

/* The same as with aws_arn_rule's, which takes longer to make; and whether it can be one of the
 * listener's, whose number stands in the ARN of each of its rules. */
bool aws_arn_is_rule(const struct aws_call *call, const char *arn,
                     const struct config_listener *listener, const struct config_rule *rule);
bool aws_arn_may_be_below(const struct aws_call *call, const char *arn,
                          const struct config_listener *listener);

/* What an ARN of the input names; NULL, and the call has failed, where there is no such. */
bool aws_arn_find_balancer(struct aws_call *call, const char *arn, size_t *index);
const struct config_listener *aws_arn_find_listener(struct aws_call *call, const char *arn);
const struct config_target_group *aws_arn_find_group(struct aws_call *call, const char *arn);

/* A rule and the listener that it is of. */
struct aws_rule {
    const struct config_listener *listener;
    const struct config_rule *rule;
};

bool aws_arn_find_rule(struct aws_call *call, const char *arn, struct aws_rule *found);

/* The same where it is no mistake that there is none: as many as there are, or NULL. */
size_t aws_arn_look_for_balancer(const struct aws_call *call, const char *arn);
const struct config_target_group *aws_arn_look_for_group(const struct aws_call *call,
                                                         const char *arn);

#endif

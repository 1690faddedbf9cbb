/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates by ARN, which is the path of their file. A call can name what the configuration
 * names already, and what lies in certificates_dir; no other file of the machine.
 */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_CERTIFICATES_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_CERTIFICATES_H

#include <stdbool.h>

#include <jansson.h>

#include "control/aws/aws_call.h"
#include "control/objects/objects.h"

/* One that a call can name, as the settings that it is; NULL: it can not. */
json_t *elbv2_find_certificate(const struct config *config, const char *path);

/* The input's one certificate into a listener's settings, if any is given. False: the call has
 * failed. */
bool elbv2_put_default_certificate(struct aws_call *call, json_t *listener);

/* The input's into, or out of, what an object's listener has besides; answers of the calls. */
json_t *elbv2_add_certificates(struct aws_call *call, const struct object *object);
json_t *elbv2_remove_certificates(struct aws_call *call, const struct object *object);

#endif

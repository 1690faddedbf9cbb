/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/elbv2_extras.h"

#define NO "|false|"
#define YES_OR_NO "|true|false|"

const struct aws_extra elbv2_group_extras[] = {
    {"load_balancing.cross_zone.enabled", "|use_load_balancer_configuration|true|false|",
     "use_load_balancer_configuration"},
    {"target_group_health.dns_failover.minimum_healthy_targets.count", "|off|1..1000|", "1"},
    {"target_group_health.dns_failover.minimum_healthy_targets.percentage", "|off|1..100|",
     "off"},
    {NULL, NULL, NULL},
};

/* Logs are the file's: access_log and connection_log. */
const struct aws_extra elbv2_balancer_extras[] = {
    {"access_logs.s3.enabled", NO, "false"},
    {"access_logs.s3.bucket", "||", ""},
    {"access_logs.s3.prefix", "||", ""},
    {"connection_logs.s3.enabled", NO, "false"},
    {"connection_logs.s3.bucket", "||", ""},
    {"connection_logs.s3.prefix", "||", ""},
    {"health_check_logs.s3.enabled", NO, "false"},
    {"health_check_logs.s3.bucket", "||", ""},
    {"health_check_logs.s3.prefix", "||", ""},
    {ELBV2_DELETION_PROTECTION, YES_OR_NO, "false"},
    {"load_balancing.cross_zone.enabled", "|true|", "true"},
    {"waf.fail_open.enabled", YES_OR_NO, "false"},
    {"zonal_shift.config.enabled", YES_OR_NO, "false"},
    {NULL, NULL, NULL},
};

const struct aws_extra elbv2_listener_extras[] = {
    {NULL, NULL, NULL},
};

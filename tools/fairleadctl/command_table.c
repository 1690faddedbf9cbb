/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of commands.def, and the views that show their answers: which members of the
 * answer become which columns.
 */
#include "actions.h"
#include "certificate_words.h"
#include "command.h"
#include "complete.h"
#include "config_listing.h"
#include "key_words.h"
#include "keys.h"
#include "listener_words.h"
#include "listings.h"
#include "process_words.h"
#include "service_words.h"
#include "targets_screen.h"

#define VIEW(name, list, when_empty, ...)                                                      \
    static const struct view_column name##_columns[] = {__VA_ARGS__, {0}};                     \
    static const struct view name = {list, when_empty, name##_columns}

VIEW(balancers_view, "LoadBalancers", NULL,
     {.title = "NAME", .path = "LoadBalancerName", .kind = VIEW_TEXT},
     {.title = "LISTENERS", .path = "ListenerCount"},
     {.title = "ORIGIN", .path = "Origin", .kind = VIEW_TEXT});

VIEW(listeners_view, "Listeners", "no listeners are configured",
     {.title = "NAME", .path = "ListenerName", .kind = VIEW_TEXT},
     {.title = "PROTOCOL", .path = "Protocol"},
     {.title = "ADDRESS", .path = "Address|Unix", .kind = VIEW_TEXT},
     {.title = "PORT", .path = "Port"}, {.title = "RULES", .path = "RuleCount"},
     {.title = "SOURCES", .words = listener_sources_words, .kind = VIEW_TEXT},
     {.title = "LOAD BALANCER", .path = "LoadBalancerName", .kind = VIEW_TEXT, .is_wide = true},
     {.title = "ORIGIN", .path = "Origin", .kind = VIEW_TEXT, .is_wide = true});

VIEW(rules_view, "Rules", "no rules are configured",
     {.title = "LISTENER", .path = "ListenerName", .kind = VIEW_TEXT},
     {.title = "PRIORITY", .path = "Priority"},
     {.title = "ORIGIN", .path = "Origin", .kind = VIEW_TEXT, .is_wide = true},
     {.title = "CONDITIONS", .path = "ConditionsText", .kind = VIEW_TEXT},
     {.title = "ACTION", .path = "ActionText", .kind = VIEW_WRAP});

VIEW(groups_view, "TargetGroups", "no target groups are configured",
     {.title = "NAME", .path = "TargetGroupName", .kind = VIEW_TEXT},
     {.title = "VERSION", .path = "ProtocolVersion", .is_wide = true},
     {.title = "ALGORITHM", .path = "Algorithm", .is_wide = true},
     {.title = "CHECK", .words = group_check_words, .kind = VIEW_TEXT},
     {.title = "EVERY S", .path = "HealthCheckIntervalSeconds", .is_wide = true},
     {.title = "MATCHER", .path = "Matcher.HttpCode|Matcher.GrpcCode", .is_wide = true},
     {.title = "TARGETS", .path = "TargetCount"},
     {.title = "HEALTHY", .path = "HealthyTargetCount"},
     {.title = "HELD", .path = "HeldTargetCount", .kind = VIEW_COUNT},
     {.title = "REQ/S", .path = "RequestsPerSecond"},
     {.title = "5XX/S", .path = "Target5xxPerSecond"},
     {.title = "ORIGIN", .path = "Origin", .kind = VIEW_TEXT, .is_wide = true},
     {.title = "STATE", .words = group_trouble_words});

VIEW(services_view, "Services",
     "no services are configured: a target group then has the targets that it lists",
     {.title = "SERVICE", .path = "ServiceName", .kind = VIEW_TEXT},
     {.title = "TASKS", .words = service_tasks_words},
     {.title = "RUNS", .path = "TaskDefinition", .kind = VIEW_TEXT},
     {.title = "GROUP", .path = "TargetGroupName", .kind = VIEW_TEXT},
     {.title = "PORT", .path = "ContainerPort"},
     {.title = "CONTAINER NAME", .path = "ContainerName", .is_wide = true},
     {.title = "DEPLOYMENTS", .words = service_deployments_words, .is_wide = true},
     {.title = "STATE", .words = service_state_words, .kind = VIEW_WRAP});

VIEW(instances_view, "ContainerInstances",
     "no container instances are configured: container_instances says where tasks run",
     {.title = "INSTANCE", .path = "Ec2InstanceId", .kind = VIEW_TEXT},
     {.title = "CLUSTER", .path = "ClusterName", .kind = VIEW_TEXT},
     {.title = "ZONE", .path = "Zone", .kind = VIEW_TEXT},
     {.title = "STATUS", .words = instance_status_words},
     {.title = "TASKS", .path = "RunningTasksCount"},
     {.title = "PENDING", .path = "PendingTasksCount", .kind = VIEW_COUNT},
     {.title = "CPU LEFT", .words = instance_cpu_words},
     {.title = "MIB LEFT", .words = instance_memory_words},
     {.title = "ENGINE", .path = "Endpoint", .kind = VIEW_TEXT, .is_wide = true});

VIEW(tasks_view, "Tasks", "no provider reports a task",
     {.title = "TASK", .path = "Id", .kind = VIEW_ID},
     {.title = "NAME", .path = "Name", .kind = VIEW_TEXT},
     {.title = "SERVICE", .path = "Service", .kind = VIEW_TEXT},
     {.title = "STATUS", .path = "LastStatus"},
     {.title = "TARGET", .path = "TargetText", .kind = VIEW_TEXT},
     {.title = "PORTS", .path = "BindingsText", .kind = VIEW_TEXT},
     {.title = "SOURCE", .path = "Source", .is_wide = true},
     {.title = "CONTAINER NAME", .path = "ContainerName", .is_wide = true},
     {.title = "DESIRED", .path = "DesiredStatus", .is_wide = true},
     {.title = "HEALTH", .path = "HealthStatus", .is_wide = true},
     {.title = "ZONE", .path = "Zone", .is_wide = true});

VIEW(providers_view, "Providers", "no providers are configured",
     {.title = "PROVIDER", .path = "Name"},
     {.title = "SOURCE", .path = "Endpoint|Directory", .kind = VIEW_TEXT},
     {.title = "CONNECTED", .path = "Connected"}, {.title = "TASKS", .path = "TaskCount"},
     {.title = "AGE", .path = "SyncAgeSeconds", .kind = VIEW_SPAN},
     {.title = "MISSED", .path = "MissedEvents"},
     {.title = "LAST ERROR", .path = "LastError", .kind = VIEW_WRAP});

VIEW(problems_view, "Problems", "no problems", {.title = "SOURCE", .path = "Source"},
     {.title = "OBJECT", .path = "Object", .kind = VIEW_TEXT},
     {.title = "FOR", .path = "Since", .kind = VIEW_SINCE},
     {.title = "REASON", .path = "Reason", .kind = VIEW_WRAP});

VIEW(certificates_view, "Certificates",
     "there are no certificates: no listener has protocol = \"HTTPS\"",
     {.title = "NAMES", .words = certificate_names_words, .kind = VIEW_TEXT},
     {.title = "KEY", .path = "Key"}, {.title = "DAYS LEFT", .words = certificate_days_words},
     {.title = "NOT AFTER", .path = "NotAfter", .is_wide = true},
     {.title = "SERIAL", .path = "Serial", .is_wide = true},
     {.title = "LISTENERS", .words = certificate_listeners_words, .kind = VIEW_TEXT},
     {.title = "FILE", .path = "Certificate", .kind = VIEW_TEXT});

VIEW(trust_stores_view, "TrustStores",
     "there are no trust stores: mutual_authentication of a listener needs one to verify "
     "clients",
     {.title = "TRUST STORE", .path = "Name", .kind = VIEW_TEXT},
     {.title = "AUTHORITIES", .path = "NumberOfCaCertificates"},
     {.title = "DAYS LEFT", .words = certificate_days_words},
     {.title = "REVOKED", .path = "TotalRevokedEntries"},
     {.title = "NEXT LIST", .path = "NextUpdate"},
     {.title = "LISTENERS", .words = certificate_listeners_words, .kind = VIEW_TEXT},
     {.title = "FILE", .path = "CaCertificatesBundle", .kind = VIEW_TEXT, .is_wide = true});

VIEW(processes_view, "Processes", NULL, {.title = "ROLE", .words = process_role_words},
     {.title = "PID", .path = "Pid"}, {.title = "STATE", .path = "State"},
     {.title = "CPU", .words = process_cpu_words},
     {.title = "MEMORY", .words = process_memory_words},
     {.title = "GENERATION", .path = "AppliedGeneration"},
     {.title = "CONNECTIONS", .path = "Connections"},
     {.title = "RESTARTS", .path = "Restarts", .kind = VIEW_COUNT},
     {.title = "LAST END", .path = "LastEnd", .kind = VIEW_WRAP});

VIEW(workers_view, "Workers", NULL, {.title = "SLOT", .path = "Slot"},
     {.title = "PID", .path = "Pid"}, {.title = "STATE", .path = "State"},
     {.title = "GENERATION", .path = "AppliedGeneration"},
     {.title = "CONNECTIONS", .path = "Connections"}, {.title = "REQUESTS", .path = "Requests"},
     {.title = "RESTARTS", .path = "Restarts"},
     {.title = "LAST END", .path = "LastEnd", .kind = VIEW_WRAP});

VIEW(keys_view, "Keys", "there are no access keys; fairleadctl key create NAME makes one",
     {.title = "NAME", .path = "Name", .kind = VIEW_TEXT},
     {.title = "ID", .path = "AccessKeyId"},
     {.title = "READ ONLY", .path = "ReadOnly", .kind = VIEW_FLAG},
     {.title = "AGE", .path = "CreatedAt", .kind = VIEW_SINCE},
     {.title = "LAST USED", .words = key_use_words});

VIEW(explain_task_view, "Services", NULL,
     {.title = "SERVICE", .path = "ServiceName", .kind = VIEW_TEXT},
     {.title = "GROUP", .path = "TargetGroupName", .kind = VIEW_TEXT},
     {.title = "VERDICT", .path = "Text", .kind = VIEW_WRAP});

#define COMMAND(name, help, method, path, is_listing, view, action, ...)                       \
    {name, help, method, path, is_listing, view, action, {__VA_ARGS__}},

const struct command commands[] = {
#include "commands.def"
#undef COMMAND
    {0},
};

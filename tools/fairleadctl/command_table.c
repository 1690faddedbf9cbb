/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of commands.def, and the views that show their answers: which members of the
 * answer become which columns.
 */
#include "actions.h"
#include "command.h"

#define VIEW(name, list, ...)                                                                  \
    static const struct view_column name##_columns[] = {__VA_ARGS__, {NULL, NULL}};            \
    static const struct view name = {list, name##_columns}

VIEW(listeners_view, "Listeners", {"NAME", "ListenerName"}, {"PROTOCOL", "Protocol"},
     {"ADDRESS", "Address|Unix"}, {"PORT", "Port"}, {"RULES", "RuleCount"});

VIEW(rules_view, "Rules", {"LISTENER", "ListenerName"}, {"PRIORITY", "Priority"},
     {"CONDITIONS", "ConditionsText"}, {"ACTION", "ActionText"});

VIEW(groups_view, "TargetGroups", {"NAME", "TargetGroupName"}, {"ALGORITHM", "Algorithm"},
     {"CHECK", "HealthCheckPath"}, {"INTERVAL", "HealthCheckIntervalSeconds"},
     {"MATCHER", "Matcher.HttpCode"}, {"TARGETS", "TargetCount"},
     {"HEALTHY", "HealthyTargetCount"});

VIEW(targets_view, "TargetHealthDescriptions", {"GROUP", "TargetGroupName"},
     {"ADDRESS", "Target.Id"}, {"PORT", "Target.Port"}, {"ZONE", "Target.AvailabilityZone"},
     {"STATE", "TargetHealth.State"}, {"REASON", "TargetHealth.Reason"}, {"TASK", "Task"},
     {"CONTAINER", "ContainerName"}, {"IN FLIGHT", "InFlight"},
     {"DESCRIPTION", "TargetHealth.Description"});

VIEW(services_view, "Services", {"SERVICE", "ServiceName"}, {"GROUP", "TargetGroupName"},
     {"CONTAINER", "ContainerName"}, {"PORT", "ContainerPort"}, {"TASKS", "TaskCount"},
     {"RUNNING", "RunningCount"});

VIEW(tasks_view, "Tasks", {"TASK", "Id"}, {"NAME", "Name"}, {"SOURCE", "Source"},
     {"SERVICE", "Service"}, {"CONTAINER", "ContainerName"}, {"STATUS", "LastStatus"},
     {"DESIRED", "DesiredStatus"}, {"HEALTH", "HealthStatus"}, {"PORTS", "BindingsText"},
     {"ZONE", "Zone"});

VIEW(providers_view, "Providers", {"PROVIDER", "Name"}, {"SOURCE", "Endpoint|Directory"},
     {"CONNECTED", "Connected"}, {"TASKS", "TaskCount"}, {"AGE S", "SyncAgeSeconds"},
     {"MISSED", "MissedEvents"}, {"LAST ERROR", "LastError"});

VIEW(problems_view, "Problems", {"SOURCE", "Source"}, {"OBJECT", "Object"}, {"SINCE", "Since"},
     {"REASON", "Reason"});

VIEW(workers_view, "Workers", {"SLOT", "Slot"}, {"PID", "Pid"}, {"STATE", "State"},
     {"GENERATION", "AppliedGeneration"}, {"CONNECTIONS", "Connections"},
     {"REQUESTS", "Requests"}, {"RESTARTS", "Restarts"}, {"LAST END", "LastEnd"});

VIEW(events_view, "Events", {"TIME", "Time"}, {"WHAT", "Text"});

VIEW(explain_task_view, "Services", {"SERVICE", "ServiceName"}, {"GROUP", "TargetGroupName"},
     {"VERDICT", "Text"});

#define WORD(name, member)                                                                     \
    {                                                                                          \
        name, NULL, member, PARAMETER_WORD                                                     \
    }
#define MAYBE(name, member)                                                                    \
    {                                                                                          \
        name, NULL, member, PARAMETER_MAYBE                                                    \
    }
#define OPTION(name, value, member)                                                            \
    {                                                                                          \
        name, value, member, PARAMETER_OPTION                                                  \
    }
#define REPEATED(name, value, member)                                                          \
    {                                                                                          \
        name, value, member, PARAMETER_REPEATED                                                \
    }
#define FLAG(name, member)                                                                     \
    {                                                                                          \
        name, NULL, member, PARAMETER_FLAG                                                     \
    }

#define COMMAND(name, help, method, path, view, action, ...)                                   \
    {name, help, method, path, view, action, {__VA_ARGS__}},

const struct command commands[] = {
#include "commands.def"
    {0},
};

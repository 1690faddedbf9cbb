/*
 * The commands of commands.def, and the views that show their answers: which members of the
 * answer become which columns.
 */
#include "actions.h"
#include "command.h"

#define VIEW(name, list, ...)                                                                  \
    static const struct view_column name##_columns[] = {__VA_ARGS__, {NULL, NULL}};            \
    static const struct view name = {list, name##_columns}

VIEW(listeners_view, "Listeners", {"NAME", "Name|ListenerName"}, {"PROTOCOL", "Protocol"},
     {"ADDRESS", "Address|Unix"}, {"PORT", "Port"}, {"RULES", "RuleCount|Rules"});

VIEW(rules_view, "Rules", {"LISTENER", "Listener|ListenerName"}, {"PRIORITY", "Priority"},
     {"CONDITIONS", "ConditionsText|Conditions"}, {"ACTION", "ActionText|Actions"});

VIEW(groups_view, "TargetGroups", {"NAME", "TargetGroupName|Name"},
     {"ALGORITHM", "Algorithm|Attributes.load_balancing.algorithm.type"},
     {"CHECK", "HealthCheckPath"}, {"INTERVAL", "HealthCheckIntervalSeconds"},
     {"MATCHER", "Matcher.HttpCode"}, {"TARGETS", "TargetCount|Targets"},
     {"HEALTHY", "HealthyTargetCount|HealthyCount|Healthy"});

VIEW(targets_view, "TargetHealthDescriptions", {"GROUP", "TargetGroupName|TargetGroup"},
     {"ADDRESS", "Target.Id"}, {"PORT", "Target.Port"}, {"ZONE", "Target.AvailabilityZone"},
     {"STATE", "TargetHealth.State"}, {"REASON", "TargetHealth.Reason"},
     {"TASK", "Task|TaskId"}, {"CONTAINER", "ContainerName|Container"},
     {"IN FLIGHT", "InFlight"}, {"DESCRIPTION", "TargetHealth.Description"});

VIEW(services_view, "Services", {"SERVICE", "ServiceName|Name"},
     {"GROUP", "TargetGroupName|TargetGroup"}, {"CONTAINER", "ContainerName"},
     {"PORT", "ContainerPort"}, {"TASKS", "RunningCount|TaskCount|Tasks"});

VIEW(tasks_view, "Tasks", {"TASK", "Id|TaskId"}, {"NAME", "Name"}, {"SOURCE", "Source"},
     {"SERVICE", "Service|ServiceName"}, {"CONTAINER", "ContainerName"},
     {"STATUS", "LastStatus"}, {"DESIRED", "DesiredStatus"}, {"HEALTH", "HealthStatus"},
     {"PORTS", "BindingsText|Bindings.[].HostPort"}, {"ZONE", "Zone"});

VIEW(providers_view, "Providers", {"PROVIDER", "Name|Type"}, {"SOURCE", "Endpoint|Directory"},
     {"CONNECTED", "Connected"}, {"TASKS", "TaskCount|Tasks"},
     {"AGE", "SyncAgeSeconds|AgeSeconds"}, {"LAST ERROR", "LastError|Error"});

VIEW(problems_view, "Problems", {"SOURCE", "Source|Provider"}, {"OBJECT", "Object|Id"},
     {"SINCE", "Since|Time"}, {"REASON", "Reason|Message"});

VIEW(workers_view, "Workers", {"SLOT", "Slot"}, {"PID", "Pid"}, {"STATE", "State"},
     {"GENERATION", "Generation|AppliedGeneration"}, {"CONNECTIONS", "Connections"},
     {"REQUESTS", "Requests"}, {"RESTARTS", "Restarts"}, {"LAST END", "LastEnd"});

VIEW(events_view, "Events", {"TIME", "Time"}, {"WHAT", "Text|Message|Event"});

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

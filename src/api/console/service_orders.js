// SPDX-License-Identifier: Apache-2.0
/* What people can do with services that fairlead runs, and what follows from it. */
import {ecs, groupArn} from "./aws.js";
import {ask, field} from "./dialog.js";
import {quoted} from "./dom.js";
import {plural} from "./text.js";

const whole = {inputmode: "numeric", pattern: "[0-9]{1,5}", required: true};

/* "CLUSTER/NAME" as the API has it. */
function named({ClusterName, ServiceName}) {
  return {cluster: ClusterName, service: ServiceName.slice(ClusterName.length + 1)};
}

export function scale(service) {
  const wanted = field("How many tasks", {...whole, value: service.DesiredCount});
  const more = () => Number(wanted.value) - service.RunningCount;
  ask({
    title: `Scale ${service.ServiceName}`, verb: "Scale", fields: [wanted],
    line: () => `fairleadctl scale ${quoted(service.ServiceName)} ${quoted(wanted.value)}`,
    effects: () => [
      more() > 0 ? `${plural(more(), "task")} more: each takes requests once its checks pass.`
        : more() < 0 ? `${plural(-more(), "task")} less, from the fuller zone first: each is drained before it is stopped.` : "Nothing changes.",
      ...Number(wanted.value) === 0 ? [{warn: "Nobody answers for it then."}] : []],
    act: () => ecs("UpdateService", {...named(service), desiredCount: Number(wanted.value)}),
    done: () => `${service.ServiceName} is to have ${plural(Number(wanted.value), "task")}.`,
  });
}

export function deploy(service) {
  const definition = field("Task definition", {value: service.TaskDefinition, required: true},
    "FAMILY:REVISION, or a family for its newest; the same one again makes new tasks of it.");
  ask({
    title: `Deploy ${service.ServiceName} anew`, verb: "Deploy", fields: [definition],
    line: () => definition.value === service.TaskDefinition ? `fairleadctl roll ${quoted(service.ServiceName)}`
      : `aws ecs update-service --cluster ${quoted(service.ClusterName)} --service ${quoted(named(service).service)} --task-definition ${quoted(definition.value)}`,
    effects: () => [`${plural(service.RunningCount, "task")} of it ${service.RunningCount === 1 ? "is" : "are"} replaced, new ones first.`,
      "An old one is drained before it is stopped, when the new ones are healthy."],
    act: () => ecs("UpdateService", {...named(service), taskDefinition: definition.value, forceNewDeployment: true}),
    done: () => `${service.ServiceName} is being deployed.`,
  });
}

export function remove(service) {
  ask({
    title: `Delete ${service.ServiceName}?`, verb: "Delete", isGrave: true,
    line: () => `aws ecs delete-service --cluster ${quoted(service.ClusterName)} --service ${quoted(named(service).service)} --force`,
    effects: () => [`Its ${plural(service.RunningCount, "task")} ${service.RunningCount === 1 ? "is" : "are"} drained and stopped.`,
      {warn: "Nobody answers for it then; its definition and its group stay."}],
    act: () => ecs("DeleteService", {...named(service), force: true}), done: () => `${service.ServiceName} is being deleted.`,
  });
}

export function create() {
  const title = field("Name", {required: true, pattern: "[A-Za-z0-9_\\-]{1,255}"});
  const cluster = field("Cluster", {value: "default", required: true});
  const definition = field("Task definition", {required: true}, "Its family, for the newest revision, or FAMILY:REVISION.");
  const wanted = field("How many tasks", {...whole, value: "2"});
  const group = field("Target group, if its tasks take requests");
  const container = field("Container that takes them", {}, "Its name in the task definition.");
  const port = field("Its port", {inputmode: "numeric", pattern: "[0-9]{0,5}", value: "80"});
  const balancer = arn => [{targetGroupArn: arn, containerName: container.value, containerPort: Number(port.value)}];

  async function act() {
    const input = {cluster: cluster.value, serviceName: title.value, taskDefinition: definition.value, desiredCount: Number(wanted.value)};
    if (group.value)
      input.loadBalancers = balancer(await groupArn(group.value));
    return ecs("CreateService", input);
  }

  ask({
    title: "Create a service", verb: "Create", fields: [title, cluster, definition, wanted, group, container, port], act,
    line: () => `aws ecs create-service --cluster ${quoted(cluster.value)} --service-name ${quoted(title.value)} --task-definition ${quoted(definition.value)} ` +
      `--desired-count ${quoted(wanted.value)}` + (group.value && ` --load-balancers targetGroupArn=ARN,containerName=${quoted(container.value)},containerPort=${quoted(port.value)}`),
    effects: () => [`${plural(Number(wanted.value), "task")} of ${definition.value || "it"} start, spread over zones.`,
      group.value ? `They take requests of ${group.value} once its checks pass.` : "They take no requests from the balancer."],
    done: () => `${title.value} is created.`,
  });
}

// SPDX-License-Identifier: Apache-2.0
/* Services with their tasks, providers, containers that are no targets. */
import {roll, stop} from "./actions.js";
import {actions, groups, marks, numbers, texts} from "./columns.js";
import {button, command, h, panel, refill} from "./dom.js";
import {runLine} from "./lessons.js";
import {Loader} from "./loader.js";
import {ownServicePage, ownServiceTable} from "./page_own_service.js";
import {create} from "./service_orders.js";
import {Table} from "./table.js";
import {age, count, part, span} from "./text.js";

function titleOf(task) {
  return task.Name ?? task.Id.slice(0, 12);
}

function wordOf(task) {
  if (task.isGone || task.DesiredStatus === "STOPPED")
    return task.isGone ? "gone" : "stopping";
  return task.TargetCount ? "taken" : task.IsManaged ? "running" : "left out";
}

export function serviceColumns() {
  return [texts("Service", "ServiceName"), texts("Container", one => one.ContainerName ?? "any"), numbers("Port", "ContainerPort"),
    groups("Target group", "TargetGroupName"), numbers("Running", one => part(one.RunningCount, one.TaskCount))];
}

export function serviceKey({ServiceName, TargetGroupName, ContainerName, ContainerPort}) {
  return JSON.stringify([ServiceName, TargetGroupName, ContainerName, ContainerPort]);
}

function serviceTable(view) {
  const own = service => view.tasks.filter(task => task.Service === service.ServiceName && task.Image);
  return new Table({caption: "Services of the configuration", noun: "service", key: serviceKey, columns: [
    ...serviceColumns(), texts("Images", one => [...new Set(own(one).map(task => task.Image))].join(", ") || null),
    actions(one => own(one).some(task => view.engines.has(task.Source)) && ["Roll", () => roll(one.ServiceName, one.RunningCount)],
      one => one.ServiceName)],
    empty: "No service is configured: targets are registered by hand or by the configuration."});
}

function taskTable(view) {
  const zone = task => task.Zone;
  return new Table({caption: "Tasks", keepsGone: true, empty: "No provider reports a task.",
    key: task => [task.Source, task.Id, task.Generation].join("\n"), words: task => task.Id + " " + task.ContainerName, columns: [
      texts("Task", titleOf), marks("As a target", wordOf), texts("Service", "Service"), texts("Image", "Image"),
      texts("Ports", "BindingsText"), texts("Zone", zone, {isShown: tasks => tasks.some(zone)}),
      texts("Target", "TargetText", {kind: "name long"}),
      numbers("Up", task => Date.parse(task.StartedAt), time => age(time) || "–"),
      actions(task => task.DesiredStatus !== "STOPPED" && view.engines.has(task.Source) && ["Stop", () => stop(task)], titleOf)]});
}

function providerTable() {
  const trouble = one => one.LastError;
  return new Table({caption: "Providers", key: one => one.Name, columns: [
    texts("Provider", "Name"), marks("State", one => one.Connected ? "connected" : "away"),
    texts("Reads", one => one.Endpoint ?? one.Directory ?? "what is pushed"), numbers("Tasks", "TaskCount", count),
    numbers("Last in step", "SyncAgeSeconds", seconds => seconds === null ? "never" : span(seconds) + " ago"),
    numbers("Missed events", "MissedEvents", count),
    texts("Last error", trouble, {isShown: all => all.some(trouble), kind: "name long"})],
    empty: "No provider is configured, so fairlead hears of no container."});
}

export function servicesPage(shell, cluster, service) {
  if (service)
    return ownServicePage(shell, cluster, service);
  const own = ownServiceTable();
  const view = {tasks: [], engines: new Set()};
  const [services, tasks, providers] = [serviceTable(view), taskTable(view), providerTable()];
  const idle = new Table({caption: "Containers that are no targets", key: one => one.Source + one.Object,
    empty: "None: every container that fairlead hears of is a target.",
    columns: [texts("What", "Object"), texts("From", "Source"), texts("Why, and what to do", "Reason", {kind: "long"}),
      numbers("Since", one => Date.parse(one.Since), age)]});
  const lesson = h("div");

  const paths = ["/v1/services", "/v1/tasks", "/v1/problems", "/v1/providers"];
  const loader = new Loader(paths, ({Services, Tasks, Problems, Providers}) => {
    Object.assign(view, {tasks: Tasks, engines: new Set(Providers.filter(one => one.Type === "docker").map(one => one.Name))});
    own.update(Services.filter(one => one.ClusterName));
    services.update(Services.filter(one => !one.ClusterName));
    tasks.update(Tasks);
    idle.update(Problems);
    providers.update(Providers);
    const [service] = Problems.length ? Services.filter(one => !one.ClusterName) : [];
    refill(lesson, service, () => service && [h("p.hint", "A container with these labels is a target:"),
      command(runLine(service.ServiceName, service.ContainerName))]);
  }, {every: 3000});
  return {title: "Services and deploys", under: "A service says which port of which containers belongs to which target group.",
    loaders: [loader], content: [loader.node, panel(h("div.tools", button("Create a service", create)), own.node), panel(services.node),
      panel(h("div.tools", tasks.search("Find a task: name, image, service, address")), tasks.node),
      panel(idle.node, lesson), panel(providers.node)]};
}

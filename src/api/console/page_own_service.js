// SPDX-License-Identifier: Apache-2.0
/* One service that fairlead runs: how it fares, its deployments, its tasks and what it has told. */
import {groups, marks, meters, numbers, texts} from "./columns.js";
import {button, fill, groupLink, h, keep, name, panel, put, refill} from "./dom.js";
import {told} from "./dialog.js";
import {Loader} from "./loader.js";
import {deploy, remove, scale} from "./service_orders.js";
import {meter, showMeter, showState, stateMark} from "./states.js";
import {Table} from "./table.js";
import {age, moment} from "./text.js";

export function serviceWord(service) {
  if (service.Status !== "ACTIVE")
    return "stopping";
  if (service.RolloutState === "FAILED" || service.Trouble)
    return service.Trouble ? "no place" : "failed";
  return service.IsSteady ? "steady" : service.FailedTasks && !service.PendingCount ? "failing" : "deploying";
}

export function serviceMeter(service) {
  const all = Math.max(service.DesiredCount, service.RunningCount + service.PendingCount);
  return [all, service.RunningCount, service.PendingCount];
}

export function servicePath({ServiceName}) {
  return "#/services/" + ServiceName.split("/").map(encodeURIComponent).join("/");
}

function sentence(service) {
  const failed = service.FailedTasks ? ` ${service.FailedTasks} failed since this deployment began, the last one: ${service.LastFailure ?? "unhealthy"}` : "";
  if (service.Trouble)
    return service.Trouble.replace(/^was/, "It was");
  if (service.IsSteady)
    return "All its tasks run, and all are healthy.";
  return `${service.PendingCount} of its tasks are starting.${failed}`;
}

/* ARNs say nothing that the names in them do not. */
export function eventText({Message}) {
  return Message.replace(/^\(service [^)]*\) /, "").replace(/arn:\S*?:targetgroup\/([^/]*)\/[0-9a-f]*/g, "$1");
}

function deploymentTable() {
  return new Table({caption: "Deployments", key: one => one.Id, isNewestFirst: true, empty: "None.", columns: [
    texts("Task definition", "TaskDefinition"), marks("State", one => one.RolloutState.toLowerCase().replace("_", " ")),
    texts("Is", one => one.Status === "PRIMARY" ? "what is wanted" : "being replaced"), numbers("Running", "RunningCount"),
    numbers("Starting", "PendingCount"), numbers("Since", one => Date.parse(one.CreatedAt), age),
    texts("Why", "RolloutStateReason", {kind: "name long"})]});
}

function taskTable() {
  return new Table({caption: "Tasks", keepsGone: true, key: task => task.Id + task.Generation, empty: "None runs.", columns: [
    texts("Task", task => task.Name ?? task.Id.slice(0, 12)),
    marks("State", task => task.isGone ? "gone" : task.DesiredStatus === "STOPPED" ? "stopping" : "running"),
    texts("Zone", "Zone"), texts("Ports", "BindingsText"), texts("Target", "TargetText", {kind: "name long"}), texts("Image", "Image"),
    numbers("Up", task => Date.parse(task.StartedAt), time => age(time) || "–")]});
}

export function ownServicePage(shell, cluster, title) {
  const whole = `${cluster}/${title}`;
  const [deployments, tasks] = [deploymentTable(), taskTable()];
  const state = stateMark("initial");
  const [bar, says, buttons, missing, facts] = [meter(), h("p.under"), h("div.buttons.left"), h("div"), h("p")];
  const events = h("ol.events");

  const loader = new Loader(["/v1/services", "/v1/tasks"], ({Services, Tasks}) => {
    const service = Services.find(one => one.ServiceName === whole);
    refill(missing, Boolean(service), () => service ? [] : told("warn", "alarm", "Fairlead runs no service of this name any more."));
    buttons.hidden = !service;
    if (!service)
      return;
    showState(state, serviceWord(service));
    showMeter(bar, ...serviceMeter(service));
    put(says, sentence(service));
    buttons.service = service;
    refill(facts, [service.TargetGroupName, service.ContainerName, service.ContainerPort], () => service.TargetGroupName &&
      ["Takes requests of ", groupLink(service.TargetGroupName), " at ", name(`${service.ContainerName}:${service.ContainerPort}`), "."]);
    deployments.update(service.Deployments);
    tasks.update(Tasks.filter(task => task.Service === whole));
    keep(events, service.Events, event => event.Id, event => h("li", h("time", {title: event.Time}, moment(event.Time)), h("span.kind", "service"),
      h("span", name(eventText(event)))));
  }, {every: 1000});
  const press = act => () => act(buttons.service);
  fill(buttons, button("Scale", press(scale), "primary"), button("Deploy", press(deploy)), button("Delete", press(remove)));
  return {title: whole, loaders: [loader],
    head: [h("p.crumbs", h("a", {href: "#/services"}, "Services")), h("div.title", h("h1", name(whole)), state, bar), says],
    content: [loader.node, missing, facts, buttons, panel(deployments.node), panel(tasks.node), panel(h("h2", "What it told"), events)]};
}

export function ownServiceTable() {
  return new Table({caption: "Services that fairlead runs", key: one => one.ServiceName,
    tone: one => ["no place", "failed", "failing"].includes(serviceWord(one)) ? "bad" : "plain",
    empty: "None. Create one here, or with aws ecs create-service.", columns: [
      {title: "Service", kind: "name", order: one => one.ServiceName,
        show: (cell, one) => cell.firstChild ?? cell.append(h("a", {href: servicePath(one)}, name(one.ServiceName)))},
      marks("State", serviceWord), meters("Tasks", serviceMeter), texts("Runs", "TaskDefinition"),
      {...groups("Target group", "TargetGroupName"), show(cell, one) {
        refill(cell, one.TargetGroupName, () => one.TargetGroupName ? groupLink(one.TargetGroupName) : "–");
      }},
      texts("Told last", one => one.LastFailure ?? (one.Events[0] && eventText(one.Events[0])), {kind: "name long"})]});
}

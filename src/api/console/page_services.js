// SPDX-License-Identifier: Apache-2.0
/* What runs: services with their tasks, providers, and containers that are no targets. */
import {get} from "./api.js";
import {roll, stop} from "./actions.js";
import {actions, groups, marks, numbers, texts} from "./columns.js";
import {command, h, keep, name, panel, plain, put, refill} from "./dom.js";
import {runLine} from "./lessons.js";
import {Loader} from "./loader.js";
import {searchField, Table} from "./table.js";
import {age, count, part, span} from "./text.js";

const MOST_REASONS = 50;

function titleOf(task) {
  return task.Name ?? task.Id.slice(0, 12);
}

function keyOf(task) {
  return [task.Source, task.Id, task.Generation].join("\n");
}

function wordOf(task) {
  if (task.isGone || task.DesiredStatus === "STOPPED")
    return task.isGone ? "gone" : "stopping";
  return task.TargetCount ? "taken" : "left out";
}

function serviceTable(view) {
  const own = service => view.tasks.filter(task => task.Service === service.ServiceName && task.Image);
  return new Table({caption: "Services", noun: "service", key: one => [one.ServiceName, one.TargetGroupName, one.ContainerPort].join("\n"), words: one => one.ServiceName,
    empty: "No service is configured: targets are registered by hand or by the configuration.", columns: [
      texts("Service", one => one.ServiceName, {kind: "wide"}), texts("Container", one => one.ContainerName ?? "any"), numbers("Port", one => one.ContainerPort), groups("Target group", one => one.TargetGroupName),
      numbers("Running", one => part(one.RunningCount, one.TaskCount)), texts("Images", one => [...new Set(own(one).map(task => task.Image))].join(", ") || null),
      actions(one => own(one).some(task => view.engines.has(task.Source)) && ["Roll", () => roll(one.ServiceName, one.RunningCount)], one => one.ServiceName)]});
}

function taskTable(view) {
  return new Table({caption: "Tasks", noun: "task", key: keyOf, keepsGone: true, empty: "No provider reports a task.",
    words: task => [task.Name, task.Id, task.Service, task.ContainerName, task.Image, task.Zone, task.TargetText, wordOf(task)].join(" "), columns: [
      texts("Task", titleOf, {kind: "wide"}), marks("As a target", wordOf), texts("Service", task => task.Service), texts("Image", task => task.Image), texts("Ports", task => task.BindingsText),
      texts("Zone", task => task.Zone, {isShown: tasks => tasks.some(task => task.Zone)}), texts("Target", task => task.TargetText), numbers("Up", task => task.StartedAt, time => age(time) || "–"),
      actions(task => task.DesiredStatus !== "STOPPED" && view.engines.has(task.Source) && ["Stop", () => stop(task)], titleOf)]});
}

function providerTable() {
  return new Table({caption: "Providers", noun: "provider", key: one => one.Name, words: one => one.Name, empty: "No provider is configured, so fairlead hears of no container.", columns: [
    texts("Provider", one => one.Name, {kind: "wide"}), marks("State", one => one.Connected ? "connected" : "away"), texts("Reads", one => one.Endpoint ?? one.Directory ?? "what is pushed"), numbers("Tasks", one => one.TaskCount, count),
    numbers("In step for", one => one.SyncAgeSeconds, age_ => age_ === null ? "never" : span(age_)), numbers("Missed events", one => one.MissedEvents, count), texts("Last error", one => one.LastError, {isShown: all => all.some(one => one.LastError)})]});
}

/* Why a task is no target, asked for once; and the label to add where that helps. */
function adviceFor(view, task) {
  const key = keyOf(task);
  if (!view.reasons.has(key)) {
    view.reasons.set(key, null);
    get("/v1/explain-task?id=" + encodeURIComponent(task.Id)).then(answer => {
      view.reasons.set(key, answer);
      view.showIdle();
    }, () => view.reasons.delete(key));
  }
  const answer = view.reasons.get(key);
  const near = answer?.Services.find(one => !/names another service/.test(one.Text));
  if (!answer || near || !answer.IsEligible)
    return {text: !answer ? "…" : near ? `${near.ServiceName}: ${near.Text}` : answer.Text};
  const [service] = view.services;
  return {text: (task.Service ? `its service is ${task.Service}, and none of that name is configured. ` : "it names no service. ") + (service ? "Configure one, or start it with the label of one that is:" : "Configure one."),
          line: service && runLine(service.ServiceName, service.ContainerName)};
}

function idleRow({title, source}) {
  const words = h("span");
  const line = h("div");
  const row = h("li", null, h("p", null, name(title, {class: "strong"}), " ", h("span.note", null, plain(source)), ": ", words), line);
  row.show = item => {
    put(words, plain(item.text));
    refill(line, item.line, item.line && command(item.line));
  };
  return row;
}

export function servicesPage() {
  const view = {tasks: [], services: [], problems: [], engines: new Set(), reasons: new Map(), showIdle};
  const [services, tasks, providers] = [serviceTable(view), taskTable(view), providerTable()];
  const idle = h("ul.plain");
  const note = h("p.note");

  function showIdle() {
    const told = view.problems.map(problem => problem.Object);
    const left = view.tasks.filter(task => wordOf(task) === "left out" && !told.some(title => title.startsWith(`task ${titleOf(task)} (`)));
    const items = [...view.problems.map(({Source, Object: title, Reason}) => ({key: Source + title, title, source: Source, text: Reason})),
                   ...left.slice(0, MOST_REASONS).map(task => ({key: keyOf(task), title: titleOf(task), source: task.Source, ...adviceFor(view, task)}))];
    keep(idle, items, item => item.key, idleRow, (row, item) => row.show(item));
    put(note, items.length === 0 ? "None: every container that fairlead hears of is a target." : left.length > MOST_REASONS ? `And ${left.length - MOST_REASONS} more.` : "");
  }

  const loader = new Loader(() => Promise.all(["services", "tasks", "problems", "providers"].map(what => get("/v1/" + what))), ([{Services}, {Tasks}, {Problems}, {Providers}]) => {
    Object.assign(view, {services: Services, tasks: Tasks, problems: Problems, engines: new Set(Providers.filter(one => one.Type === "docker").map(one => one.Name))});
    services.update(Services);
    tasks.update(Tasks);
    providers.update(Providers);
    showIdle();
  }, {every: 3000});
  return {
    title: "Services",
    node: h("div", null, h("h1", null, "Services and deploys"), h("p.under", null, "A service says which port of which containers belongs to which target group."), loader.node, panel(null, services.node),
            panel(null, h("div.tools", null, searchField("Find a task: name, image, service, address", words => tasks.find(words))), tasks.node), panel("Containers that are no targets", idle, note), panel(null, providers.node)),
    back: () => loader.load(), close: () => loader.close(),
  };
}

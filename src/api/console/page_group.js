// SPDX-License-Identifier: Apache-2.0
/* A target group: its targets, its check, its attributes, its graphs, and who uses it. */
import {get} from "./api.js";
import {deregister, drain, ready, register} from "./actions.js";
import {actions, marks, numbers, openers, texts} from "./columns.js";
import {button, facts, fill, h, name, panel, plain, put, refill} from "./dom.js";
import {emptyGroup} from "./lessons.js";
import {Loader} from "./loader.js";
import {monitor} from "./page_overview.js";
import {settingTable, WHY_KEY} from "./settings.js";
import {checkWords, groupWord, meter, showMeter, showState, stateMark, stateText, targetWord, toneOf, urgencyOf, whyOf} from "./states.js";
import {choice, searchField, Table} from "./table.js";
import {address, age, count, milliseconds, moment, part, plural, rate} from "./text.js";

/* Checks go on without a new generation: what they met is read again this often. */
const REFRESH_MS = 15000;

function checkText({HealthCheckEnabled, HealthCheckPath, HealthCheckIntervalSeconds}) {
  return HealthCheckEnabled ? `GET ${HealthCheckPath} every ${HealthCheckIntervalSeconds} s` : "no health check";
}

function taskWords({TaskName, ContainerName, Task}) {
  return TaskName ?? ContainerName ?? Task?.slice(0, 12);
}

/* What stands under an opened row. */
function detail(view, target) {
  const node = h("div");
  node.update = item => refill(node, item, () => {
    const [sentence, next] = whyOf(item);
    const last = item.TargetHealth.LastCheck;
    return [h("p.strong", null, plain(sentence)), next && h("p", null, "Next: " + next), facts([
      ["Last check", last && `${last.Result}, in ${milliseconds(last.LatencyMicroseconds / 1000)}, at ${moment(last.Time)}`], ["In this state since", moment(item.Since)],
      ["Reason", item.TargetHealth.Reason], ["Came by", item.Origin], ["Service", item.Service && name(item.Service)], ["Container", item.ContainerName && name(item.ContainerName)],
      ["Task", item.Task && name(item.Task)], ["Zone", item.Target.AvailabilityZone && name(item.Target.AvailabilityZone)], ["Check's port", item.HealthCheckPort],
      ["Open connections", count(item.OpenConnections)], ["Requests so far", count(item.Requests)]]),
      item.isGone || h("div.buttons.left", null, button("Deregister", () => deregister(view, target)))];
  });
  node.update(target);
  return node;
}

function targetColumns(view) {
  const rates = target => view.rates.get(target.TargetId);
  return [
    openers("Target", target => address(target.Target)), marks("State", targetWord), numbers("Since", target => target.Since, age), texts("Last check", checkWords, {kind: "name long"}),
    numbers("Req/s", target => rates(target)?.RequestsPerSecond, rate), numbers("5xx/s", target => rates(target)?.Errors5xxPerSecond, rate),
    numbers("p95", target => rates(target)?.P95, milliseconds, {isShown: () => [...view.rates.values()].some(row => "P95" in row)}),
    numbers("In flight", target => rates(target)?.InFlight ?? target.InFlight, count),
    texts("Zone", target => target.Target.AvailabilityZone, {isShown: all => all.some(target => target.Target.AvailabilityZone)}),
    texts("Task", taskWords, {isShown: all => all.some(taskWords)}),
    actions(target => {
      const word = targetWord(target);
      return word === "held" ? ["Ready", () => ready(view, target)] : word !== "draining" && ["Drain", () => drain(view, target)];
    }, target => address(target.Target))];
}

function targetsTab(view) {
  const empty = h("div");
  const table = new Table({caption: "Targets", noun: "target", key: target => target.TargetId, columns: targetColumns(view), keepsGone: true, empty: "There is no target in this group.",
    details: target => detail(view, target), tone: target => toneOf(targetWord(target)), urgency: target => urgencyOf(targetWord(target)),
    words: target => [address(target.Target), targetWord(target), target.Target.AvailabilityZone, target.TaskName, target.ContainerName, target.Task, checkWords(target)].join(" ")});
  const states = choice("State", [], word => table.only(target => !word || targetWord(target) === word));
  const tools = h("div.tools", null, searchField("Find a target: address, task, zone, state", words => table.find(words)), states, button("Register a target", () => register(view)));
  return {node: h("div", null, tools, panel(null, table.node, empty)), update() {
    const counts = new Map();
    for (const target of view.all)
      counts.set(targetWord(target), (counts.get(targetWord(target)) ?? 0) + 1);
    states.offer([["", `All states (${count(view.all.length)})`], ...[...counts].sort().map(([word, number]) => [word, `${stateText(word)} (${count(number)})`])]);
    table.update(view.all);
    if (view.all.length)
      fill(empty);
    else if (!empty.firstChild)
      get("/v1/services").then(({Services}) => fill(empty, emptyGroup(view.group, Services)), () => {});
  }};
}

function checkTab(view) {
  const settings = h("div");
  const met = h("ul.plain");
  return {node: h("div.columns", null, panel("How targets are checked", settings), panel("What the last checks met", met)), update() {
    const {set} = view;
    refill(settings, set, () => set.HealthCheckEnabled ? facts([
      ["Request", name("GET " + set.HealthCheckPath)], ["Host", set.HealthCheckHost && name(set.HealthCheckHost)], ["Port", set.HealthCheckPort === "traffic-port" ? "the one that takes traffic" : set.HealthCheckPort],
      ["Every", `${set.HealthCheckIntervalSeconds} s`], ["Answer within", `${set.HealthCheckTimeoutSeconds} s`], ["Healthy codes", set.Matcher?.HttpCode],
      ["Healthy after", plural(set.HealthyThresholdCount, "pass", "passes") + " in a row"], ["Unhealthy after", plural(set.UnhealthyThresholdCount, "failure") + " in a row"]])
      : h("p", null, "This group has no health check: every registered target gets requests. Set health_check.enabled to have them checked."));
    const results = new Map();
    for (const {Target, TargetHealth} of view.all) {
      const result = TargetHealth.LastCheck?.Result ?? "not checked yet";
      results.set(result, [...results.get(result) ?? [], address(Target)]);
    }
    const rows = [...results].sort((a, b) => b[1].length - a[1].length);
    refill(met, rows, () => rows.length ? rows.map(([result, places]) => h("li", null, h("b", null, count(places.length) + " × "), plain(result), h("span.note", null, " ", places.slice(0, 3).join(", "),
      places.length > 3 ? ` and ${places.length - 3} more` : ""))) : h("li", null, "There is no target to check."));
  }};
}

function attributesTab(view) {
  const table = new Table({caption: "Attributes in force", noun: "attribute", key: row => row[0], words: row => row.join(" "), columns: [texts("Attribute", row => row[0], {kind: "wide"}), texts("Value", row => row[1])]});
  const more = h("div");
  const loader = new Loader(() => get("/v1/configuration"), answer => {
    table.node.hidden = true;
    fill(more, settingTable(answer, view.group).node);
  }, {why: "With a key this tab also shows each default, and the file and line where a value is set. " + WHY_KEY});
  return {node: h("div", null, panel(null, table.node, more), loader.node), update: () => table.update(Object.entries(view.set.Attributes ?? {})), close: () => loader.close()};
}

function monitoringTab(view) {
  const graphs = monitor(view.group);
  return {...graphs, update() {}, overview: (data, row) => graphs.add(data.Time, row)};
}

/* What a rule sends to a group, in percent; null: nothing. */
export function shareOf(rule, group) {
  const all = rule.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  const own = all.find(one => one.TargetGroupName === group);
  return own ? Math.round(own.Weight / (all.reduce((sum, one) => sum + one.Weight, 0) || 1) * 100) : null;
}

function usedTab(view) {
  const rules = new Table({caption: "Rules that forward to it", noun: "rule", key: rule => rule.ListenerName + rule.Priority, words: rule => rule.ConditionsText, empty: "No rule forwards to this group, so it gets no requests.",
    columns: [texts("Listener", rule => rule.ListenerName), texts("Priority", rule => rule.Priority), texts("Takes requests where", rule => rule.ConditionsText, {kind: "wide"}), numbers("Share", rule => shareOf(rule, view.group) + " %")]});
  const services = new Table({caption: "Services whose tasks are its targets", noun: "service", key: one => one.ServiceName + one.ContainerPort, words: one => one.ServiceName, empty: "No service: its targets are registered by hand or by the configuration.",
    columns: [texts("Service", one => one.ServiceName, {kind: "wide"}), texts("Container", one => one.ContainerName ?? "any"), numbers("Port", one => one.ContainerPort), numbers("Running", one => part(one.RunningCount, one.TaskCount))]});
  const loader = new Loader(() => Promise.all([get("/v1/rules"), get("/v1/services")]), ([{Rules}, {Services}]) => {
    rules.update(Rules.filter(rule => shareOf(rule, view.group) !== null));
    services.update(Services.filter(one => one.TargetGroupName === view.group));
  });
  return {node: h("div", null, loader.node, panel(null, rules.node), panel(null, services.node)), update() {}, close: () => loader.close()};
}

const tabs = {targets: ["Targets", targetsTab], check: ["Health check", checkTab], attributes: ["Attributes", attributesTab], monitoring: ["Monitoring", monitoringTab], used: ["Used by", usedTab]};

export function groupPage(shell, group, tab = "targets") {
  const view = {group, set: null, all: [], rates: new Map()};
  const path = "/v1/target-groups/" + encodeURIComponent(group) + "/targets";
  const state = stateMark("initial");
  const under = h("p.under");
  const bar = meter();
  const made = (tabs[tab] ?? tabs.targets)[1](view);
  const links = Object.entries(tabs).map(([id, [text]]) => h("a", {href: `#/groups/${encodeURIComponent(group)}/${id}`, "aria-current": id === tab && "page"}, text));

  function showHead(row) {
    if (!view.set)
      return;
    showState(state, row?.State ?? groupWord(view.set));
    showMeter(bar, row?.Targets ?? view.set.TargetCount, row?.Healthy ?? view.set.HealthyTargetCount, view.set.HeldTargetCount);
    put(under, `${plain(view.set.Algorithm)}; ${plain(checkText(view.set))}` + (row ? `; ${rate(row.RequestsPerSecond)} requests/s, ${rate(row.Errors5xxPerSecond)} 5xx/s, p95 ${milliseconds(row.P95)}` : ""));
  }

  const loader = new Loader(() => Promise.all([get("/v1/target-groups"), get(path)]), ([{TargetGroups}, {TargetHealthDescriptions}]) => {
    view.set = TargetGroups.find(one => one.TargetGroupName === group);
    view.all = TargetHealthDescriptions;
    showHead(shell.overview?.Groups.find(row => row.Name === group));
    made.update();
  }, {every: REFRESH_MS});

  return {
    title: group, topics: ["group:" + group],
    node: h("div", null, h("p.crumbs", null, h("a", {href: "#/groups"}, "Target groups")), h("div.title", null, h("h1", null, name(group)), state, bar), under,
            h("nav.tabs", {"aria-label": "Parts of this group"}, links), loader.node, made.node),
    overview(data) {
      const row = data.Groups.find(one => one.Name === group);
      showHead(row);
      made.overview?.(data, row);
    },
    group(told, {Targets, Rates}) {
      view.all = Targets ?? view.all;
      Rates?.forEach(row => view.rates.set(row.TargetId, row));
      if (view.set)
        made.update();
    },
    back() { loader.load(); made.back?.(); },
    close() { loader.close(); made.close?.(); },
  };
}

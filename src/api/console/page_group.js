// SPDX-License-Identifier: Apache-2.0
/* A target group: its targets, its check, its attributes, its graphs, and who uses it. */
import {deregister, drain, ready, register} from "./actions.js";
import {get, withQuery} from "./api.js";
import {actions, marks, numbers, openers, texts} from "./columns.js";
import {told} from "./dialog.js";
import {button, facts, fill, groupPath, h, name, panel, plain, put, refill} from "./dom.js";
import {Monitor} from "./graph.js";
import {emptyGroup} from "./lessons.js";
import {Loader} from "./loader.js";
import {originParts} from "./origin.js";
import {settingTable, WHY_KEY} from "./page_configuration.js";
import {serviceColumns, serviceKey} from "./page_services.js";
import {
  checkWords, groupWord, meter, showMeter, showState, stateMark, stateText, targetWord, toneOf, whyOf,
} from "./states.js";
import {choice, Table} from "./table.js";
import {address, age, count, milliseconds, moment, plural, rate} from "./text.js";

const REFRESH_MS = 15000; /* of settings; targets come by the stream */

/* What stands under an opened row. */
function detail(view, target) {
  const node = h("div");
  node.update = item => refill(node, item, () => {
    const [sentence, next] = whyOf(item);
    const last = item.TargetHealth.LastCheck;
    return [h("p.strong", plain(sentence)), next && h("p", "Next: " + next), facts([
      ["Last check", last && `${last.Result}, in ${milliseconds(last.LatencyMicroseconds / 1000)}, at ${moment(last.Time)}`],
      ["In this state since", moment(item.Since)], ["Reason", item.TargetHealth.Reason], ["Came by", item.Origin],
      ["Service", item.Service], ["Container", item.ContainerName], ["Task", item.Task], ["Check's port", item.HealthCheckPort],
      ["Open connections", count(item.OpenConnections)], ["Requests so far", count(item.Requests)]]),
      item.isGone || h("div.buttons.left", button("Deregister", () => deregister(view, target)))];
  });
  node.update(target);
  return node;
}

function taskWords({TaskName, Task}) {
  return TaskName ?? Task?.slice(0, 12);
}

function targetColumns(view) {
  const rates = target => view.rates.get(target.TargetId);
  const zone = target => target.Target.AvailabilityZone;
  const place = target => address(target.Target);
  return [
    openers("Target", place), marks("State", targetWord), numbers("Since", target => Date.parse(target.Since), age),
    texts("Last check", checkWords, {kind: "name long"}),
    numbers("Req/s", target => rates(target)?.RequestsPerSecond, rate),
    numbers("5xx/s", target => rates(target)?.Errors5xxPerSecond, rate),
    numbers("p95", target => rates(target)?.P95, milliseconds),
    numbers("In flight", target => (rates(target) ?? target).InFlight, count),
    texts("Zone", zone, {isShown: all => all.some(zone)}), texts("Task", taskWords, {isShown: all => all.some(taskWords)}),
    actions(target => {
      const word = targetWord(target);
      return word === "held" ? ["Ready", () => ready(view, target)] : word !== "draining" && ["Drain", () => drain(view, target)];
    }, place)];
}

function targetsTab(view) {
  const empty = h("div");
  const table = new Table({caption: "Targets", key: target => target.TargetId, columns: targetColumns(view), keepsGone: true,
    details: target => detail(view, target), tone: target => toneOf(targetWord(target)),
    words: target => target.ContainerName + " " + target.Task});
  const states = choice("State", [], word => table.only(target => !word || targetWord(target) === word));
  const tools = h("div.tools", table.search("Find a target: address, task, zone, state"), states,
    button("Register a target", () => register(view)));
  return {content: [tools, panel(table.node, empty)], update() {
    const words = view.all.map(targetWord);
    const counts = [...new Set(words)].sort()
      .map(word => [word, `${stateText(word)} (${words.filter(one => one === word).length})`]);
    states.offer([["", `All states (${words.length})`], ...counts]);
    table.update(view.all);
    if (words.length)
      fill(empty);
    else if (!empty.firstChild)
      get("/v1/services").then(({Services}) => fill(empty, emptyGroup(view.group, Services)), () => {});
  }};
}

function checkFacts(set) {
  return set.HealthCheckEnabled ? facts([
    ["Request", "GET " + set.HealthCheckPath], ["Host", set.HealthCheckHost],
    ["Port", set.HealthCheckPort === "traffic-port" ? "the one that takes traffic" : set.HealthCheckPort],
    ["Every", `${set.HealthCheckIntervalSeconds} s`], ["Answer within", `${set.HealthCheckTimeoutSeconds} s`],
    ["Healthy codes", set.Matcher?.HttpCode],
    ["Healthy after", `${set.HealthyThresholdCount} passed in a row`], ["Unhealthy after", `${set.UnhealthyThresholdCount} failed in a row`]])
    : h("p", "This group has no health check: every registered target gets requests. Set health_check.enabled to have them checked.");
}

function checkTab(view) {
  const settings = h("div");
  const met = h("ul.plain");
  const content = h("div.graphs", panel(h("h2", "How targets are checked"), settings), panel(h("h2", "What the last checks met"), met));
  return {content, update() {
    refill(settings, view.set, () => checkFacts(view.set));
    const results = new Map();
    for (const {Target, TargetHealth} of view.all) {
      const result = TargetHealth.LastCheck?.Result ?? "not checked yet";
      results.set(result, [...results.get(result) ?? [], address(Target)]);
    }
    const rows = [...results].sort((a, b) => b[1].length - a[1].length);
    refill(met, rows, () => rows.map(([result, places]) => h("li", h("b", count(places.length) + " × "), plain(result),
      h("span.note", " ", places.slice(0, 3).join(", "), places.length > 3 && ` and ${places.length - 3} more`))));
  }};
}

function attributesTab(view) {
  const table = new Table({caption: "Attributes", key: row => row[0], columns: [
    texts("Attribute", row => row[0]), texts("Value", row => row[1])]});
  const all = panel(table.node);
  const path = "target_groups." + view.group;
  const loader = new Loader([withQuery("/v1/configuration", {path})], answer => fill(all, settingTable(answer, path + ".").node),
    {why: "With a key this tab also shows each default, and the file and line where a value is set. " + WHY_KEY});
  return {content: [all, loader.node], loaders: [loader], update: () => table.update(Object.entries(view.set.Attributes ?? {}))};
}

function monitoringTab(view) {
  const monitor = new Monitor(view.group);
  return {content: monitor.node, loaders: [monitor.loader], update() {}, overview: (data, row) => monitor.add(data.Time, row)};
}

/* What a rule sends to a group, in percent; null: nothing. */
export function shareOf(rule, group) {
  const all = rule.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  const own = all.find(one => one.TargetGroupName === group);
  return own ? Math.round(own.Weight / (all.reduce((sum, one) => sum + one.Weight, 0) || 1) * 100) : null;
}

function usedTab(view) {
  const rules = new Table({caption: "Rules that forward to it", noun: "rule", key: rule => rule.ListenerName + rule.Priority,
    empty: "No rule forwards to this group, so it gets no requests.", columns: [
      texts("Listener", "ListenerName"), texts("Priority", "Priority"), texts("Takes requests where", "ConditionsText", {kind: "name wide"}),
      numbers("Share", rule => shareOf(rule, view.group) + " %")]});
  const services = new Table({caption: "Services whose tasks are its targets", key: serviceKey, columns: serviceColumns(),
    empty: "No service: its targets are registered by hand or by the configuration."});
  const loader = new Loader(["/v1/rules", "/v1/services"], ({Rules, Services}) => {
    rules.update(Rules.filter(rule => shareOf(rule, view.group) !== null));
    services.update(Services.filter(one => one.TargetGroupName === view.group));
  });
  return {content: [loader.node, panel(rules.node), panel(services.node)], loaders: [loader], update() {}};
}

const tabs = {
  targets: ["Targets", targetsTab], check: ["Health check", checkTab], attributes: ["Attributes", attributesTab],
  monitoring: ["Monitoring", monitoringTab], used: ["Used by", usedTab],
};

export function groupPage(shell, group, tab = "targets") {
  if (shell.view?.group !== group)
    shell.view = {group, set: null, all: null, rates: new Map()};
  const {view} = shell; /* what is known of it stays from tab to tab */
  const missing = h("div");
  const state = stateMark("initial");
  const under = h("p.under");
  const bar = meter();
  const origin = h("div.origins");
  const made = (tabs[tab] ?? tabs.targets)[1](view);
  const links = Object.entries(tabs).map(([id, [text]]) => h("a", {href: groupPath(group, "/" + id),
    "aria-current": id === tab && "page"}, text));

  function update() {
    if (view.set && view.all)
      made.update();
  }

  function showHead(row) {
    const {set} = view;
    if (!set)
      return;
    showState(state, row?.State ?? groupWord(set));
    showMeter(bar, row?.Targets ?? set.TargetCount, row?.Healthy ?? set.HealthyTargetCount, set.HeldTargetCount);
    const check = set.HealthCheckEnabled ? `${set.ProtocolVersion === "GRPC" ? "calls" : "GET"} ${plain(set.HealthCheckPath)} every ${set.HealthCheckIntervalSeconds} s` : "no health check";
    const version = set.ProtocolVersion === "HTTP1" ? "" : `${set.ProtocolVersion}; `;
    put(under, `${version}${set.Algorithm}; ${check}` + (row ? `; ${rate(row.RequestsPerSecond)} requests/s, ${rate(row.Errors5xxPerSecond)} 5xx/s, p95 ${milliseconds(row.P95)}` : ""));
  }

  const loader = new Loader(["/v1/target-groups"], ({TargetGroups}) => {
    view.set = TargetGroups.find(one => one.TargetGroupName === group);
    refill(missing, !view.set, () => !view.set && told("bad", "alarm", "There is no target group of this name."));
    refill(origin, [view.set?.Origin, view.set?.IsOfApi, view.set?.TargetCount], () => view.set && originParts("target-group", group, view.set,
      {after: () => loader.load(), more: view.set.TargetCount > 0 ? [{warn: `It has ${plural(view.set.TargetCount, "target")}.`}] : []}));
    showHead(shell.overview?.Groups.find(row => row.Name === group));
    update();
  }, {every: REFRESH_MS});

  return {
    title: group, topics: ["group:" + group], loaders: [loader, ...made.loaders ?? []],
    head: [h("p.crumbs", h("a", {href: "#/groups"}, "Target groups")), h("div.title", h("h1", name(group)), state, bar), under, origin],
    content: [h("nav.tabs", {"aria-label": "Parts of this group"}, links), loader.node, missing, made.content],
    overview(data) {
      const row = data.Groups.find(one => one.Name === group);
      showHead(row);
      update();
      made.overview?.(data, row);
    },
    group(about, {Targets, Rates}) {
      if (about !== group)
        return;
      Rates?.forEach(row => view.rates.set(row.TargetId, row));
      if (!Targets)
        return;
      view.all = Targets;
      update();
    },
  };
}

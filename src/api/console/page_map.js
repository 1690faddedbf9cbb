// SPDX-License-Identifier: Apache-2.0
/* Listener, rule, group, targets, with how often each rule was met. */
import {get} from "./api.js";
import {numbers, texts} from "./columns.js";
import {errorText} from "./dialog.js";
import {button, fill, groupLink, h, keep, name, panel, plain, put, refill} from "./dom.js";
import {Loader} from "./loader.js";
import {createObject} from "./object_orders.js";
import {originParts, originText} from "./origin.js";
import {shareOf} from "./page_group.js";
import {meter, meterParts, showMeter, showState, stateMark, targetWord, toneOf} from "./states.js";
import {choice, holds, searchField, Table, tellCounts} from "./table.js";
import {address, count, plural, rate} from "./text.js";

const MOST_TARGETS = 60;
const REFRESH_MS = 30000; /* of what nobody tells */
const SOON_MS = 500; /* a change is told when it is asked for */

function keyOf(rule) {
  return rule.ListenerName + "\n" + rule.Priority;
}

/* What a row is made of: another one is another row. */
function contentOf({ListenerName, Priority, ConditionsText, ActionText, Actions, Origin}) {
  return JSON.stringify([ListenerName, Priority, ConditionsText, ActionText, Actions, Origin]);
}

function groupsOf(rule) {
  return (rule.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []).map(one => one.TargetGroupName);
}

function targetList(group, targets) {
  const more = targets.length - MOST_TARGETS;
  return [
    h("ul.targets", targets.slice(0, MOST_TARGETS).map(target =>
      h("li", stateMark(targetWord(target)), " ", name(address(target.Target)), " ", h("span.note", plain(target.TaskName))))),
    h("p", more > 0 ? `And ${more} more: ` : targets.length ? "All of " : "No targets: see ", groupLink(group))];
}

/* One group of a rule: how it does, and its targets when it is opened. */
function groupNode(view, rule, group) {
  const inner = h("div");
  const mark = stateMark("unused");
  const bar = meter();
  const share = shareOf(rule, group);
  const load = () => get(`/v1/target-groups/${encodeURIComponent(group)}/targets`).then(
    answer => fill(inner, targetList(group, answer.TargetHealthDescriptions)), error => fill(inner, errorText(error)));
  const node = h("details.node", {ontoggle: () => node.open && load()},
    h("summary", h("b", name(group)), share < 100 && h("span.note", share + " %"), mark, bar), inner);

  node.refresh = () => {
    const row = view.groups.get(group);
    if (!row)
      return;
    showState(mark, row.State);
    showMeter(bar, ...meterParts(row));
  };
  return node;
}

function makeRule(view, rule) {
  const nodes = groupsOf(rule).map(group => groupNode(view, rule, group));
  const hits = h("span.number");
  const bar = h("i");
  const title = `${rule.ListenerName}/${rule.Priority}`;
  const node = h("li.rule", h("span.priority", rule.Priority),
    h("div", name(rule.IsDefault ? "any other request" : rule.ConditionsText),
      !rule.IsDefault && h("div.origins", originParts("rule", title, rule, {after: view.load, isShort: true}))),
    h("div.hits", hits, h("span.bar", {"aria-hidden": "true"}, bar)), h("span.arrow", {"aria-hidden": "true"}, "→"),
    h("div.goes", nodes.length ? nodes : h("div.node", name(rule.ActionText))));
  node.refresh = most => {
    nodes.forEach(one => one.refresh());
    const hit = view.hits.get(keyOf(rule));
    put(hits, hit ? `${rate(hit.RequestsPerSecond)}/s · ${count(hit.Requests)}` : "");
    bar.style.width = hit && most ? `${Math.ceil(hit.RequestsPerSecond / most * 100)}%` : "0";
  };
  return node;
}

/* A listener with those of its rules that were asked for. */
function makeListener(view, listener) {
  const {ListenerName, LoadBalancerName, Protocol, Unix, Address, Port, RuleCount} = listener;
  const note = h("p.note");
  const rules = h("ol");
  const place = name(Unix ?? address({Id: Address, Port}));
  const heads = ["Priority", "Takes requests where", "Req/s · so far", "", "Goes to"].map(text => h("span", text));
  const more = RuleCount > 1 ? [{warn: `${plural(RuleCount - 1, "rule")} of it ${RuleCount === 2 ? "goes" : "go"} with it.`}] : [];
  const node = panel(h("h2", "Listener ", name(ListenerName), " ", h("span.note", Protocol + " ", place, " of ", name(LoadBalancerName))),
    h("div.origins", originParts("listener", ListenerName, listener, {after: view.load, more}),
      button("Create a rule", () => createObject("rule", view.load, ListenerName), "small")),
    h("div.rule.heads", {"aria-hidden": "true"}, heads), rules, note);
  node.refresh = ({found, all}) => {
    const shown = found.slice(0, view.most);
    const most = Math.max(0, ...shown.map(rule => view.hits.get(keyOf(rule))?.RequestsPerSecond ?? 0));
    keep(rules, shown, contentOf, rule => makeRule(view, rule), row => row.refresh(most));
    tellCounts(note, found.length, shown.length, all, view);
  };
  return node;
}

function balancerTable(after) {
  return new Table({caption: "Load balancers", key: one => one.LoadBalancerName, columns: [
    texts("Load balancer", "LoadBalancerName"), numbers("Listeners", "ListenerCount", count),
    {title: "Origin", kind: "long", order: originText, show: (cell, one) =>
      refill(cell, one, () => h("div.origins", originParts("load-balancer", one.LoadBalancerName, one, {after})))}]});
}

export function mapPage() {
  const balancers = balancerTable(() => loader.load());
  const view = {load: () => loader.load(), groups: new Map(), hits: new Map(), listeners: [], rules: [], terms: [], kind: "", most: 100, noun: "rule", show};
  const list = h("div");
  const kinds = {
    hit: rule => view.hits.get(keyOf(rule))?.RequestsPerSecond > 0, never: rule => !view.hits.get(keyOf(rule))?.Requests,
    ill: rule => groupsOf(rule).some(group => /bad|warn/.test(toneOf(view.groups.get(group)?.State))),
  };

  function fits(rule) {
    const words = [rule.Priority, rule.ListenerName, rule.ConditionsText, rule.ActionText].join(" ");
    return (kinds[view.kind]?.(rule) ?? true) && holds(words, view.terms);
  }

  function show() {
    const rows = view.listeners.map(listener => {
      const own = view.rules.filter(rule => rule.ListenerName === listener.ListenerName);
      return {listener, all: own.length, found: own.filter(fits)};
    });
    keep(list, rows, row => JSON.stringify(row.listener), row => makeListener(view, row.listener), (node, row) => node.refresh(row));
  }

  const hits = new Loader(["/v1/rule-hits"], ({Rules}) => {
    view.hits = new Map(Rules.map(hit => [keyOf(hit), hit]));
    show();
  }, {every: 3000});
  const loader = new Loader(["/v1/listeners", "/v1/rules", "/v1/load-balancers"], ({Listeners, Rules, LoadBalancers}) => {
    Object.assign(view, {listeners: Listeners, rules: Rules});
    show();
    balancers.update(LoadBalancers);
  }, {every: REFRESH_MS});
  return {
    title: "Map", under: "Rules are asked from the top; the first that fits decides. Open a group to see its targets.",
    loaders: [loader, hits], topics: ["events"],
    content: [h("div.tools", searchField("Find a rule: path, host, priority, group", terms => { view.terms = terms; show(); }),
      choice("Which rules", [["", "All rules"], ["hit", "Met now"], ["never", "Never met"], ["ill", "Group needs you"]],
        kind => { view.kind = kind; show(); }), button("Create a listener", () => createObject("listener", view.load))), loader.node, list,
    panel(h("div.tools", button("Create a load balancer", () => createObject("load-balancer", view.load))), balancers.node)],
    overview(data) {
      view.groups = new Map(data.Groups.map(row => [row.Name, row]));
      show();
    },
    event: event => ["configuration", "key"].includes(event.Kind) && setTimeout(() => loader.load(), SOON_MS),
  };
}

// SPDX-License-Identifier: Apache-2.0
/* How requests go: listener, rule, group, targets, with how often each rule was met. */
import {get} from "./api.js";
import {fill, groupLink, h, keep, name, plain, put} from "./dom.js";
import {Loader} from "./loader.js";
import {shareOf} from "./page_group.js";
import {groupWord, meter, showMeter, showState, stateMark, targetWord} from "./states.js";
import {choice, holds, searchField, tellCounts} from "./table.js";
import {address, count, rate} from "./text.js";

const MOST_TARGETS = 60;
const ILL = ["empty", "fails open", "degraded"];

function keyOf(rule) {
  return rule.ListenerName + "\n" + rule.Priority;
}

function groupsOf(rule) {
  return (rule.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []).map(one => one.TargetGroupName);
}

function placeOf({Unix, Address, Port}) {
  return Unix ?? address({Id: Address, Port});
}

function targetList(group, targets) {
  const more = targets.length - MOST_TARGETS;
  return [h("ul.targets", null, targets.slice(0, MOST_TARGETS).map(target => h("li", null, stateMark(targetWord(target)), " ", name(address(target.Target)), " ",
    h("span.note", null, plain(target.TaskName ?? ""))))), h("p", null, more > 0 ? `And ${more} more: ` : targets.length ? "All of " : "No targets: see ", groupLink(group))];
}

/* One group of a rule: how it does, and its targets when it is opened. */
function groupNode(view, rule, group) {
  const inner = h("div");
  const mark = stateMark("unused");
  const bar = meter();
  const share = shareOf(rule, group);
  const node = h("details.node", {ontoggle: () => node.open && load()}, h("summary", null, name(group, {class: "strong"}), share < 100 && h("span.note", null, share + " %"), mark, bar), inner);

  async function load() {
    try {
      fill(inner, targetList(group, (await get(`/v1/target-groups/${encodeURIComponent(group)}/targets`)).TargetHealthDescriptions));
    } catch (error) {
      fill(inner, h("p.note", null, error.message));
    }
  }

  node.refresh = () => {
    const known = view.groups.get(group);
    if (!known)
      return;
    showState(mark, groupWord(known));
    showMeter(bar, known.TargetCount, known.HealthyTargetCount, known.HeldTargetCount);
  };
  return node;
}

function makeRule(view, rule) {
  const nodes = groupsOf(rule).map(group => groupNode(view, rule, group));
  const hits = h("span.numbers");
  const bar = h("i");
  const node = h("li.rule", null, h("span.priority", {title: "Priority: lower ones are asked first"}, rule.Priority), h("div.condition", null, name(rule.IsDefault ? "any other request" : rule.ConditionsText)),
                 h("div.hits", null, hits, h("span.bar", {"aria-hidden": "true"}, bar)), h("span.arrow", {"aria-hidden": "true"}, "→"),
                 h("div.goes", null, nodes.length ? nodes : h("div.node", null, name(rule.ActionText))));
  node.refresh = most => {
    nodes.forEach(one => one.refresh());
    const hit = view.hits.get(keyOf(rule));
    put(hits, hit ? `${rate(hit.RequestsPerSecond)}/s · ${count(hit.Requests)}` : "");
    hits.title = "requests per second, and so far";
    bar.style.width = hit && most ? `${Math.ceil(hit.RequestsPerSecond / most * 100)}%` : "0";
  };
  return node;
}

/* A listener with those of its rules that were asked for. */
function makeListener(view, listener) {
  const note = h("p.note");
  const rules = h("ol.rules");
  const node = h("section.panel", null, h("h2", null, "Listener ", name(listener.ListenerName), " ", h("span.note", null, `${listener.Protocol} `, name(placeOf(listener)))), 
    h("div.rule.heads", {"aria-hidden": "true"}, ["Priority", "Takes requests where", "Requests/s · so far", "", "Goes to"].map(text => h("span", null, text))), rules, note);
  node.refresh = ({found, all}) => {
    const shown = found.slice(0, view.most);
    const most = Math.max(0, ...shown.map(rule => view.hits.get(keyOf(rule))?.RequestsPerSecond ?? 0));
    keep(rules, shown, keyOf, rule => makeRule(view, rule), row => row.refresh(most));
    tellCounts(note, found.length, shown.length, all, view);
  };
  return node;
}

export function mapPage() {
  const view = {groups: new Map(), hits: new Map(), listeners: [], rules: [], terms: [], kind: "", most: 100, noun: "rule", show};
  const list = h("div");
  const kinds = {
    hit: rule => view.hits.get(keyOf(rule))?.RequestsPerSecond > 0, never: rule => !view.hits.get(keyOf(rule))?.Requests,
    ill: rule => groupsOf(rule).some(group => ILL.includes(groupWord(view.groups.get(group) ?? {}))),
  };

  function show() {
    const rows = view.listeners.map(listener => {
      const own = view.rules.filter(rule => rule.ListenerName === listener.ListenerName);
      return {listener, all: own.length, found: own.filter(rule => holds([rule.Priority, rule.ListenerName, rule.ConditionsText, rule.ActionText].join(" "), view.terms) && (kinds[view.kind]?.(rule) ?? true))};
    });
    keep(list, rows, row => row.listener.ListenerName, row => makeListener(view, row.listener), (node, row) => node.refresh(row));
  }

  const hits = new Loader(() => get("/v1/rule-hits"), ({Rules}) => {
    view.hits = new Map(Rules.map(hit => [keyOf(hit), hit]));
    show();
  }, {every: 3000});
  const loader = new Loader(() => Promise.all([get("/v1/listeners"), get("/v1/rules"), get("/v1/target-groups")]), ([{Listeners}, {Rules}, {TargetGroups}]) => {
    Object.assign(view, {listeners: Listeners, rules: Rules, groups: new Map(TargetGroups.map(group => [group.TargetGroupName, group]))});
    show();
  });
  let generation;
  return {
    title: "Map",
    node: h("div", null, h("h1", null, "Map"), h("p.under", null, "Rules are asked from the top; the first that fits decides. Open a group to see its targets."),
            h("div.tools", null, searchField("Find a rule: path, host, priority, group", words => { view.terms = words.toLowerCase().split(/\s+/).filter(Boolean); show(); }),
              choice("Which rules", [["", "All rules"], ["hit", "Met now"], ["never", "Never met"], ["ill", "Group needs you"]], kind => { view.kind = kind; show(); })), loader.node, list),
    overview(data) {
      if (generation !== undefined && data.Generation !== generation)
        loader.load();
      generation = data.Generation;
    },
    back: () => loader.load(),
    close() { hits.close(); loader.close(); },
  };
}


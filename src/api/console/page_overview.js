// SPDX-License-Identifier: Apache-2.0
/* One sentence, what needs somebody, graphs, groups; and the list of all groups. */
import {groups, marks, meters, numbers, texts} from "./columns.js";
import {button, command, groupPath, h, keep, panel, plain, put, refill} from "./dom.js";
import {Monitor} from "./graph.js";
import {emptyLessons} from "./lessons.js";
import {Loader} from "./loader.js";
import {createObject} from "./object_orders.js";
import {originText} from "./origin.js";
import {EventList} from "./page_events.js";
import {meterParts, sign} from "./states.js";
import {Table} from "./table.js";
import {age, count, milliseconds, plural, rate} from "./text.js";

const MOST_OF_GROUP = 3;

const places = {provider: "services", problem: "services", configuration: "configuration", process: "processes"};

function placeOf({TargetGroupName, Kind}) {
  return TargetGroupName ? groupPath(TargetGroupName) : "#/" + (places[Kind] ?? "events");
}

function toneOfNeed({Kind}) {
  return Kind === "problem" || Kind === "target" ? "warn" : "bad";
}

/* Of targets of one group the first stand for all. */
function folded(needs) {
  const counts = new Map();
  const shown = needs.filter(({Kind, TargetGroupName: group}) => {
    counts.set(group, (counts.get(group) ?? 0) + (Kind === "target"));
    return Kind !== "target" || counts.get(group) <= MOST_OF_GROUP;
  });
  const rest = [...counts].filter(([, number]) => number > MOST_OF_GROUP).map(([group, number]) => (
    {Kind: "target", TargetGroupName: group, Text: `${plural(number - MOST_OF_GROUP, "more target")} of ${group}`}));
  return [...shown, ...rest];
}

function needRow(need) {
  const text = h("a", {href: placeOf(need)});
  const next = h("p");
  const line = h("div");
  const row = h("li", sign(toneOfNeed(need), "alarm"), h("div", h("p", text), next, line));
  row.show = ({Text, Since, Next, Command}) => {
    put(text, plain(Text));
    put(next, [Since && `Since ${age(Since)}.`, Next && "Next: " + plain(Next)].filter(Boolean).join(" "));
    refill(line, Command, () => Command && command(Command));
  };
  return row;
}

/* Rows of the overview; more: columns besides. */
function groupTable(most, ...more) {
  return new Table({caption: "Target groups", most, key: row => row.Name, empty: "There is no target group yet.", columns: [
    groups("Group", "Name"), marks("State", "State"),
    meters("Healthy", meterParts), numbers("Req/s", "RequestsPerSecond", rate), numbers("5xx/s", "Errors5xxPerSecond", rate),
    numbers("Own 5xx/s", "OwnErrors5xxPerSecond", rate),
    numbers("p50", "P50", milliseconds), numbers("p95", "P95", milliseconds), numbers("p99", "P99", milliseconds),
    numbers("In flight", "InFlight", count), numbers("Waiting", "Held", count), ...more]});
}

export function overviewPage() {
  const title = h("h1", "Asking fairlead how it does…");
  const under = h("p.under");
  const tone = h("div.big");
  const lessons = h("div");
  const needs = h("ul.needs");
  const needsNote = h("p.note");
  const graphs = new Monitor();
  const table = groupTable(40);
  const tables = panel(table.node);
  const recent = new EventList(8);

  function overview({Time, Sentence, Generation, Needs, Groups, Totals}) {
    const worst = Needs.some(need => toneOfNeed(need) === "bad") ? "bad" : Needs.length ? "warn" : "good";
    put(title, plain(Sentence));
    refill(tone, worst, () => sign(worst, worst === "good" ? "check" : "alarm"));
    put(under, `${rate(Totals.RequestsPerSecond)} requests/s, ${plural(Totals.Connections, "connection")}, ` +
      `${plural(Totals.InFlight, "request")} in flight, generation ${Generation}`);
    keep(needs, folded(Needs), need => [need.Kind, need.Object, need.TargetGroupName].join("\n"), needRow,
      (row, need) => row.show(need));
    put(needsNote, Needs.length === 0 ? "Nothing." : "");
    graphs.add(Time, Totals);
    table.update(Groups);
    tables.hidden = Groups.length === 0;
    refill(lessons, [Groups.length, Totals.Targets].map(Boolean), () => Totals.Targets === 0 && emptyLessons(Groups.length > 0));
  }

  return {
    title: "Overview", topics: ["events"], overview, event: event => recent.came(event), loaders: [graphs.loader, recent.loader],
    head: h("div.sentence", tone, h("div", title, under)),
    content: [lessons, panel(h("h2", "Needs you"), needs, needsNote), graphs.node, tables,
      panel(h("h2", "What happened last"), recent.node, h("p", h("a", {href: "#/events"}, "All events")))],
  };
}

export function groupsPage() {
  const origins = new Map();
  const table = groupTable(200, texts("Origin", row => origins.has(row.Name) ? originText(origins.get(row.Name), true) : null, {kind: "name long"}));
  let asked;
  const loader = new Loader(["/v1/target-groups"], ({TargetGroups}) => {
    origins.clear();
    TargetGroups.forEach(one => origins.set(one.TargetGroupName, one));
    table.show();
  });

  /* Who is not known has just been made, or made anew. */
  function overview({Groups}) {
    const names = Groups.map(row => row.Name).sort().join();
    if (asked !== undefined && asked !== names)
      loader.load();
    asked = names;
    table.update(Groups);
  }

  return {title: "Target groups", under: "A rule forwards to a group; the group chooses one of its healthy targets.",
    overview, loaders: [loader],
    content: [h("div.tools", table.search("Find a group: name, state, origin"),
      button("Create a target group", () => createObject("target-group", () => loader.load()))), loader.node, panel(table.node)]};
}

// SPDX-License-Identifier: Apache-2.0
/* One sentence, what needs somebody, the last 15 minutes, the groups; and the list of all groups. */
import {get, withQuery} from "./api.js";
import {groups, marks, meters, numbers} from "./columns.js";
import {command, fill, h, keep, panel, plain, put, refill} from "./dom.js";
import {EventList} from "./event_list.js";
import {Graph, Graphs} from "./graph.js";
import {emptyLessons} from "./lessons.js";
import {Loader} from "./loader.js";
import {sign} from "./states.js";
import {searchField, Table} from "./table.js";
import {age, count, milliseconds, plural, rate} from "./text.js";

const MOST_NEEDS = 12;

/* The graphs of a group, or of all, and what fills them. */
export function monitor(group) {
  const perSecond = value => rate(value) + "/s";
  const graphs = new Graphs([
    new Graph("Requests", {RequestsPerSecond: "requests"}, perSecond),
    new Graph("Errors", {Target5xx: "targets' 5xx", Own5xx: "own 5xx"}, perSecond),
    new Graph("Response time", {P50: "p50", P95: "p95", P99: "p99"}, milliseconds),
    new Graph("Connections", {Connections: "connections"}, count)].slice(0, group ? 3 : 4));
  const loader = new Loader(() => get(withQuery("/v1/history", {seconds: 900, group})), answer => graphs.begin(answer));
  return {node: panel("The last 15 minutes", loader.node, graphs.node), add: (time, row) => graphs.add(time, row), back: () => loader.load(), close: () => loader.close()};
}

const places = {provider: "services", problem: "services", configuration: "configuration", process: "processes"};

function placeOf(need) {
  return "#/" + (need.TargetGroupName ? "groups/" + encodeURIComponent(need.TargetGroupName) : places[need.Kind] ?? "events");
}

function toneOfNeed(need) {
  return need.Kind === "problem" || need.Kind === "target" ? "warn" : "bad";
}

function needRow(need) {
  const text = h("a", {href: placeOf(need)});
  const since = h("span.note");
  const next = h("p");
  const line = h("div");
  const row = h("li", null, sign(toneOfNeed(need), "alarm"), h("div", null, h("p", null, text, " ", since), next, line));
  row.show = ({Text, Since, Next, Command}) => {
    put(text, plain(Text));
    put(since, Since ? `since ${age(Since)}` : "");
    put(next, Next ? "Next: " + plain(Next) : "");
    refill(line, Command, Command && command(Command));
  };
  return row;
}

/* Rows of the overview. */
function groupTable(most) {
  const number = (title, id, write) => numbers(title, row => row[id], write);
  return new Table({caption: "Target groups", noun: "group", most, key: row => row.Name, words: row => `${row.Name} ${row.State}`, empty: "There is no target group yet.", columns: [
    groups("Group", row => row.Name, {kind: "wide"}), marks("State", row => row.State), meters("Healthy", row => [row.Targets, row.Healthy]),
    number("Req/s", "RequestsPerSecond", rate), number("5xx/s", "Errors5xxPerSecond", rate), number("Own 5xx/s", "OwnErrors5xxPerSecond", rate),
    number("p50", "P50", milliseconds), number("p95", "P95", milliseconds), number("p99", "P99", milliseconds), number("In flight", "InFlight", count), number("Waiting", "Held", count)]});
}

export function overviewPage() {
  const title = h("h1", null, "Asking fairlead how it does…");
  const under = h("p.under");
  const tone = h("div");
  const lessons = h("div");
  const needs = h("ul.needs");
  const needsNote = h("p.note");
  const graphs = monitor();
  const table = groupTable(40);
  const tables = panel(null, table.node);
  const recent = new EventList(8);

  function overview({Time, Sentence, Generation, Needs, Groups, Totals}) {
    const worst = Needs.some(need => toneOfNeed(need) === "bad") ? "bad" : Needs.length ? "warn" : "good";
    put(title, plain(Sentence));
    refill(tone, worst, sign(worst, worst === "good" ? "check" : "alarm", null, "big"));
    put(under, `${rate(Totals.RequestsPerSecond)} requests/s, ${plural(Totals.Connections, "connection")}, ${plural(Totals.InFlight, "request")} in flight, generation ${Generation}`);
    keep(needs, Needs.slice(0, MOST_NEEDS), need => [need.Kind, need.Object, need.TargetGroupName].join("\n"), needRow, (row, need) => row.show(need));
    put(needsNote, Needs.length === 0 ? "Nothing does: groups have healthy targets, providers answer, nothing is left out." : Needs.length > MOST_NEEDS ? `And ${Needs.length - MOST_NEEDS} more.` : "");
    graphs.add(Time, Totals);
    table.update(Groups);
    tables.hidden = Groups.length === 0;
    refill(lessons, [Groups.length === 0, Totals.Targets === 0], () => Totals.Targets === 0 && emptyLessons(Groups.length > 0));
  }

  return {title: "Overview", topics: ["events"], overview, event: event => recent.came(event),
          node: h("div", null, h("div.sentence", null, tone, h("div", null, title, under)), lessons, panel("Needs you", needs, needsNote), graphs.node, tables,
                  panel("What happened last", recent.node, h("p", null, h("a", {href: "#/events"}, "All events")))),
          back() { graphs.back(); recent.back(); }, close() { graphs.close(); recent.close(); }};
}

export function groupsPage() {
  const table = groupTable(200);
  const waiting = h("p.note", null, "Loading…");
  return {title: "Target groups", node: h("div", null, h("h1", null, "Target groups"), h("p.under", null, "A rule forwards to a group; the group chooses one of its healthy targets."),
          h("div.tools", null, searchField("Find a group: name, state", words => table.find(words))), panel(null, waiting, table.node)),
          overview(data) { fill(waiting); table.update(data.Groups); }};
}

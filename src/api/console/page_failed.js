// SPDX-License-Identifier: Apache-2.0
/* Answers that fairlead made itself because something failed. */
import {numbers, openers, texts} from "./columns.js";
import {facts, groupLink, h, panel, plain} from "./dom.js";
import {Loader} from "./loader.js";
import {Table} from "./table.js";
import {milliseconds, moment} from "./text.js";

/* What to look at, by the end's word. */
const advice = {
  no_targets: "The group's page tells how to add a target.",
  connect_failed: "The group's page tells what checks of its targets meet.",
  connect_timeout: "See whether the target's machine is up and a firewall lets fairlead through.",
  target_timeout: "The application took longer than timeouts.target_response_seconds: see its log at that time.",
  target_closed: "The application closed the connection before it answered: it may have ended or restarted.",
  target_truncated: "See the application's log at that time: it ended its answer in the middle.",
  held_too_long: "See the last deploy: no target became ready in time while the request waited.",
  loop: "Find the target or rule that sends requests here again.",
};

function detail({Split = {}, Reason, ReasonText, Method, Host, Url, Client, Listener, Rule, TargetGroup, Target, TraceId}) {
  return h("div", h("p.strong", plain(ReasonText ?? Reason)), advice[Reason] && h("p", "Next: " + advice[Reason]), facts([
    ["Request", `${Method} ${Url}`], ["Host", Host], ["Client", Client], ["Listener and rule", Listener && `${Listener}, rule ${Rule ?? "–"}`],
    ["Target group", TargetGroup && groupLink(TargetGroup)], ["Target", Target],
    ["Waited for a target", milliseconds(Split.Queue)], ["Connect", milliseconds(Split.Connect)],
    ["First byte", milliseconds(Split.FirstByte)], ["Total", milliseconds(Split.Total)],
    ["End", Reason], ["Trace id", TraceId]]));
}

export function failedPage() {
  const table = new Table({caption: "Failed requests", key: row => row.Time + row.Client + row.Url, details: detail, isNewestFirst: true,
    empty: "None yet. Here stand answers that fairlead had to make itself: no target, no answer in time, a refused request.",
    words: row => row.Host + " " + row.TraceId, columns: [
      openers("Time", row => moment(row.Time)), numbers("Code", "Code"), texts("Why", row => row.ReasonText ?? row.Reason),
      texts("Request", row => `${row.Method} ${row.Url}`, {kind: "name wide"}),
      texts("Group", "TargetGroup"), texts("Target", "Target"), texts("Rule", "Rule"), texts("Client", "Client"),
      numbers("Total", row => row.Split?.Total, milliseconds)]});
  const shown = h("div", {hidden: true}, h("div.tools", table.search("Find a request: code, URL, client, trace id, reason")),
    panel(table.node));
  const loader = new Loader(["/v1/failed-requests"], ({FailedRequests}) => {
    shown.hidden = false;
    table.update(FailedRequests);
  }, {every: 3000, why: "Failed requests hold addresses of clients and URLs, so reading them needs an access key."});
  return {title: "Failed requests", under: "The last 500 answers that fairlead made itself, newest first.", loaders: [loader],
    content: [loader.node, shown]};
}

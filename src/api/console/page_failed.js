// SPDX-License-Identifier: Apache-2.0
/* Answers that fairlead made itself because something failed, newest first. */
import {get} from "./api.js";
import {numbers, openers, texts} from "./columns.js";
import {facts, groupLink, h, name, panel, plain} from "./dom.js";
import {Loader} from "./loader.js";
import {choice, searchField, Table} from "./table.js";
import {milliseconds, moment} from "./text.js";

/* What to look at, by the end's word. */
const advice = {
  no_targets: "The group has no target: its page tells how to add one.",
  connect_failed: "No target took the connection: its group's page tells what checks meet.",
  connect_timeout: "See whether the target's machine is up and a firewall lets fairlead through.",
  target_timeout: "The application took longer than timeouts.target_response_seconds: see its log at that time.",
  target_closed: "The application closed the connection before it answered: it may have ended or restarted.",
  target_malformed: "The application's answer is no HTTP that can be read.",
  target_truncated: "The application ended its answer in the middle: see its log at that time.",
  held_too_long: "No target became ready in time while the request waited: see the last deploy.",
  client_desync: "The request can be read in two ways; routing.http.desync_mitigation_mode says how strict fairlead is.",
  drain_over: "The request took longer than the group's deregistration delay.",
  loop: "The request came back to fairlead: a target or rule sends it here again.",
};

function detail({Split = {}, Reason, ReasonText, Method, Url, Client, Listener, Rule, TargetGroup, Target, TraceId}) {
  return h("div", null, h("p.strong", null, plain(ReasonText ?? Reason)), advice[Reason] && h("p", null, "Next: " + advice[Reason]), facts([
    ["Request", name(`${Method} ${Url}`)], ["Client", name(Client)], ["Listener and rule", name(`${Listener ?? "–"}, rule ${Rule ?? "–"}`)], ["Target group", TargetGroup && groupLink(TargetGroup)], ["Target", Target && name(Target)],
    ["Waited for a target", milliseconds(Split.Queue)], ["Connect", milliseconds(Split.Connect)], ["First byte", milliseconds(Split.FirstByte)], ["Total", milliseconds(Split.Total)], ["End", Reason], ["Trace id", TraceId && name(TraceId)]]));
}

export function failedPage() {
  const table = new Table({caption: "Failed requests", noun: "request", key: row => row.key, details: detail, isNewestFirst: true,
    empty: "None yet. Here stand answers that fairlead made itself: no target, no answer in time, requests that it refused.",
    words: row => [row.Client, row.Listener, row.TargetGroup, row.Target, row.Code, row.Reason, row.ReasonText, row.Method, row.Url, row.TraceId].join(" "), columns: [
      openers("Time", row => moment(row.Time)), numbers("Code", row => row.Code), texts("Why", row => row.ReasonText ?? row.Reason), texts("Request", row => `${row.Method} ${row.Url}`, {kind: "wide cut"}),
      texts("Group", row => row.TargetGroup), texts("Target", row => row.Target), texts("Rule", row => row.Rule), texts("Client", row => row.Client), numbers("Total", row => row.Split?.Total, milliseconds)]});
  const shown = h("div", {hidden: true}, h("div.tools", null, searchField("Find a request: URL, client, trace id, reason", words => table.find(words)),
    choice("Code", [["", "All codes"], ["4", "4xx: refused"], ["5", "5xx: failed"]], first => table.only(row => String(row.Code).startsWith(first)))), panel(null, table.node));
  const loader = new Loader(() => get("/v1/failed-requests"), ({FailedRequests}) => {
    const seen = new Map();
    shown.hidden = false;
    table.update(FailedRequests.toReversed().map(row => {
      const key = row.Time + row.Client + row.Url;
      seen.set(key, (seen.get(key) ?? 0) + 1);
      return {...row, key: key + seen.get(key)};
    }).reverse());
  }, {every: 3000, why: "Failed requests hold addresses of clients and URLs, so reading them needs an access key."});
  return {title: "Failed requests", node: h("div", null, h("h1", null, "Failed requests"), h("p.under", null, "The last 500 answers that fairlead made itself, newest first."), loader.node, shown),
          back: () => loader.load(), close: () => loader.close()};
}

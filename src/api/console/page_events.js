// SPDX-License-Identifier: Apache-2.0
/* What happened, as it happens. */
import {h} from "./dom.js";
import {EventList} from "./event_list.js";
import {choice, holds, searchField} from "./table.js";

const KINDS = ["target", "group", "task", "provider", "problem", "process", "configuration"];

export function eventsPage() {
  let terms = [];
  let kind = "";
  const verbose = h("input", {type: "checkbox", onchange: () => list.show()});
  const list = new EventList(300, event => (verbose.checked || !event.IsVerbose) && (!kind || event.Kind === kind) && holds(`${event.Text} ${event.Kind}`, terms));
  return {title: "Events", topics: ["events"], event: event => list.came(event), back: () => list.back(), close: () => list.close(),
          node: h("div", null, h("h1", null, "Events"), h("p.under", null, "The newest stand first; new ones come by themselves."), h("div.tools", null,
            searchField("Find an event: group, address, words", text => { terms = text.toLowerCase().split(/\s+/).filter(Boolean); list.show(); }),
            choice("Kind", [["", "All kinds"], ...KINDS.map(one => [one, one])], word => { kind = word; list.show(); }), h("label", null, verbose, " steps of fairlead itself, too")), h("section.panel", null, list.node))};
}

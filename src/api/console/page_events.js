// SPDX-License-Identifier: Apache-2.0
/* What happened, newest first, as it happens. */
import {h, keep, name, panel, plain, put} from "./dom.js";
import {Loader} from "./loader.js";
import {choice, holds, searchField} from "./table.js";
import {moment, part, plural} from "./text.js";

const KINDS = ["target", "group", "task", "deploy", "provider", "problem", "process", "configuration", "key"];
const MOST_KEPT = 5000;

export class EventList {
  /* most: so many rows; accept(event): whether it is shown */
  constructor(most, accept = event => !event.IsVerbose) {
    Object.assign(this, {most, accept, events: new Map()});
    this.list = h("ol.events");
    this.note = h("p.note");
    this.loader = new Loader(["/v1/events"], ({Events}) => {
      Events.forEach(event => this.add(event));
      this.show();
    });
    this.node = h("div", this.loader.node, this.list, this.note);
  }

  add(event) {
    this.events.set(event.Sequence, event);
    if (this.events.size > MOST_KEPT)
      this.events.delete(this.events.keys().next().value);
  }

  came(event) {
    this.add(event);
    this.show();
  }

  show() {
    const found = [...this.events.values()].filter(this.accept).sort((a, b) => b.Sequence - a.Sequence);
    const shown = found.slice(0, this.most);
    keep(this.list, shown, event => event.Sequence, ({Time, Kind, Subject, Message, Text}) => h("li", h("time", {title: Time}, moment(Time)),
      h("span.kind", plain(Kind)), h("span", Subject && [h("b", name(Subject)), " "], name(Message ?? Text))));
    put(this.note, found.length === 0 ? `None of ${plural(this.events.size, "event")} fits.`
      : found.length > shown.length ? `The newest ${part(shown.length, found.length)}.` : "");
  }
}

export function eventsPage() {
  let terms = [];
  let kind = "";
  const verbose = h("input", {type: "checkbox", onchange: () => list.show()});
  const list = new EventList(300, ({IsVerbose, Kind, Text}) =>
    (verbose.checked || !IsVerbose) && (!kind || Kind === kind) && holds(`${Text} ${Kind}`, terms));
  return {
    title: "Events", under: "The newest stand first; new ones come by themselves.", topics: ["events"], loaders: [list.loader],
    event: event => list.came(event),
    content: [h("div.tools", searchField("Find an event: group, address, words", found => { terms = found; list.show(); }),
      choice("Kind", [["", "All kinds"], ...KINDS.map(one => [one, one])], word => { kind = word; list.show(); }),
      h("label", verbose, " steps of fairlead itself, too")), panel(list.node)],
  };
}

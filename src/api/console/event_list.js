// SPDX-License-Identifier: Apache-2.0
/* Events, newest first, as they come. */
import {get} from "./api.js";
import {h, keep, name, plain, put} from "./dom.js";
import {Loader} from "./loader.js";
import {moment, part} from "./text.js";

const MOST_KEPT = 5000;

export class EventList {
  /* most: so many rows; accept(event): whether it is shown */
  constructor(most, accept = event => !event.IsVerbose) {
    Object.assign(this, {most, accept, events: new Map()});
    this.list = h("ol.events");
    this.note = h("p.note");
    this.loader = new Loader(() => get("/v1/events"), answer => answer.Events.forEach(event => this.add(event)) ?? this.show());
    this.node = h("div", null, this.loader.node, this.list, this.note);
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
    keep(this.list, shown, event => event.Sequence, ({Time, Kind, Subject, Message, Text}) => h("li", null, h("time", {datetime: Time, title: Time}, moment(Time)), h("span.kind", null, plain(Kind)),
      h("span", null, Subject && [h("b", null, name(Subject)), " "], name(Message ?? Text))));
    put(this.note, this.events.size === 0 ? "Nothing has happened yet." : found.length === 0 ? `None of ${this.events.size} events fits.`
      : found.length > shown.length ? `The newest ${part(shown.length, found.length)}.` : "");
  }

  back() {
    this.loader.load();
  }

  close() {
    this.loader.close();
  }
}

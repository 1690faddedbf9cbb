// SPDX-License-Identifier: Apache-2.0
/* Asks for what a part of a page shows, or says in its place why it is not there. */
import {get, session} from "./api.js";
import {askForKey, errorText} from "./dialog.js";
import {button, command, fill, h, panel} from "./dom.js";

export function keyPanel(why = "Reading without a key is turned off here.") {
  return panel(h("h2", "This needs an access key"), h("p", why), command("fairleadctl key create NAME"), button("Enter a key", askForKey, "primary"));
}

export class Loader {
  /* paths, whose answers show() gets as one object; every: milliseconds; why a key is needed */
  constructor(paths, show, {every, why} = {}) {
    Object.assign(this, {paths, show, why, node: h("div")});
    this.stopListening = session.onchange(() => this.load());
    this.timer = every && setInterval(() => document.hidden || this.isStuck || this.load(), every);
    this.load();
  }

  async load() {
    const turn = this.turn = {};
    const slow = setTimeout(() => this.isShown || fill(this.node, h("p.note", "Loading…")), 400);
    try {
      const answers = await Promise.all(this.paths.map(path => get(path)));
      if (this.turn === turn) {
        fill(this.node);
        this.isShown = true;
        this.isStuck = false;
        this.show(Object.assign({}, ...answers));
      }
    } catch (error) {
      if (error.code === undefined)
        throw error;
      if (this.turn === turn)
        this.fail(error);
    } finally {
      clearTimeout(slow);
    }
  }

  /* What is shown stays when a later try fails: the mark says how old it is. */
  fail(error) {
    this.isStuck = error.needsKey;
    if (error.needsKey)
      fill(this.node, keyPanel(this.why));
    else if (!this.isShown)
      fill(this.node, errorText(error), button("Try again", () => this.load()));
  }

  close() {
    this.turn = null;
    clearInterval(this.timer);
    this.stopListening();
  }
}

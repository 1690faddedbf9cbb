// SPDX-License-Identifier: Apache-2.0
/* Where a thing comes from, and what can be done with it: what the file defines is changed there. */
import {button, h, name, plain} from "./dom.js";
import {changeObject, deleteObject} from "./object_orders.js";
import {shape} from "./states.js";

/* "API: anna" tells who made it. isShort: the file without its folder */
export function originText({Origin, IsOfApi}, isShort) {
  return IsOfApi ? Origin.replace(/^API: /, "API, by ") : isShort ? Origin.split("/").at(-1) : Origin;
}

/* item: of a listing; kind, title: what calls know it by; after() is called when it is another, or gone; more: what else its
 * deletion does */
export function originParts(kind, title, item, {after, more, isShort}) {
  const isOwn = item.IsOfApi;
  const act = (word, run) => {
    const made = button(word, run, "link");
    made.setAttribute("aria-label", `${word} ${kind.replace("-", " ")} ${plain(title)}`);
    return made;
  };
  return [h("span.origin", {title: !isOwn && plain(`${item.Origin}: change it there, then reload.`)},
    shape(isOwn ? "pen" : "lock"), h("span", !isOwn && "defined in ", name(originText(item, isShort)))),
    isOwn && [act("Change", () => changeObject(kind, title, after)), act("Delete", () => deleteObject(kind, title, after, more))]];
}

// SPDX-License-Identifier: Apache-2.0
/* Kinds of columns: {title, kind, show(cell, item, table), order(item) where it can be sorted by}. */
import {button, fill, groupLink, h, plain, put, set} from "./dom.js";
import {meter, showMeter, showState, stateMark} from "./states.js";

/* Texts, also of others. */
export function texts(title, write, more) {
  return {title, kind: "name", order: write, ...more, show(cell, item) {
    if (!cell.firstChild)
      cell.append(h("bdi"));
    const text = plain(write(item) ?? "–");
    put(cell.firstChild, text);
    set(cell, "title", text.length > 16 && text);
  }};
}

/* Numbers: write(value) of what read(item) gives. */
export function numbers(title, read, write = String, more) {
  return {title, kind: "number", order: read, ...more, show: (cell, item) => put(cell, write(read(item)))};
}

export function marks(title, word) {
  return {title, order: word, show: (cell, item) => cell.firstChild ? showState(cell.firstChild, word(item)) : cell.append(stateMark(word(item)))};
}

/* counts(item): [all, healthy, held] */
export function meters(title, counts) {
  return {title, kind: "number", order: item => counts(item)[1], show(cell, item) {
    if (!cell.firstChild)
      cell.append(meter());
    showMeter(cell.firstChild, ...counts(item));
  }};
}

export function groups(title, read, more) {
  return {title, kind: "name", order: read, ...more, show: (cell, item) => cell.firstChild || cell.append(read(item) ? groupLink(read(item)) : "–")};
}

/* A button that opens what is said of the row. */
export function openers(title, write, more) {
  return {title, order: write, ...more, show(cell, item, table) {
    if (!cell.firstChild)
      cell.append(h("button.open", {type: "button", onclick: () => table.toggle(table.key(item))}, h("bdi", null, plain(write(item)))));
    set(cell.firstChild, "aria-expanded", String(table.opened.has(table.key(item))));
  }};
}

/* One button: act(item) -> [word, what it does], or nothing; about(item): what it is done to. */
export function actions(act, about) {
  return {title: "Action", kind: "action", isShown: items => items.some(act), show(cell, item) {
    const [word, run] = (!item.isGone && act(item)) || [];
    cell.run = run;
    if (cell.word === word)
      return;
    cell.word = word;
    fill(cell, word && button(word, () => cell.run(), "small"));
    if (word)
      set(cell.firstChild, "aria-label", `${word} ${plain(about(item))}`);
  }};
}

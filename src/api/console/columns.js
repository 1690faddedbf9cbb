// SPDX-License-Identifier: Apache-2.0
/* Kinds of columns: {title, kind, show(cell, item, table), order(item): what it is sorted and found by}. */
import {button, fill, groupLink, h, plain, put, set} from "./dom.js";
import {meter, showMeter, showState, stateMark} from "./states.js";

/* What a column reads: the name of a member, or a function of the item. */
function reader(read) {
  return typeof read === "string" ? item => item[read] : read;
}

/* A cell is filled once and then kept up to date. */
function column(title, kind, order, make, show, more) {
  return {title, kind, order, ...more, show(cell, item, table) {
    if (!cell.firstChild)
      cell.append(make(item, table));
    show?.(cell.firstChild, item, table, cell);
  }};
}

/* Texts, also of others. */
export function texts(title, what, more) {
  const read = reader(what);
  return column(title, "name", read, () => h("bdi"), (node, item, table, cell) => {
    const text = plain(read(item) ?? "–");
    put(node, text);
    set(cell, "title", text.length > 16 && text);
  }, more);
}

/* Numbers, as write(value) writes them. */
export function numbers(title, what, write = String, more) {
  const read = reader(what);
  return {title, kind: "number", order: read, ...more, show: (cell, item) => put(cell, write(read(item)))};
}

export function marks(title, what) {
  const read = reader(what);
  return column(title, null, read, item => stateMark(read(item)), (node, item) => showState(node, read(item)));
}

/* counts(item): [all, healthy, held] */
export function meters(title, counts) {
  return column(title, "number", item => counts(item)[1], meter, (node, item) => showMeter(node, ...counts(item)));
}

export function groups(title, member) {
  return column(title, "name", reader(member), item => groupLink(item[member]));
}

/* A button that opens what is said of the row. */
export function openers(title, read) {
  const make = (item, table) => h("button.open", {type: "button", onclick: () => table.toggle(table.key(item))}, h("bdi", plain(read(item))));
  return column(title, null, read, make, (node, item, table) => set(node, "aria-expanded", String(table.opened.has(table.key(item)))));
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

// SPDX-License-Identifier: Apache-2.0
/*
 * Tables that live: rows keep their place while numbers change, are found by words, are sorted
 * when somebody asks for it, and become cards where the screen is narrow.
 */
import {button, h, keep, put, refill, set} from "./dom.js";
import {count, plural} from "./text.js";

const GONE_MS = 8000;

/*
 * options: caption, noun, key(item), words(item) for the search, columns (columns.js), and where wanted
 * details(item) -> node with update(item), tone(item) of the row, most rows, empty text,
 * urgency(item): who has less of it stands first when the table is first filled; keepsGone: rows
 * that went stay for some seconds; isNewestFirst: new rows stand before the others
 */
export class Table {
  constructor(options) {
    Object.assign(this, {most: 100, tone: () => "plain", ...options});
    this.items = [];
    this.terms = [];
    this.accept = () => true;
    this.opened = new Set();
    this.ranks = new Map();
    this.gone = new Map();
    this.heads = this.columns.map(column => h("th", {scope: "col", role: "columnheader", class: column.kind},
      column.order ? button(column.title, () => this.sort(column), "sort") : column.title));
    this.body = h("tbody");
    this.note = h("p.note");
    this.table = h("table", {role: "table"}, h("caption", null, this.caption), h("thead", null, h("tr", {role: "row"}, this.heads)), this.body);
    this.node = h("div.table", null, this.table, this.note);
  }

  /* Once, now: rows do not change places while their numbers do. */
  sort(column) {
    const isNumber = column.kind === "number";
    this.isDown = this.sorted === column ? !this.isDown : isNumber;
    this.sorted = column;
    const order = item => column.order(item) ?? (isNumber ? -1 : "");
    const compare = (a, b) => isNumber ? a - b : String(a).localeCompare(b, "en", {numeric: true});
    this.rank([...this.items].sort((a, b) => (this.isDown ? -1 : 1) * compare(order(a), order(b))));
    this.heads.forEach((head, index) => set(head, "aria-sort", this.columns[index] === column && (this.isDown ? "descending" : "ascending")));
    this.show();
  }

  rank(items) {
    this.ranks = new Map(items.map((item, index) => [this.key(item), index]));
  }

  update(items) {
    if (this.isNewestFirst && !this.sorted)
      this.rank(items);
    else if (this.urgency && this.ranks.size === 0)
      this.rank([...items].sort((a, b) => this.urgency(a) - this.urgency(b)));
    const keys = new Set(items.map(this.key));
    for (const item of this.keepsGone ? this.items : [])
      if (!keys.has(this.key(item)) && !item.isGone)
        this.gone.set(this.key(item), {...item, isGone: true, goneAt: Date.now()});
    for (const [key, item] of this.gone)
      if (keys.has(key) || Date.now() - item.goneAt > GONE_MS)
        this.gone.delete(key);
    this.items = [...items, ...this.gone.values()];
    for (const item of this.items)
      if (!this.ranks.has(this.key(item)))
        this.ranks.set(this.key(item), this.ranks.size);
    this.items.sort((a, b) => this.ranks.get(this.key(a)) - this.ranks.get(this.key(b)));
    this.show();
  }

  find(words) {
    this.terms = words.toLowerCase().split(/\s+/).filter(Boolean);
    this.show();
  }

  only(accept) {
    this.accept = accept;
    this.show();
  }

  show() {
    const found = this.items.filter(item => this.accept(item) && holds(this.words(item), this.terms));
    const shown = found.slice(0, this.most);
    const isShown = this.columns.map(column => !column.isShown || column.isShown(this.items));
    this.heads.forEach((head, index) => { head.hidden = !isShown[index]; });
    const rows = shown.flatMap(item => this.opened.has(this.key(item)) ? [{item}, {item, isDetail: true}] : [{item}]);
    keep(this.body, rows, row => (row.isDetail ? "d" : "r") + this.key(row.item), row => row.isDetail ? this.makeDetail(row.item) : this.makeRow(row.item),
         (node, row) => row.isDetail ? node.update(row.item) : this.showRow(node, row.item, isShown));
    this.table.hidden = found.length === 0;
    tellCounts(this.note, found.length, shown.length, this.items.length, this);
  }

  makeRow() {
    return h("tr", {role: "row"}, this.columns.map(column => h("td", {role: "cell", "data-title": column.title, class: column.kind})));
  }

  showRow(row, item, isShown) {
    row.className = item.isGone ? "gone" : "is-" + this.tone(item);
    this.columns.forEach((column, index) => {
      const cell = row.children[index];
      cell.hidden = !isShown[index];
      if (isShown[index])
        column.show(cell, item, this);
    });
  }

  makeDetail(item) {
    const inner = this.details(item);
    const row = h("tr.detail", {role: "row"}, h("td", {role: "cell", colspan: this.columns.length}, inner));
    row.update = next => inner.update?.(next);
    return row;
  }

  toggle(key) {
    if (!this.opened.delete(key))
      this.opened.add(key);
    this.show();
  }
}

/* Whether all terms are there. */
export function holds(words, terms) {
  const text = terms.length ? words.toLowerCase() : "";
  return terms.every(term => text.includes(term));
}

/* Under a list: whether there is more, and how to see it. view: {most, noun, empty, show()} */
export function tellCounts(note, found, shown, all, view) {
  refill(note, [found, shown, all], () => {
    if (found === 0)
      return all ? `None of ${plural(all, view.noun)} fits.` : view.empty ?? "There is none.";
    if (shown < found)
      return [`The first ${count(shown)} of ${plural(found, view.noun)}. `, button(`Show all ${count(found)}`, () => {
        view.most = Infinity;
        view.show();
      }, "link")];
    return found < all ? `${count(found)} of ${plural(all, view.noun)}.` : "";
  });
}

/* The field that finds rows. */
export function searchField(label, onfind) {
  const input = h("input", {type: "search", placeholder: label, "aria-label": label, autocomplete: "off", spellcheck: "false", oninput: () => onfind(input.value)});
  return h("div.search", {role: "search"}, input);
}

/* A choice of [word, text]. */
export function choice(label, options, onchoose) {
  const select = h("select", {"aria-label": label, onchange: () => onchoose(select.value)});
  select.offer = rows => {
    const {value} = select;
    refill(select, rows, () => rows.map(([word, text]) => h("option", {value: word}, text)));
    select.value = rows.some(([word]) => word === value) ? value : "";
  };
  select.offer(options);
  return select;
}

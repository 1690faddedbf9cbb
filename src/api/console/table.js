// SPDX-License-Identifier: Apache-2.0
/*
 * Tables that live: rows keep their place while numbers change, are found by words, are sorted
 * when somebody asks for it, and become cards where the screen is narrow.
 */
import {button, h, keep, refill, set} from "./dom.js";
import {count, plural} from "./text.js";

const GONE_MS = 8000;

/* Who needs somebody more stands first when a table is first filled. */
const TONES = ["bad", "warn", "hold", "calm", "good", "plain"];

/*
 * options: caption, key(item), columns (columns.js), and where wanted words(item) for the search
 * besides what columns hold, details(item) -> node with update(item), tone(item), most rows, empty
 * text, keepsGone: rows that went stay for some seconds, isNewestFirst: in the order of the items
 */
export class Table {
  constructor(options) {
    const noun = options.caption.toLowerCase().replace(/s$/, "");
    Object.assign(this, {noun, most: 100, tone: () => "plain", words: () => "", ...options});
    this.items = [];
    this.terms = [];
    this.accept = () => true;
    this.opened = new Set();
    this.ranks = new Map();
    this.gone = new Map();
    this.heads = this.columns.map(column => h("th", {scope: "col", role: "columnheader", class: column.kind},
      column.order ? button(column.title, () => this.sort(column), "sort") : column.title));
    this.head = h("thead", h("tr", {role: "row"}, this.heads));
    this.body = h("tbody");
    this.note = h("p.note");
    this.table = h("table", {role: "table"}, h("caption", this.caption), this.head, this.body);
    this.node = h("div.table", this.table, this.note);
  }

  /* Once, now: rows do not change places while their numbers do. */
  sort(column) {
    const isNumber = column.kind === "number";
    this.isDown = this.sorted === column ? !this.isDown : isNumber;
    this.sorted = column;
    const order = item => column.order(item) ?? (isNumber ? -1 : "");
    const compare = (a, b) => isNumber ? a - b : String(a).localeCompare(b, "en", {numeric: true});
    this.rank([...this.items].sort((a, b) => (this.isDown ? -1 : 1) * compare(order(a), order(b))));
    this.heads.forEach((head, index) => set(head, "aria-sort",
      this.columns[index] === column && (this.isDown ? "descending" : "ascending")));
    this.arrange();
  }

  rank(items) {
    this.ranks = new Map(items.map((item, index) => [this.key(item), index]));
  }

  update(items) {
    if (this.isNewestFirst && !this.sorted)
      this.rank(items);
    else if (this.ranks.size === 0)
      this.rank(TONES.flatMap(tone => items.filter(item => this.tone(item) === tone)));
    const keys = new Set(items.map(this.key));
    for (const item of this.keepsGone ? this.items : [])
      if (!item.isGone && !keys.has(this.key(item)))
        this.gone.set(this.key(item), {...item, isGone: true, goneAt: Date.now()});
    for (const [key, item] of this.gone)
      if (keys.has(key) || Date.now() - item.goneAt > GONE_MS)
        this.gone.delete(key);
    this.items = [...items, ...this.gone.values()];
    for (const item of this.items)
      if (!this.ranks.has(this.key(item)))
        this.ranks.set(this.key(item), this.ranks.size);
    this.arrange();
  }

  arrange() {
    this.items.sort((a, b) => this.ranks.get(this.key(a)) - this.ranks.get(this.key(b)));
    this.show();
  }

  /* The field that finds rows. */
  search(label) {
    return searchField(label, terms => {
      this.terms = terms;
      this.show();
    });
  }

  only(accept) {
    this.accept = accept;
    this.show();
  }

  holds(item) {
    return this.terms.length === 0 || holds(this.columns.map(column => column.order?.(item)).join(" ") + " " + this.words(item),
      this.terms);
  }

  show() {
    const found = this.items.filter(item => this.accept(item) && this.holds(item));
    const shown = found.slice(0, this.most);
    this.isShown = this.columns.map(column => !column.isShown || column.isShown(this.items));
    this.heads.forEach((head, index) => { head.hidden = !this.isShown[index]; });
    this.share();
    const rows = shown.flatMap(item => this.opened.has(this.key(item)) ? [{item}, {item, isDetail: true}] : [{item}]);
    keep(this.body, rows, row => (row.isDetail ? "d" : "r") + this.key(row.item), row => this.make(row), (node,
      row) => node.show(row.item));
    this.head.hidden = found.length === 0;
    tellCounts(this.note, found.length, shown.length, this.items.length, this);
  }

  /* What numbers leave of the width is shared by names, of which the first counts twice. */
  share() {
    const kinds = this.columns.map((column, index) => this.isShown[index] && (column.kind ?? "other")).filter(Boolean);
    const names = kinds.filter(kind => kind.startsWith("name"));
    const shares = names.length + names.filter(kind => kind.endsWith("wide")).length + kinds[0].startsWith("name");
    this.table.style.setProperty("--share", (100 - 7.5 * (kinds.length - names.length)) / shares + "cqi");
  }

  make({item, isDetail}) {
    const row = h("tr", {role: "row", class: isDetail && "detail"});
    if (isDetail) {
      const inner = this.details(item);
      row.append(h("td", {role: "cell", colspan: this.columns.length}, inner));
      row.show = next => inner.update?.(next);
    } else {
      row.append(...this.columns.map(column => h("td", {role: "cell", "data-title": column.title, class: column.kind})));
      row.show = next => this.showRow(row, next);
    }
    return row;
  }

  showRow(row, item) {
    row.className = item.isGone ? "gone" : "is-" + this.tone(item);
    this.columns.forEach((column, index) => {
      const cell = row.children[index];
      cell.hidden = !this.isShown[index];
      if (!cell.hidden)
        column.show(cell, item, this);
    });
  }

  toggle(key) {
    if (!this.opened.delete(key))
      this.opened.add(key);
    this.show();
  }
}

/* Whether all terms are there. */
export function holds(words, terms) {
  const text = words.toLowerCase();
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

/* The field that finds rows: onfind(terms). */
export function searchField(label, onfind) {
  const input = h("input", {type: "search", placeholder: label, "aria-label": label, autocomplete: "off", spellcheck: "false",
    oninput: () => onfind(input.value.toLowerCase().split(/\s+/).filter(Boolean))});
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

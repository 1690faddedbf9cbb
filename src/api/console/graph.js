// SPDX-License-Identifier: Apache-2.0
/*
 * The last 15 minutes as lines of SVG. Each line has a dash of its own, and its word and value
 * stand above; a pointer or the arrow keys read any second.
 */
import {withQuery} from "./api.js";
import {h, panel, plain, put, refill, svg} from "./dom.js";
import {Loader} from "./loader.js";
import {count, milliseconds, moment, rate} from "./text.js";

const WIDTH = 900;
const HEIGHT = 100;

/* 1, 2 or 5 times a power of ten. */
function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return value > 0 ? power * [1, 2, 5, 10].find(step => step * power >= value) : 1;
}

function across(index, length) {
  return (index * WIDTH / (length - 1)).toFixed(1);
}

/* A line, broken where there is no value; or an area under it, which is flat there. */
function path(values, top, isArea) {
  let text = "";
  values.forEach((value, index) => {
    if (value === null && !isArea)
      return;
    const isOn = isArea || (values[index - 1] ?? null) !== null;
    const y = (HEIGHT - (value ?? 0) / top * HEIGHT).toFixed(1);
    text += `${isOn ? "L" : "M"}${across(index, values.length)} ${y}${isOn ? "" : "h0"}`;
  });
  return isArea ? `M0 ${HEIGHT}${text}V${HEIGHT}Z` : text;
}

class Graph {
  /* lines: {key: word}; one alone has an area under it; write(value): a value with its unit */
  constructor(title, lines, write) {
    Object.assign(this, {title, write, top: 0, index: null});
    this.lines = Object.entries(lines).map(([key, word], index) => {
      const value = h("b");
      const dash = svg("svg", {viewBox: "0 0 18 6", "aria-hidden": "true"}, svg("path", {d: "M0 3h18", class: "line" + index}));
      return {key, word, value, label: h("span.legend", dash, word + " ", value), path: svg("path", {class: "line" + index})};
    });
    this.area = svg("path", {class: "area"});
    this.marks = svg("path", {class: "marks"});
    this.cursor = svg("path", {class: "cursor"});
    this.most = h("span.most");
    this.when = h("span");
    const grid = svg("path", {class: "grid", d: `M0 0h${WIDTH}M0 ${HEIGHT / 2}h${WIDTH}M0 ${HEIGHT}h${WIDTH}`});
    const leave = () => this.read(null);
    const point = event => this.point(event);
    const step = event => this.step(event);
    this.plot = h("div.plot", {tabindex: 0, role: "img", onpointermove: point, onpointerleave: leave, onblur: leave, onkeydown: step},
      svg("svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true"},
        grid, this.area, this.marks, this.lines.map(line => line.path).reverse(), this.cursor), this.most);
    this.node = h("figure", h("figcaption", h("h3", title), this.lines.map(line => line.label)), this.plot,
      h("div.axis", h("span", "15 min ago"), this.when, h("span", "now")));
  }

  update(history) {
    this.history = history;
    const most = Math.max(0, ...this.lines.flatMap(line => this.values(line)));
    const top = ceiling(most);
    if (top > this.top || top < this.top / 2)
      this.top = top;
    put(this.most, this.write(this.top));
    for (const line of this.lines)
      line.path.setAttribute("d", path(this.values(line), this.top));
    if (this.lines.length === 1)
      this.area.setAttribute("d", path(this.values(this.lines[0]), this.top, true));
    this.marks.setAttribute("d", history.Marks.map(mark => this.length - 1 - history.End + mark.Time)
      .filter(index => index >= 0).map(index => `M${across(index, this.length)} 0V${HEIGHT}`).join(""));
    this.read(this.index);
    const last = this.lines.map(line => `${line.word} ${this.write(this.values(line).at(-1))}`).join(", ");
    this.plot.setAttribute("aria-label", `${this.title}, the last 15 minutes: ${last} now, at most ${this.write(most)}. Arrow keys read it.`);
  }

  values(line) {
    return this.history.Series[line.key];
  }

  get length() {
    return this.history ? this.values(this.lines[0]).length : 0;
  }

  point(event) {
    const box = this.plot.getBoundingClientRect();
    this.go((event.clientX - box.left) / box.width * (this.length - 1));
  }

  step(event) {
    const steps = {ArrowLeft: -5, ArrowRight: 5, Home: -900, End: 900}[event.key];
    if (!steps)
      return;
    event.preventDefault();
    this.go((this.index ?? this.length - 1) + steps);
  }

  go(index) {
    this.read(Math.max(0, Math.min(this.length - 1, Math.round(index))));
  }

  /* The values of a second, or of now. */
  read(index) {
    if (!this.length)
      return;
    this.index = index;
    for (const line of this.lines)
      put(line.value, this.write(this.values(line).at(index ?? -1)));
    this.cursor.setAttribute("d", index === null ? "" : `M${across(index, this.length)} 0V${HEIGHT}`);
    const time = this.history.End - this.length + 1 + index;
    const mark = this.history.Marks.find(one => Math.abs(one.Time - time) < 8);
    put(this.when, index === null ? "" : moment(time * 1000) + (mark ? ": " + plain(mark.Text) : ""));
  }
}

/* What was asked for once grows by a row of the overview each second. */
function grow({Series}, seconds, row) {
  const now = {...row, Target5xx: row.Errors5xxPerSecond, Own5xx: row.OwnErrors5xxPerSecond};
  for (const [key, values] of Object.entries(Series)) {
    const last = values.at(-1);
    values.splice(0, seconds);
    for (let second = 1; second < seconds; second++)
      values.push(last);
    values.push(now[key] ?? null);
  }
}

/* Graphs of a group, or of all. */
export class Monitor {
  constructor(group) {
    const perSecond = value => rate(value) + "/s";
    this.graphs = [
      new Graph("Requests", {RequestsPerSecond: "requests"}, perSecond),
      new Graph("Errors", {Target5xx: "targets' 5xx", Own5xx: "own 5xx"}, perSecond),
      new Graph("Response time", {P50: "p50", P95: "p95", P99: "p99"}, milliseconds),
      new Graph("Connections", {Connections: group ? "to its targets" : "of clients"}, count)];
    this.marks = h("ul.marklist", {"aria-label": "Deploys and reloads"});
    this.loader = new Loader([withQuery("/v1/history", {seconds: 900, group})], history => {
      this.history = history;
      refill(this.marks, history.Marks, () => history.Marks.slice(-4)
        .map(mark => h("li", h("time", moment(mark.Time * 1000)), " ", plain(mark.Text))));
      this.show();
    });
    this.node = panel(h("h2", "The last 15 minutes"), this.loader.node, h("div.graphs", this.graphs.map(graph => graph.node)), this.marks);
  }

  /* A row of the overview, with its time. */
  add(time, row) {
    const second = Math.floor(Date.parse(time) / 1000);
    const seconds = Math.min(900, second - this.history?.End);
    if (!row || !(seconds > 0))
      return;
    grow(this.history, seconds, row);
    this.history.End = second;
    this.show();
  }

  show() {
    this.graphs.forEach(graph => graph.update(this.history));
  }
}

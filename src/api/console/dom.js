// SPDX-License-Identifier: Apache-2.0
/*
 * The only place where elements are made. What comes from outside gets in as text nodes and
 * attributes of known names, never as markup.
 */

const SVG = "http://www.w3.org/2000/svg";

function add(node, children) {
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

/* Properties stand before the children, or are left out. */
function dress(node, children) {
  const [first] = children;
  if (first?.constructor !== Object)
    return add(node, children);
  for (const [name, value] of Object.entries(first)) {
    if (name.startsWith("on"))
      node.addEventListener(name.slice(2), value);
    else
      set(node, name, value);
  }
  return add(node, children.slice(1));
}

/* h("button.quiet", {type: "button", onclick}, "Close"): an element. */
export function h(name, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (classes.length)
    node.className = classes.join(" ");
  return dress(node, children);
}

export function svg(tag, ...children) {
  return dress(document.createElementNS(SVG, tag), children);
}

export function button(text, onclick, kind) {
  return h("button", {type: "button", class: kind, onclick}, text);
}

/* What is as it should be is not touched: selections, focus and the browser's work stay. */
export function put(node, text) {
  if (node.textContent !== String(text))
    node.textContent = text;
}

export function set(node, name, value) {
  if (value === null || value === undefined || value === false)
    node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value))
    node.setAttribute(name, value === true ? "" : value);
}

export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

/* The same, only when what the children are made of has changed. */
export function refill(node, source, make) {
  const key = JSON.stringify(source);
  if (node.source !== key) {
    node.source = key;
    fill(node, make());
  }
}

/*
 * Makes the children of a node those of the items, one each, by their keys. Nodes that are there
 * stay the same ones, and move only when the order of the items changes.
 */
export function keep(parent, items, keyOf, make, update) {
  const known = parent.kept ??= new Map();
  const wanted = new Set(items.map(keyOf));
  for (const [key, node] of known)
    if (!wanted.has(key)) {
      node.remove();
      known.delete(key);
    }
  let place = parent.firstChild;
  for (const item of items) {
    const key = keyOf(item);
    if (!wanted.delete(key))
      continue;
    const node = known.get(key) ?? make(item);
    known.set(key, node);
    update?.(node, item);
    if (node === place)
      place = place.nextSibling;
    else
      parent.insertBefore(node, place);
  }
}

/* A text of others with its control characters, and those that turn what follows, made visible. */
export function plain(text) {
  return String(text ?? "").replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    sign => "\\u" + sign.charCodeAt(0).toString(16).padStart(4, "0"));
}

/* A name that others chose: it cannot turn the text around it either. */
export function name(text) {
  return h("bdi", plain(text));
}

export function groupPath(group, tab = "") {
  return "#/groups/" + encodeURIComponent(group) + tab;
}

export function groupLink(group) {
  return h("a", {href: groupPath(group)}, name(group));
}

/* A line to paste, with its button. */
export function command(text) {
  const line = h("code", text.split("\n").map(plain).join("\n"));
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text);
      put(copy, "Copied");
    } catch {
      getSelection().selectAllChildren(line);
      put(copy, "Selected");
    }
    setTimeout(put, 1500, copy, "Copy");
  }, "small");
  return h("div.command", line, copy);
}

export function sameLine(text) {
  return [h("p.hint", "The same on the command line:"), command(text)];
}

/* A word as the shell takes it. */
export function quoted(word) {
  const text = String(word);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";
}

export function panel(...children) {
  return h("section.panel", children);
}

/* Pairs of a word and what it is, those that there are; texts may be of others. */
export function facts(pairs) {
  return h("dl.facts", pairs.filter(([, value]) => value || value === 0)
    .map(([term, value]) => h("div", h("dt", term), h("dd", value instanceof Node ? value : name(value)))));
}

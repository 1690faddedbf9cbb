// SPDX-License-Identifier: Apache-2.0
/*
 * Settings of an object as lines, "health_check.path=/index.php", with the names of the configuration
 * file: what stands in a form, and what has to be said so that one becomes the other. Lists are JSON.
 */

/* {path: text} of settings as fairlead tells them. */
export function flat(settings, above = "") {
  return Object.assign({}, ...Object.entries(settings).map(([name, value]) => {
    const isGroup = value?.constructor === Object;
    return isGroup ? flat(value, above + name + ".") : {[above + name]: typeof value === "object" ? JSON.stringify(value) : String(value)};
  }));
}

/* {path: text} of lines; one without "=" stays as it is, and fairlead says what is wrong with it. */
export function ofLines(text) {
  return Object.fromEntries(text.split("\n").map(line => line.trim()).filter(Boolean).map(line => {
    const at = line.indexOf("=");
    return at < 0 ? [line, null] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  }));
}

export function toLines(pairs) {
  return Object.entries(pairs).map(([path, text]) => `${path}=${text}`).join("\n");
}

/* What makes the one of the other, each SETTING=VALUE; without a value where it is not given any more. */
export function steps(before, after) {
  const given = Object.entries(after).filter(([path, text]) => before[path] !== text && text !== "");
  const dropped = Object.keys(before).filter(path => before[path] !== "" && !after[path] && after[path] !== null);
  return [...given.map(([path, text]) => text === null ? path : `${path}=${text}`), ...dropped.map(path => path + "=")];
}

const FIELDS = {"path-pattern": "path_pattern_config", "host-header": "host_header_config"};

/* Patterns of one kind of condition, where a field can hold them. */
function patterns(conditions, kind) {
  const own = conditions.filter(one => one.field === kind);
  const values = [own[0]?.values ?? own[0]?.[FIELDS[kind]]?.values ?? []].flat();
  return own.length === 1 && values.every(one => typeof one === "string" && !/\s/.test(one)) ? values : null;
}

/* A rule's conditions: {paths, hosts: patterns with blanks between, rest: JSON of the others or ""}. */
export function readConditions(text) {
  const conditions = JSON.parse(text ?? "[]");
  const [paths, hosts] = Object.keys(FIELDS).map(kind => patterns(conditions, kind));
  const rest = conditions.filter(one => !(one.field === "path-pattern" && paths) && !(one.field === "host-header" && hosts));
  return {paths: paths?.join(" ") ?? "", hosts: hosts?.join(" ") ?? "", rest: rest.length ? JSON.stringify(rest) : ""};
}

export function writeConditions({paths, hosts, rest}) {
  const own = Object.entries({"path-pattern": paths, "host-header": hosts})
    .map(([field, text]) => ({field, values: text.split(/\s+/).filter(Boolean)})).filter(one => one.values.length);
  try {
    return JSON.stringify([...own, ...JSON.parse(rest || "[]")]);
  } catch {
    return rest; /* fairlead says what is wrong with it */
  }
}

/* The one action: {group: that it forwards to, or "", rest: its JSON or ""}. */
export function readAction(text) {
  const [action, ...more] = JSON.parse(text ?? "[]");
  const {type, target_group: name, forward_config: {target_groups: list = [], ...others} = {}, ...rest} = action ?? {};
  const group = name ?? (list.length === 1 && Object.keys(others).length === 0 ? list[0].target_group : undefined);
  const isPlain = type === "forward" && typeof group === "string" && Object.keys(rest).length === 0 && more.length === 0;
  return {group: isPlain ? group : "", rest: isPlain || !action ? "" : JSON.stringify(action)};
}

export function writeAction({group, rest}) {
  return group ? JSON.stringify([{type: "forward", target_group: group}]) : rest && (rest.startsWith("[") ? rest : `[${rest}]`);
}

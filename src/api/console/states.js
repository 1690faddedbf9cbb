// SPDX-License-Identifier: Apache-2.0
/*
 * States of targets, groups and others: a word, a shape and a tone each, so that none is told by
 * colour alone; and why a target is as it is, with the next step.
 */
import {h, put, svg} from "./dom.js";
import {milliseconds, part, plural} from "./text.js";

/* In a square of 16: what is solid, what is cut out of it, and what is a line. */
const shapes = {
  check: ["M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z", "M4.6 8.3 7 10.7l4.4-5"],
  disc: ["M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z"],
  alarm: ["M8 1 .6 14.5h14.8z", "M8 5.5V10m0 1.6v1.2"],
  gem: ["M8 .6 15.4 8 8 15.4.6 8z", "M8 4.5v4m0 1.8v1.2"],
  bars: ["M3 2h3.6v12H3zm6.4 0H13v12H9.4z"],
  half: ["M8 1a7 7 0 1 0 0 14z", "", "M8 2a6 6 0 0 1 0 12"],
  ring: ["", "", "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 3v3.2l2.2 1.6"],
  dash: ["", "", "M2.5 8h11"],
  none: ["", "", "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.8 12.2l8.4-8.4"],
  lock: ["M3 7h10v8H3z", "M8 10.2v1.6", "M5 7V5a3 3 0 0 1 6 0v2"],
  pen: ["M2 14l.8-3.6L10.6 2.6l2.8 2.8L5.6 13.2z"],
  info: ["M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z", "M8 4v1.3m0 2V12"],
};

export function shape(kind) {
  return svg("svg", {class: "shape", viewBox: "0 0 16 16", "aria-hidden": "true"},
    shapes[kind].map((d, layer) => d && svg("path", {d, class: [null, "cut", "line"][layer]})));
}

/* Shape and words of each tone. */
const looks = {};
for (const [tone, kind, ...words] of [
  ["good", "check", "healthy", "connected", "running", "taken", "steady", "completed"], ["good", "disc", "unavailable"],
  ["warn", "alarm", "degraded"], ["warn", "gem", "ejected"], ["warn", "none", "left out"], ["warn", "ring", "waits"],
  ["bad", "alarm", "unhealthy", "away", "ended"], ["bad", "gem", "fails open"], ["bad", "none", "empty"],
  ["hold", "bars", "held"], ["hold", "half", "draining", "stopping"],
  ["calm", "ring", "initial", "slow start", "deploying", "in progress"], ["bad", "alarm", "failed", "failing", "no place"]])
  words.forEach(word => { looks[word] = [tone, kind]; });

/* What a word means where it does not say so itself. */
const meanings = {
  unavailable: "its group has no health checks: it gets requests", "fails open": "too few targets are healthy: all get requests",
  waits: "requests are held until a target can take them", unused: "no rule forwards here",
  ejected: "its checks pass, but requests to it failed",
};

function look(word) {
  return looks[word] ?? ["calm", "dash"];
}

export function toneOf(word) {
  return look(word)[0];
}

export function stateText(word) {
  return word === "unavailable" ? "no checks" : word;
}

/* A shape and a text in a tone. */
export function sign(tone, kind, text) {
  return h("span.state." + tone, shape(kind), text);
}

/* A state that can change; showState changes it. */
export function stateMark(word) {
  return showState(h("span"), word);
}

export function showState(node, word) {
  if (node.dataset.word !== word) {
    node.dataset.word = word;
    node.className = "state " + toneOf(word);
    node.title = meanings[word] ?? "";
    node.replaceChildren(shape(look(word)[1]), stateText(word));
  }
  return node;
}

export function targetWord({TargetHealth: {State}, IsHeld, IsEjected, IsSlowStart, isGone}) {
  if (isGone || IsHeld)
    return isGone ? "gone" : "held";
  if (State !== "healthy")
    return State;
  return IsEjected ? "ejected" : IsSlowStart ? "slow start" : State;
}

export function groupWord(group) {
  if (!group.IsUsed || group.IsWaiting)
    return group.IsUsed ? "waits" : "unused";
  if (group.TargetCount === 0)
    return "empty";
  return group.FailsOpen ? "fails open" : group.HealthyTargetCount < group.TargetCount ? "degraded" : "healthy";
}

/* "200 in 0.4 ms", or what the check met. */
export function checkWords({TargetHealth: {LastCheck: last}}) {
  const code = /code (\d{3})$/.exec(last?.Result)?.[1];
  return code ? `${code} in ${milliseconds(last.LatencyMicroseconds / 1000)}` : last?.Result ?? "–";
}

/* "3 of 4" with a bar: healthy targets, held ones, and those that should be healthy. */
export function meter() {
  return h("span.meter", h("span.number"), h("span.bar", {"aria-hidden": "true"}, h("i.good"), h("i.calm"), h("i.bad")));
}

export function showMeter(node, all, healthy, held) {
  put(node.firstChild, part(healthy, all));
  [healthy, held, all - healthy - held].forEach((some, index) => {
    node.lastChild.children[index].style.flexGrow = Math.max(0, some);
  });
}

/* Of a row of the overview; who is not healthy in a group that is needs nobody. */
export function meterParts({Targets, Healthy, State}) {
  return [Targets, Healthy, /degraded|open/.test(State) ? 0 : Targets - Healthy];
}

/* The first row that fits what a check met. */
const causes = [
  [/own health check/, "The container's own health check says so.", "docker inspect shows what its HEALTHCHECK said."],
  [/refused/, "Nothing listens there.", "Start the application, or correct the port: docker ps shows which one is published."],
  [/code \d+/, "It answers, but with a code that is not healthy for its group.",
    "Read the application's log for the check's path, or change health_check.path or health_check.matcher."],
  [/no connection/, "It does not accept connections in time.", "See whether its machine is up and a firewall lets checks through."],
  [/answer in/, "It answers too late.", "See what keeps the application busy, or set health_check.timeout_seconds."],
  [/reached/, "There is no way to its address.", "See its machine and the routes to it."],
  [/TLS/, "It speaks TLS, and checks are plain HTTP.", "Register the port that speaks plain HTTP."],
  [/no HTTP/, "What listens there does not speak HTTP.", "Correct the port of the target or of its service."],
  [/./, "Its checks fail.", "Read the application's log for the time of the last check."],
];

function unhealthyWhy({TargetHealth: {Description, LastCheck}}) {
  const text = [Description, LastCheck?.Result].join(" ");
  const [, sentence, next] = causes.find(([met]) => met.test(text));
  return [`${Description ?? LastCheck?.Result ?? "Unhealthy"}. ${sentence}`, next];
}

const why = {
  healthy: () => ["Its checks pass, so it gets requests."],
  unhealthy: unhealthyWhy,
  unavailable: () => ["Its group has no health checks, so it gets requests whatever it answers.",
  "Set health_check.enabled to have it checked."],
  held: ({InFlight}) => [`It was drained by hand: it gets no new requests and is not checked; ${plural(InFlight, "request")} in flight.`,
    "Make it ready when your work on it is done."],
  draining: ({InFlight}) => [`It leaves the group: ${plural(InFlight, "request")} in flight may finish, new ones go elsewhere.`,
    "Nothing to do: it is gone when the last one ends, or the deregistration delay is over."],
  unused: () => ["No rule forwards to its group, so it gets no requests and no checks.", "Add a rule that forwards to the group."],
  ejected: () => ["Its checks pass, but requests to it failed, so it gets none for a while.",
  "Look at Failed requests. It is tried again by itself."],
  "slow start": () => ["It is healthy, and its share of requests still grows (slow_start.duration_seconds)."],
  gone: () => ["It is no longer registered."],
};

/* Why a target is as it is, and the next step or nothing. */
export function whyOf(target) {
  const [sentence, next] = why[targetWord(target)]?.(target) ?? [target.TargetHealth.Description ?? "Its first checks are on their way"];
  return [sentence + (target.IsStale ? " Its task was not confirmed since fairlead started or lost its provider." : ""), next];
}

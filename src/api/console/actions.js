// SPDX-License-Identifier: Apache-2.0
/* What people can do here, and what follows from it. */
import {lines, open, post} from "./api.js";
import {ask, field} from "./dialog.js";
import {fill, h, name, quoted} from "./dom.js";
import {targetWord} from "./states.js";
import {address, moment, plural} from "./text.js";

const CHOOSABLE = ["healthy", "slow start", "unavailable"];

/* How many others of its group get new requests. view: {group, set: its settings, all: targets, rates} */
function remain(view, target) {
  const others = view.all.filter(other => other.TargetId !== target.TargetId && CHOOSABLE.includes(targetWord(other))).length;
  return others ? `${others} of ${plural(view.all.length, "target")} in ${view.group} ${others === 1 ? "remains" : "remain"} for new requests.`
    : {warn: `No healthy target remains in ${view.group}: new requests to it are answered 503, or by targets that fail their checks.`};
}

function finish(view, target, limit = "") {
  const {InFlight} = view.rates.get(target.TargetId) ?? target;
  return InFlight ? `${plural(InFlight, "request")} in flight will finish${limit}.` : "No request is in flight.";
}

/* One target, and the call about it; question(place) says the rest. */
function order(verb, view, target, question) {
  const place = address(target.Target);
  const {Id, Port} = target.Target;
  const word = verb.toLowerCase();
  ask({
    verb, title: `${verb} ${place}?`, line: () => `fairleadctl ${word} ${quoted(view.group)} ${quoted(place)}`,
    act: () => post("/v1/" + word, {TargetGroupName: view.group, Targets: [{Id, Port}]}), ...question(place),
  });
}

export function drain(view, target) {
  order("Drain", view, target, place => ({
    effects: () => [remain(view, target), finish(view, target), "It stays registered and is not checked until somebody makes it ready."],
    done: () => `${place} is drained.`,
  }));
}

export function ready(view, target) {
  order("Ready", view, target, place => ({
    title: `Make ${place} ready?`, verb: "Make ready", done: () => `${place} takes part again.`,
    effects: () => ["It is checked at once, and gets new requests when its first check passes."],
  }));
}

const AFTER = {
  configuration: "The configuration still names it: it stays out, also over reloads, until it is registered again.",
  task: "Its task goes on running, and is no target again until it starts anew or is registered by hand.",
};

export function deregister(view, target) {
  const delay = view.set?.Attributes?.["deregistration_delay.timeout_seconds"];
  const limit = delay === undefined ? "" : `, within the deregistration delay of ${delay} s`;
  order("Deregister", view, target, place => ({
    isGrave: true, done: () => `${place} leaves ${view.group}.`,
    effects: () => [remain(view, target), finish(view, target, limit), AFTER[target.Origin] ?? "Then it is gone from the group."],
  }));
}

export function register(view) {
  const place = field("IP address", {required: true, placeholder: "127.0.0.1"});
  const port = field("Port", {required: true, inputmode: "numeric", pattern: "[0-9]{1,5}", value: view.set?.Port});
  const zone = field("Zone, if any");
  const target = () => ({Id: place.value, Port: Number(port.value), ...(zone.value && {AvailabilityZone: zone.value})});
  const where = () => address(target());
  ask({
    title: `Register a target in ${view.group}`, verb: "Register", fields: [place, port, zone], done: () => `${where()} is registered.`,
    line: () => `fairleadctl register ${quoted(view.group)} ${quoted(where())}` + (zone.value && " --zone " + quoted(zone.value)),
    effects: () => ["It is checked at once, gets requests when its first check passes, and stays until it is deregistered."],
    act: () => post("/v1/register", {TargetGroupName: view.group, Targets: [target()]}),
  });
}

/* Shows the steps of a stop or a roll as they come. */
async function progress(path, body, place) {
  const list = h("ol.steps");
  fill(place, list);
  let last;
  for await (last of lines(await open("POST", path, {body}))) {
    list.append(h("li", {class: last.Result}, h("time", moment(last.Time)), " ", name(last.Text)));
    list.lastChild.scrollIntoView({block: "nearest"});
  }
  if (last?.Result !== "done")
    list.append(h("li.failed", last?.Result ? "The line before says why." : "The answer broke off. Events tell how it went on."));
  return false;
}

export function stop(task) {
  const title = task.Name ?? task.Id.slice(0, 12);
  ask({
    title: `Stop ${title}?`, verb: "Drain and stop", isGrave: true, line: () => `fairleadctl stop ${quoted(title)} --wait`,
    effects: () => [
      task.TargetCount ? `It is drained first (${task.TargetText}): requests in flight finish.` : "It is no target, so it is stopped at once.",
      "Then its engine sends its stop signal, and SIGKILL 10 s later.",
      task.IsManaged ? "Its service starts another one."
        : {warn: "Nothing starts it again, unless its restart policy or an orchestrator does."}],
    act: place => progress("/v1/stop", {Container: task.Id, Wait: true}, place),
  });
}

export function roll(service, running) {
  const number = {inputmode: "numeric", pattern: "[0-9]+"};
  const image = field("Image", {placeholder: "shop/web:1.4"}, "Empty: the newest that the engine has of the same reference.");
  const batch = field("At a time", {value: "1", ...number});
  const patience = field("Seconds for a new one to be healthy", {value: "60", ...number});
  const option = (word, value, usual = "") => value === usual ? "" : ` --${word} ${quoted(value)}`;
  ask({
    title: `Roll ${service}`, verb: "Roll", fields: [image, batch, patience],
    line: () => "fairleadctl roll " + quoted(service) + option("image", image.value) + option("batch", batch.value, "1") +
      option("timeout", patience.value, "60"),
    effects: () => [
      `${plural(running, "container")} of ${service} ${running === 1 ? "is" : "are"} replaced, ${batch.value || 1} at a time, new ones first.`,
      "An old one is drained before it is stopped. If a new one is not healthy in time, all go back."],
    act: place => progress("/v1/roll", {Service: service, ...(image.value && {Image: image.value}), Batch: Number(batch.value),
      TimeoutSeconds: Number(patience.value)}, place),
  });
}

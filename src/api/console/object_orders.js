// SPDX-License-Identifier: Apache-2.0
/*
 * Load balancers, target groups, listeners and rules beside the file: made, changed and deleted by
 * the names that the file has for their settings. Each kind has fields for what most need; all else
 * stands in one more, a line a setting.
 */
import {get, post, session, withQuery} from "./api.js";
import {ask, askForKey, field, showError} from "./dialog.js";
import {quoted} from "./dom.js";
import {flat, ofLines, readAction, readConditions, steps, toLines, writeAction, writeConditions} from "./settings.js";
import {plural} from "./text.js";

const number = {inputmode: "numeric", pattern: "[0-9]{1,5}"};
const PROTOCOLS = [["HTTP", "HTTP"], ["HTTPS", "HTTPS"]];
const OTHER_ACTION = '{"type":"redirect","redirect_config":{"protocol":"HTTPS","port":"443","status_code":"HTTP_301"}}';

/* A field of one setting. */
function simple(path, label, properties, hint) {
  return {paths: [path], make(known, own) {
    const one = field(label, {...properties, value: own[path] ?? properties?.value}, hint);
    return {fields: [one], get: () => ({[path]: one.value})};
  }};
}

function chosen(path, label, offer, hint) {
  return {paths: [path], make(known, own) {
    const all = offer(known);
    const options = own[path] === undefined || all.some(([value]) => value === own[path]) ? all : [[own[path], own[path]], ...all];
    const one = field(label, {options, value: own[path]}, hint);
    return {fields: [one], get: () => ({[path]: one.value})};
  }};
}

/* A group to forward to, or any other action. */
function action(path, label) {
  return {paths: [path], make({groups}, own) {
    const {group: now, rest} = readAction(own[path]);
    const group = field(label, {options: [...groups.map(one => [one, one]), ["", "something else"]], value: rest ? "" : now || groups[0]});
    const other = field("Another action", {rows: 2, value: rest, placeholder: OTHER_ACTION}, "As JSON, where it forwards to no single group.");
    const show = () => { other.node.hidden = group.value !== ""; };
    group.input.addEventListener("input", show);
    show();
    return {fields: [group, other], get: () => ({[path]: writeAction({group: group.value, rest: other.value})})};
  }};
}

const conditions = {paths: ["conditions"], make(known, own) {
  const now = readConditions(own.conditions);
  const paths = field("Paths", {value: now.paths, placeholder: "/shop /shop/*"}, "With blanks between; one of them must fit.");
  const hosts = field("Hosts", {value: now.hosts, placeholder: "shop.example.com"});
  const rest = field("Other conditions", {rows: 2, value: now.rest, placeholder: '[{"field":"http-request-method","values":["GET"]}]'},
    "As a JSON list; all conditions must hold.");
  return {fields: [paths, hosts, rest], get: () => ({conditions: writeConditions({paths: paths.value, hosts: hosts.value, rest: rest.value})})};
}};

function certificateText({Certificate, PrivateKey}) {
  return JSON.stringify([{certificate: Certificate, ...PrivateKey !== Certificate && {private_key: PrivateKey}}]);
}

const priority = simple("priority", "Priority", {...number, required: true}, "1 to 50000; no other rule of the listener has it.");

/* fields; others: what stands as an example of settings that have none, where there are any */
const kinds = {
  "load-balancer": {what: "load balancer", fields: [], others: "attributes.idle_timeout.timeout_seconds=120", made: ["It has no listeners yet: a listener says which load balancer it is of."],
    gone: ["Its listeners and their rules go with it; target groups stay."]},
  "target-group": {what: "target group", others: "attributes.stickiness.enabled=true", fields: [
    chosen("protocol", "Its targets speak", () => PROTOCOLS), simple("port", "Port of its targets", {...number, value: "80", required: true}),
    simple("health_check.path", "Path of its health check", {placeholder: "/"}),
    simple("health_check.interval_seconds", "Seconds between two checks", {...number, placeholder: "30"}),
    simple("health_check.matcher", "Healthy codes", {placeholder: "200"})],
    made: ["It gets requests once a rule forwards to it, and its targets are registered."],
    gone: ["Its targets get no requests and no checks any more.", "Rules that forward to it keep it from being deleted."]},
  listener: {what: "listener", others: 'sources=["10.0.0.0/8"]', fields: [
    chosen("load_balancer", "Load balancer", ({balancers}) => balancers.map(one => [one, one])),
    chosen("protocol", "Clients speak", () => PROTOCOLS), simple("port", "Port", {...number, required: true}),
    chosen("certificates", "Certificate, for HTTPS", ({certificates}) => [["", "none"], ...certificates]),
    action("default_actions", "Requests that no rule takes go to")],
    made: ["It takes connections at once, in every worker."], gone: ["Its port is closed to new connections; requests in flight finish."]},
  rule: {what: "rule", fields: [priority, action("actions", "They go to"), conditions],
    made: ["Rules are asked by their priorities, the lowest first; from now on new requests meet it."],
    gone: ["Requests that it took go where the next rule that fits sends them."]},
};

/* What forms offer to choose from. */
async function read() {
  const [{TargetGroups}, {LoadBalancers}, {Certificates}] =
    await Promise.all(["/v1/target-groups", "/v1/load-balancers", "/v1/certificates"].map(path => get(path)));
  return {groups: TargetGroups.map(one => one.TargetGroupName), balancers: LoadBalancers.map(one => one.LoadBalancerName),
    certificates: Certificates.map(one => [certificateText(one), one.Certificate])};
}

/* The fields of a kind, filled with what is; all(): what they say now. fixed: what cannot be another any more. */
function formOf(kind, known, own, fixed = []) {
  const shown = kinds[kind].fields.filter(one => !one.paths.some(path => fixed.includes(path)));
  const parts = shown.map(one => one.make(known, own));
  const paths = [...fixed, ...shown.flatMap(one => one.paths)];
  const rest = Object.fromEntries(Object.entries(own).filter(([path]) => !paths.includes(path)));
  const {others} = kinds[kind];
  const more = others && field("Other settings", {rows: 3, value: toLines(rest), placeholder: others},
    "One a line, SETTING=VALUE, by the names of the configuration file; lists as JSON.");
  return {fields: [...parts.flatMap(one => one.fields), more].filter(Boolean),
    all: () => Object.assign(ofLines(more?.value ?? ""), ...parts.map(one => one.get()))};
}

function told(kind, name, what) {
  return `The ${kinds[kind].what} ${name} is ${what}.`;
}

function line(verb, kind, name, set = []) {
  return ["fairleadctl", verb, kind, quoted(name || "NAME"), ...set.map(one => "--set " + quoted(one))].join(" ");
}

/* What is left of a question when fairlead could not say what there is. */
async function tried(title, question) {
  try {
    await question();
  } catch (error) {
    if (error.code === undefined)
      throw error;
    showError(title, error);
  }
}

/* after() is called when it is done; listener: that a rule is of. */
export function createObject(kind, after, listener) {
  const {what, made} = kinds[kind];
  const title = listener ? `Create a rule of ${listener}` : `Create a ${what}`;
  return tried(title, async () => {
    const known = await read();
    const form = formOf(kind, known, {});
    const first = listener ? [] : [field("Name", {required: true, pattern: "[A-Za-z0-9_.\\-]{1,64}"})];
    const name = () => listener ? `${listener}/${form.all().priority}` : first[0].value;
    const set = () => steps({}, {...form.all(), ...listener && {priority: ""}});
    ask({
      title, verb: "Create", fields: [...first, ...form.fields], line: () => line("create", kind, name(), set()),
      effects: () => made, done: () => told(kind, name(), "created"),
      async act() {
        await post("/v1/objects/create", {Kind: kind, Name: name(), Set: set()});
        after();
      },
    });
  });
}

/* The settings are told to who has a key. */
export async function changeObject(kind, name, after) {
  if (!session.caller && !await askForKey())
    return;
  const title = `Change ${kinds[kind].what} ${name}`;
  await tried(title, async () => {
    const [known, {Settings}] = await Promise.all([read(), get(withQuery("/v1/objects", {kind, name}))]);
    const settings = flat(Settings);
    delete settings.name;
    const form = formOf(kind, known, settings, kind === "listener" ? ["load_balancer"] : []);
    const before = {...settings, ...form.all()}; /* the same, as the fields write it */
    const set = () => steps(before, {...kind === "listener" && {load_balancer: settings.load_balancer ?? ""}, ...form.all()});
    ask({
      title, verb: "Change", fields: form.fields, line: () => line("change", kind, name, set()),
      effects: () => [set().length ? `${plural(set().length, "setting")} changed: in force at once, for new requests.` : "Nothing is changed yet."],
      done: () => told(kind, name, "changed"),
      async act() {
        await post("/v1/objects/change", {Kind: kind, Name: name, Set: set()});
        after();
      },
    });
  });
}

/* more: what else follows, as effects of dialog.js */
export function deleteObject(kind, name, after, more = []) {
  const {what, gone} = kinds[kind];
  ask({
    title: `Delete ${what} ${name}?`, verb: "Delete", isGrave: true, line: () => line("delete", kind, name),
    effects: () => [...more, ...gone], done: () => told(kind, name, "deleted"),
    async act() {
      await post("/v1/objects/delete", {Kind: kind, Name: name});
      after();
    },
  });
}

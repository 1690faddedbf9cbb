// SPDX-License-Identifier: Apache-2.0
/* Calls of fairlead's JSON, signed where there is a key; what refusals mean. */
import {encode, signerOf} from "./sign.js";

class Refusal extends Error {
  constructor(status, code, message, details) {
    super(message);
    Object.assign(this, {status, code, details: details ?? []});
  }

  get needsKey() {
    return this.code === "MissingAuthenticationToken";
  }
}

/* What to do about a refusal, by its code. */
const advice = {
  MissingAuthenticationToken: "Enter an access key. On the machine, fairleadctl key create NAME makes one.",
  InvalidClientTokenId: "Enter the id as fairleadctl key list shows it, or make a new key with fairleadctl key create NAME.",
  SignatureDoesNotMatch: "Enter the secret again: it is not the one that fairleadctl key create printed for this id.",
  AccessDenied: "This key may look and not change. Enter one that was made without --read-only.",
  RequestRepeated: "Fairlead has done this once already. Look at the state before you try again.",
  TooManyBadSignatures: "Wait a minute: ten signatures from here with this key were wrong.",
  Unreachable: "See whether fairlead runs: fairleadctl status on its machine. The console tries again by itself.",
};

export function nextStep(error) {
  return advice[error.code] ?? "";
}

let sign = null;
let caller = null;
const listeners = new Set();

export const session = {
  get caller() { return caller; },

  /* Calls it when another key, or none, is used from now on; what it returns ends that. */
  onchange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /* Tries a key, and keeps it where fairlead takes it; throws the refusal. */
  async enter(id, secret) {
    const candidate = await signerOf(id, secret);
    caller = await (await open("GET", "/v1/caller", {by: candidate})).json();
    sign = candidate;
    listeners.forEach(listener => listener());
  },

  forget() {
    sign = caller = null;
    listeners.forEach(listener => listener());
  },
};

async function refusalOf(response) {
  const {error, __type, message: said} = await response.json().catch(() => ({}));
  const {code = "", message = `fairlead answered with status ${response.status}`, details} = error ?? (__type ? {code: __type, message: said} : {});
  return new Refusal(response.status, code, message, details);
}

/* A response, its body not read yet. */
export async function open(method, path, {body, signal, wire, by = sign} = {}) {
  const text = body && JSON.stringify(body);
  const headers = by ? await by(method, path, text, wire) : {};
  const response = await fetch(path, {method, headers, body: text, signal}).catch(() => {
    throw new Refusal(0, "Unreachable", "fairlead does not answer");
  });
  if (!response.ok)
    throw await refusalOf(response);
  return response;
}

export async function get(path) {
  return (await open("GET", path)).json();
}

export async function post(path, body) {
  return (await open("POST", path, {body})).json();
}

/* Each line of an answer of JSON lines, as it comes. */
export async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const {value, done} = await reader.read();
    if (done)
      return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts)
      if (part.trim() !== "")
        yield JSON.parse(part);
  }
}

/* A path with the parameters that are there. */
export function withQuery(path, parameters) {
  const pairs = Object.entries(parameters).flatMap(([key, value]) => [value].flat()
    .filter(one => one !== undefined && one !== null && one !== "")
    .map(one => encode(key) + "=" + encode(one)));
  return pairs.length ? path + "?" + pairs.join("&") : path;
}

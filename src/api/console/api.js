// SPDX-License-Identifier: Apache-2.0
/* Calls of fairlead's JSON, signed where there is a key, and what refusals mean for people. */
import {encode, Signer} from "./sign.js";

export class Refusal extends Error {
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
  RequestExpired: "Set this computer's clock: it differs from fairlead's by more than 15 minutes.",
  RequestRepeated: "Fairlead has done this once already. Look at the state before you try again.",
  TooManyRequests: "Wait a minute: too many signatures from here were wrong.",
  Unreachable: "See whether fairlead runs: fairleadctl status on its machine. The console tries again by itself.",
};

export function nextStep(error) {
  return advice[error.code] ?? (error.status === 429 ? advice.TooManyRequests : "");
}

let signer = null;
let caller = null;
const listeners = new Set();

export const session = {
  get caller() { return caller; },
  get mayChange() { return caller !== null && !caller.IsReadOnly; },

  /* Calls it when another key, or none, is used from now on; what it returns ends that. */
  onchange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /* Tries a key and keeps it; throws the refusal. */
  async enter(id, secret) {
    const before = signer;
    signer = await Signer.of(id, secret);
    try {
      caller = await get("/v1/caller");
    } catch (error) {
      signer = before;
      throw error;
    }
    listeners.forEach(listener => listener());
  },

  forget() {
    signer = caller = null;
    listeners.forEach(listener => listener());
  },
};

async function refusalOf(response) {
  let error = {};
  try {
    error = (await response.json()).error ?? {};
  } catch { /* no JSON: the status has to do */ }
  return new Refusal(response.status, error.code ?? "Status" + response.status,
                     error.message ?? `fairlead answered with status ${response.status}`, error.details);
}

/* A response, its body not read yet. */
export async function open(method, path, {body, signal} = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = signer ? await signer.sign(method, path, text) : {};
  let response;
  try {
    response = await fetch(path, {method, headers, body: text, signal, cache: "no-store", credentials: "omit"});
  } catch (error) {
    if (error.name === "AbortError")
      throw error;
    throw new Refusal(0, "Unreachable", "fairlead does not answer");
  }
  if (!response.ok)
    throw await refusalOf(response);
  return response;
}

export async function get(path, signal) {
  return (await open("GET", path, {signal})).json();
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

export function targetsPath(group) {
  return `/v1/target-groups/${encode(group)}/targets`;
}

/* A path with the parameters that are there. */
export function withQuery(path, parameters) {
  const pairs = Object.entries(parameters).flatMap(([key, value]) => [value].flat()
    .filter(one => one !== undefined && one !== null && one !== "")
    .map(one => encode(key) + "=" + encode(one)));
  return pairs.length ? path + "?" + pairs.join("&") : path;
}

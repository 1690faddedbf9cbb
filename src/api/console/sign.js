// SPDX-License-Identifier: Apache-2.0
/*
 * AWS Signature Version 4 with WebCrypto, service "fairlead". The secret becomes a key that can
 * sign and not be read again; it lives as long as this tab. Each request signs a random
 * x-fairlead-nonce, so that none can be sent twice.
 */
import {now} from "./text.js";

const REGION = "us-east-1";
const SERVICE = "fairlead";
const ALGORITHM = {name: "HMAC", hash: "SHA-256"};

const utf8 = new TextEncoder();

/* Browsers give crypto.subtle to https and localhost only. */
export const canSign = Boolean(globalThis.crypto?.subtle);

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), byte => byte.toString(16).padStart(2, "0")).join("");
}

async function hash(text) {
  return hex(await crypto.subtle.digest("SHA-256", utf8.encode(text)));
}

function importKey(bytes) {
  return crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["sign"]);
}

function mac(key, text) {
  return crypto.subtle.sign("HMAC", key, utf8.encode(text));
}

export function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, sign => "%" + sign.charCodeAt(0).toString(16).toUpperCase());
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function canonicalQuery(parameters) {
  return [...parameters].map(([key, value]) => [encode(key), encode(value)])
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(pair => pair.join("=")).join("&");
}

/* 20261126T081530Z */
function basicTime(milliseconds) {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, "");
}

/* The headers that a request needs besides those that the browser adds; more: of another wire. */
async function headersOf(body, more) {
  const headers = {"x-amz-date": basicTime(now()), "x-amz-content-sha256": await hash(body ?? ""),
    "x-fairlead-nonce": hex(crypto.getRandomValues(new Uint8Array(16)))};
  return body === undefined ? headers : {...headers, "content-type": "application/json", ...more};
}

/* What signs with a key: sign(method, path, body, {service, headers}) -> headers. */
export async function signerOf(id, secret) {
  const root = await importKey(utf8.encode("AWS4" + secret));

  async function keyFor(scope) {
    let key = root;
    for (const part of scope)
      key = await importKey(await mac(key, part));
    return key;
  }

  return async (method, path, body, {service = SERVICE, headers: more} = {}) => {
    const url = new URL(path, location.origin);
    const headers = await headersOf(body, more);
    const time = headers["x-amz-date"];
    const signed = {...headers, host: url.host};
    const names = Object.keys(signed).sort();
    const canonical = [method, url.pathname.split("/").map(encode).join("/"), canonicalQuery(url.searchParams),
      ...names.map(name => `${name}:${signed[name]}`), "", names.join(";"), headers["x-amz-content-sha256"]].join("\n");
    const scope = [time.slice(0, 8), REGION, service, "aws4_request"];
    const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), await hash(canonical)].join("\n");
    const signature = hex(await mac(await keyFor(scope), text));
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope.join("/")}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
    return headers;
  };
}

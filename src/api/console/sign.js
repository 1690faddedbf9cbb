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

/* A key's id and secret, as something that signs. */
export class Signer {
  constructor(id) {
    this.id = id;
    this.days = new Map();
  }

  static async of(id, secret) {
    const signer = new Signer(id);
    signer.secret = await importKey(utf8.encode("AWS4" + secret));
    return signer;
  }

  async dayKey(day) {
    if (!this.days.has(day)) {
      let key = this.secret;
      for (const part of [day, REGION, SERVICE, "aws4_request"])
        key = await importKey(await mac(key, part));
      this.days.clear();
      this.days.set(day, key);
    }
    return this.days.get(day);
  }

  /* The headers that a request needs besides those that the browser adds. */
  async sign(method, path, body) {
    const url = new URL(path, location.origin);
    const time = basicTime(now());
    const day = time.slice(0, 8);
    const headers = {"x-amz-date": time, "x-amz-content-sha256": await hash(body ?? ""),
                     "x-fairlead-nonce": hex(crypto.getRandomValues(new Uint8Array(16)))};
    if (body !== undefined)
      headers["content-type"] = "application/json";
    const signed = {...headers, host: url.host};
    const names = Object.keys(signed).sort();
    const canonical = [method, url.pathname.split("/").map(encode).join("/"), canonicalQuery(url.searchParams),
                       ...names.map(name => `${name}:${signed[name]}`), "", names.join(";"),
                       headers["x-amz-content-sha256"]].join("\n");
    const scope = [day, REGION, SERVICE, "aws4_request"].join("/");
    const text = ["AWS4-HMAC-SHA256", time, scope, await hash(canonical)].join("\n");
    const signature = hex(await mac(await this.dayKey(day), text));
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${this.id}/${scope}, ` +
      `SignedHeaders=${names.join(";")}, Signature=${signature}`;
    return headers;
  }
}

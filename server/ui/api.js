// @ts-check
/** What the pages say to the server, and how a refusal is told to a person. Who listens hears when it cannot be reached. */

import { language, say } from "./words.js";

/** A refusal: its code is the server's, its sentence is for the person. */
export class Refused extends Error {
  /** @param {string} code @param {string} message @param {number} [status] @param {number} [waitSeconds] */
  constructor(code, message, status = 0, waitSeconds = 0) {
    super(message);
    this.code = code;
    this.status = status;
    this.waitSeconds = waitSeconds;
  }
}

/** `away` when the server cannot be reached, `here` when it was again, `stranger` when a sign-in has ended. */
export const line = new EventTarget();

/** Where the server has no better sentence than its code, and no German ones. @type {Record<string, import("./words.js").Key>} */
const CODES = {
  away: "error.away",
  unreadable: "error.unreadable",
  not_allowed: "error.not_allowed",
  forbidden: "error.forbidden",
  not_found: "error.not_found",
  wrong_password: "error.wrong_password",
  too_many: "error.too_many",
  unavailable: "error.unavailable",
  internal: "error.internal",
  revoked: "error.revoked",
  conflict: "error.conflict",
};

/**
 * The reply's JSON, or `null` where there is none.
 *
 * @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers] @returns {Promise<any>}
 */
export async function call(method, path, body, headers = {}) {
  const response = await send(method, path, body, headers);
  if (response.status === 204) return null;
  const reply = await response.json().catch(() => undefined);
  if (reply === undefined && response.status === 200) throw new Refused("unreadable", say("error.unreadable"));
  return reply ?? null;
}

/**
 * The response itself, if it is none of refusal.
 *
 * @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers] @param {AbortSignal} [signal]
 */
export async function send(method, path, body, headers = {}, signal) {
  const json = body && { "content-type": "application/json" };
  const request = { method, headers: { ...json, ...headers }, body: body && JSON.stringify(body), signal };
  const response = await fetch(`/api/v1${path}`, request).catch((error) => {
    if (signal?.aborted) throw error;
    line.dispatchEvent(new Event("away"));
    throw new Refused("away", say("error.away"));
  });
  line.dispatchEvent(new Event("here"));
  if (response.ok) return response;
  throw await refusal(response);
}

/** In words for whoever sees it. @param {unknown} error @returns {string} */
export function sentence(error) {
  if (!(error instanceof Refused)) return say("error.unknown");
  const key = CODES[error.code];
  const own = language === "en" || !key;
  const text = own ? error.message.charAt(0).toUpperCase() + error.message.slice(1) : say(key);
  const minutes = Math.ceil(error.waitSeconds / 60);
  return error.waitSeconds > 60 ? `${text} ${say("error.wait", { n: minutes })}` : text;
}

/** @param {Response} response */
async function refusal(response) {
  const reply = await response.json().catch(() => null);
  const { code, message } = reply?.error ?? {};
  if (code === "not_allowed") line.dispatchEvent(new Event("stranger"));
  if (!message) return new Refused("unreadable", say("error.unreadable"), response.status);
  return new Refused(code, message, response.status, Number(response.headers.get("retry-after")) || 0);
}

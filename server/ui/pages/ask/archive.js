// @ts-check
/**
 * Conversations, wherever they are kept: a person's by the server, a visitor's by the secrets that this browser holds. Who
 * uses it need not know which.
 *
 * @typedef {import("../../answer/wire.js").Line} Line
 * @typedef {{id: string, title: string, used_ms: number}} Listed
 */

import { call, send } from "../../api.js";
import { person } from "../../shell/me.js";
import { tellOthers } from "../../shell/others.js";
import { forgetConversation, keepConversation, ownConversations, secretOf } from "./kept.js";

/** @param {string} id @returns {Record<string, string>} */
function opener(id) {
  const secret = person() ? null : secretOf(id);
  return secret ? { "x-conversation-secret": secret } : {};
}

/** @param {string} words @param {string | null} after @returns {Promise<{conversations: Listed[], next: string | null}>} */
export async function list(words, after) {
  if (person()) {
    const query = new URLSearchParams({ limit: "40", ...(words && { q: words }), ...(after && { after }) });
    return call("GET", `/conversations?${query}`);
  }
  const sought = words.toLowerCase();
  return { conversations: ownConversations().filter(({ title }) => title.toLowerCase().includes(sought)), next: null };
}

/** @param {string} question for its title until the server gives one @returns {Promise<string>} its id */
export async function begin(question) {
  const made = await call("POST", "/conversations");
  if (made.secret) keepConversation({ id: made.id, secret: made.secret, title: question.slice(0, 120), used_ms: Date.now() });
  return made.id;
}

/** What `ask` needs to go on in one. @param {string} id */
export function asked(id) {
  const secret = person() ? null : secretOf(id);
  return { conversation: id, ...(secret && { conversation_secret: secret }) };
}

/** @param {string} id @param {number} after @param {number} limit */
export async function read(id, after, limit) {
  const found = await call("GET", `/conversations/${id}?after=${after}&limit=${limit}`, undefined, opener(id));
  remember(found);
  return found;
}

/** @param {string} id @param {string} title @returns {Promise<Line>} */
export async function rename(id, title) {
  const renamed = await call("PATCH", `/conversations/${id}`, { title }, opener(id));
  remember(renamed);
  tellOthers({ what: "conversations" });
  return renamed;
}

/** @param {string} id */
export async function remove(id) {
  await call("DELETE", `/conversations/${id}`, undefined, opener(id));
  forgetConversation(id);
  tellOthers({ what: "conversations" });
}

/** As a file, kept by the browser. @param {string} id @param {"markdown" | "json"} format */
export async function exportAs(id, format) {
  const response = await send("GET", `/conversations/${id}/export?format=${format}`, undefined, opener(id));
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = named ? decodeURIComponent(named) : `conversation.${format === "json" ? "json" : "md"}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {string} id */
export function passOn(id) {
  return call("POST", `/conversations/${id}/handoff`, undefined, opener(id));
}

/** @param {Line} line */
function remember({ id, title, used_ms }) {
  const known = person() ? undefined : ownConversations().find((own) => own.id === id);
  // Before its first answer is kept, the server does not know what it is called.
  if (known) keepConversation({ ...known, title: title || known.title, used_ms });
}

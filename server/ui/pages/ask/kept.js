// @ts-check
/**
 * What this browser keeps: of a visitor's conversations what opens them, of a question what is being written, of an answer
 * on its way where to come back to. Where nothing may be stored, it lasts as long as the page.
 *
 * @typedef {{id: string, secret: string, title: string, used_ms: number}} Own
 * @typedef {{conversation: string | null, question: string, stream: string | null}} Pending
 */

const OWN = "lectern.conversations";
const PENDING = "lectern.pending";
const DRAFT = "lectern.draft.";
const MOST = 200;
/** They end thirty days after they were last used. */
const ENDS_MS = 30 * 24 * 3_600_000;

/** @type {Map<string, string>} */
const instead = new Map();

/** @returns {Own[]} the newest first */
export function ownConversations() {
  const all = /** @type {Own[]} */ (parsed(read(localStorageOf(), OWN)) ?? []);
  return all.filter(({ used_ms }) => Date.now() - used_ms < ENDS_MS).sort((a, b) => b.used_ms - a.used_ms);
}

/** @param {string} id @returns {string | null} */
export function secretOf(id) {
  return ownConversations().find((own) => own.id === id)?.secret ?? null;
}

/** @param {Own} own */
export function keepConversation(own) {
  const others = ownConversations().filter(({ id }) => id !== own.id);
  write(localStorageOf(), OWN, JSON.stringify([own, ...others].slice(0, MOST)));
}

/** @param {string} gone */
export function forgetConversation(gone) {
  write(localStorageOf(), OWN, JSON.stringify(ownConversations().filter(({ id }) => id !== gone)));
}

/** @returns {Pending | null} */
export function pending() {
  return parsed(read(sessionStorageOf(), PENDING));
}

/** @param {Pending | null} next */
export function setPending(next) {
  write(sessionStorageOf(), PENDING, next && JSON.stringify(next));
}

/** @param {string | null} conversation */
export function draft(conversation) {
  return read(sessionStorageOf(), DRAFT + (conversation ?? "new")) ?? "";
}

/** @param {string | null} conversation @param {string} text */
export function setDraft(conversation, text) {
  write(sessionStorageOf(), DRAFT + (conversation ?? "new"), text || null);
}

/** @param {Storage | null} storage @param {string} key */
function read(storage, key) {
  try {
    return storage ? storage.getItem(key) : (instead.get(key) ?? null);
  } catch {
    return instead.get(key) ?? null;
  }
}

/** @param {Storage | null} storage @param {string} key @param {string | null} value */
function write(storage, key, value) {
  try {
    if (value === null) storage?.removeItem(key);
    else storage?.setItem(key, value);
  } catch {
    // Full, or not let: the page remembers it for now.
  }
  if (value === null) instead.delete(key);
  else instead.set(key, value);
}

/** @param {string | null} text */
function parsed(text) {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function localStorageOf() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

function sessionStorageOf() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

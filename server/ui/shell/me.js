// @ts-check
/**
 * Who is there: asked of the server once, and again when somebody signs in or out. What one may do is the server's to say;
 * here it only decides what is worth showing.
 *
 * @typedef {{id: string, login: string, name: string, role: string}} Person
 * @typedef {{person: Person | null, role: string, tier: string | null, groups: string[], reads_everything: boolean,
 *   has_password: boolean}} Me
 * @typedef {"anyone" | "reader" | "editor" | "admin"} Least
 */

import { Refused, call, line } from "../api.js";

const RANKS = ["anyone", "reader", "editor", "admin"];

/** @type {Me | null} nobody: visitors are not let in, and nobody is signed in */
let known = null;
let isOver = false;

line.addEventListener("stranger", () => { isOver ||= Boolean(known?.person); });

/** @returns {Promise<Me | null>} */
export async function learn() {
  known = await call("GET", "/me").catch(async (error) => {
    if (!(error instanceof Refused) || error.code !== "not_allowed") throw error;
    // What did not open is taken away with the refusal: without it one is a visitor, where there are any.
    return call("GET", "/me").catch(() => null);
  });
  isOver &&= !known?.person;
  return known;
}

export function me() {
  return known;
}

/** Whoever was here is signed in no more, and does not know it until they sign in again, or the page is opened anew. */
export function hasEnded() {
  return isOver;
}

/** Somebody with an account. */
export function person() {
  return known?.person ?? null;
}

/** @param {Least} least */
export function mayOpen(least) {
  const rank = known?.person ? RANKS.indexOf(known.role) : RANKS.indexOf("anyone");
  return known !== null && rank >= RANKS.indexOf(least);
}

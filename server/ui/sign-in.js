// @ts-check
/** Signing in: a login and a password, then the library. */

import { call, onSubmit } from "./api.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("sign-in"));
const login = /** @type {HTMLInputElement} */ (document.getElementById("login"));
const password = /** @type {HTMLInputElement} */ (document.getElementById("password"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));

/** Why nobody came in by way of the provider, by the code that stands in the address. @type {Record<string, string>} */
const TURNED_AWAY = {
  cancelled: "You did not sign in there.",
  stale: "That took too long, or was begun in another browser. Try again.",
  refused: "What the other side said could not be believed. Tell an admin.",
  unavailable: "The other side does not answer. Try again in a moment, or use a password.",
  not_let_in: "You are known there, and not let in here. Ask an admin.",
};

const code = new URLSearchParams(location.hash.slice(1)).get("oidc");
if (code) said.textContent = TURNED_AWAY[code] ?? TURNED_AWAY.refused;

onSubmit(form, said, async () => {
  try {
    await call("POST", "/sessions", { login: login.value, password: password.value });
  } catch (error) {
    password.focus();
    password.select();
    throw error;
  }
  location.replace("/");
});

// The form works before this is known.
const { oidc } = await call("GET", "/sign-in-ways").catch(() => ({ oidc: null }));
if (oidc) {
  const elsewhere = /** @type {HTMLElement} */ (document.getElementById("elsewhere"));
  /** @type {HTMLElement} */ (elsewhere.querySelector("a")).textContent = `Sign in with ${oidc.name}`;
  elsewhere.hidden = false;
}

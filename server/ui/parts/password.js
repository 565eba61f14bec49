// @ts-check
/** The fields of a login and of passwords, as password managers know them. */

import { say } from "../words.js";
import { field } from "./field.js";
import { h } from "./element.js";

/** @param {string} id @param {"current-password" | "new-password"} autocomplete */
export function password(id, autocomplete) {
  return h("input", { id, name: id, type: "password", autocomplete, required: true });
}

export function login(id = "login") {
  const spelt = { autocomplete: "username", autocapitalize: "none", spellcheck: "false" };
  return h("input", { id, name: "login", type: "text", maxlength: 254, required: true, ...spelt });
}

/** A new one, twice. @param {HTMLInputElement} first @param {HTMLInputElement} again */
export function newPassword(first, again) {
  return [field(say("password.new"), first, say("password.rule")), field(say("password.again"), again)];
}

/** Whether both are the same; if not, the second is to be typed anew. @param {HTMLInputElement} first @param {HTMLInputElement} again */
export function areSame(first, again) {
  if (first.value === again.value) return true;
  again.focus();
  again.select();
  return false;
}

// @ts-check
/** Roles, states and scopes in words. */

import { h } from "../../parts/element.js";
import { say } from "../../words.js";

/** @typedef {import("../../words.js").Key} Key */

/** @type {Record<string, [Key, Key]>} */
const ROLES = { reader: ["role.reader", "role.reader_about"], editor: ["role.editor", "role.editor_about"], admin: ["role.admin", "role.admin_about"] };

/** @type {Record<string, [Key, string]>} */
const STATES = { invited: ["people.invited", "accent"], active: ["people.active", "good"], suspended: ["people.suspended", "bad"] };

/** @type {Record<string, Key>} */
export const SCOPES = { read: "scope.read", write: "scope.write", manage: "scope.manage" };

/** @param {string} role */
export function roleName(role) {
  return ROLES[role] ? say(ROLES[role][0]) : role;
}

/** @param {string} role */
export function roleAbout(role) {
  return ROLES[role] ? say(ROLES[role][1]) : "";
}

/** @param {string} now */
export function roleSelect(now) {
  return h("select", { name: "role" }, Object.keys(ROLES).map((role) => h("option", { value: role, selected: role === now }, roleName(role))));
}

/** @param {string} state */
export function stateOf(state) {
  const [key, kind] = STATES[state] ?? [null, ""];
  return h("span", { class: `badge ${kind}` }, key ? say(key) : state);
}

/** @param {string} scope */
export function scopeName(scope) {
  return SCOPES[scope] ? say(SCOPES[scope]) : scope;
}

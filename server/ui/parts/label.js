// @ts-check
/**
 * Who may read: a tier, and the groups of which one is enough. Shown as it stands, and chosen in forms. What one may choose is
 * the server's to say; here only that is offered which it would take.
 *
 * @typedef {{tier: string, groups: string[]}} Label
 */

import { call } from "../api.js";
import { mayOpen, me } from "../shell/me.js";
import { listed, say } from "../words.js";
import { field } from "./field.js";
import { fill, freshId, h, theirs } from "./element.js";

export const TIERS = ["public", "customer", "internal", "restricted"];

/** @type {Record<string, import("../words.js").Key>} */
const NAMES = { public: "tier.public", customer: "tier.customer", internal: "tier.internal", restricted: "tier.restricted" };

/** @type {Record<string, string>} */
const KINDS = { public: "good", customer: "accent", internal: "warn", restricted: "bad" };

/** @param {string} tier */
export function tierName(tier) {
  return NAMES[tier] ? say(NAMES[tier]) : tier;
}

/** @param {Label} label */
export function labelBadges({ tier, groups }) {
  const group = (/** @type {string} */ name) => h("span", { class: "badge" }, theirs(name));
  return h("span", { class: "badges" }, h("span", { class: `badge ${KINDS[tier] ?? ""}` }, tierName(tier)), groups.map(group));
}

/** Who reads what carries it, in a sentence. @param {Label} label */
export function readersOf({ tier, groups }) {
  const about = { tier: tierName(tier), groups: listed(groups) };
  if (groups.length > 0) return say("label.readers_in", about);
  return tier === "public" ? say("label.everybody") : say("label.readers", about);
}

/** What somebody reads who has it, in a sentence. @param {Label} label */
export function readsOf({ tier, groups }) {
  const about = { tier: tierName(tier), groups: listed(groups) };
  return groups.length > 0 ? say("label.reads_in", about) : say("label.reads", about);
}

/**
 * What a label is chosen for: documents, which are for some, or people and keys, who read some.
 *
 * @typedef {{sentence: (label: Label) => string, groups: import("../words.js").Key}} Purpose
 */

/** @type {Purpose} */
export const OF_DOCUMENTS = { sentence: readersOf, groups: "label.groups" };
/** @type {Purpose} */
export const OF_READERS = { sentence: readsOf, groups: "label.in_groups" };

/** The groups that one may name: all for admins, one's own for others. @returns {Promise<string[]>} */
export async function knownGroups() {
  if (!mayOpen("admin")) return me()?.groups ?? [];
  const { groups } = await call("GET", "/groups");
  return groups.map((/** @type {{name: string}} */ { name }) => name);
}

/** The fields of a label, and what they come to in a sentence. @param {Label} now @param {string[]} known @param {Purpose} [purpose] */
export function labelFields(now, known, purpose = OF_DOCUMENTS) {
  const tiers = TIERS.filter((tier) => tier === now.tier || mayReach(tier));
  const tier = h("select", { name: "tier" }, tiers.map((one) => h("option", { value: one, selected: one === now.tier }, tierName(one))));
  const names = [...new Set([...known, ...now.groups])].sort();
  const boxes = names.map((name) => h("input", { type: "checkbox", name: "groups", value: name, checked: now.groups.includes(name) }));
  const told = h("p", { class: "quiet", role: "status" });
  const groups = h("fieldset", { class: "groups" }, h("legend", {}, say(purpose.groups)), boxes.map((box) => h("label", { class: "choice" }, box, theirs(box.value))));

  /** @returns {Label} */
  const value = () => ({ tier: tier.value, groups: boxes.filter((box) => box.checked).map((box) => box.value) });
  const tell = () => fill(told, purpose.sentence(value()));
  const node = h("div", { class: "label-fields", id: freshId("label") }, field(say("label.tier"), tier), names.length > 0 ? groups : null, told);
  node.addEventListener("change", tell);
  tell();
  return { node, value, tell };
}

/** Which tier a new document gets unless somebody says more: never one for everybody. */
export function usualTier() {
  return mayReach("internal") ? "internal" : me()?.tier ?? "public";
}

/** @param {string} tier */
function mayReach(tier) {
  const known = me();
  return known !== null && (known.reads_everything || TIERS.indexOf(tier) <= TIERS.indexOf(known.tier ?? "public"));
}

// @ts-check
/**
 * Whether somebody reads a document, rule by rule.
 *
 * @typedef {{rule: string, holds: boolean, sentence: string}} Ground
 * @typedef {{person: string | null, document_id: string | null, title: string | null, reads: boolean, verdict: string, grounds: Ground[]}} Verdict
 */

import { say } from "../words.js";
import { h, theirs } from "./element.js";
import { icon } from "./icons.js";

/** @param {Verdict} of */
export function verdict({ person, document_id, reads, verdict: sentence, grounds }) {
  const decided = person !== null && document_id !== null;
  const head = decided ? say(reads ? "grounds.reads" : "grounds.reads_not", { person: person ?? "" }) : say(person === null ? "grounds.nobody" : "grounds.no_document");
  return h("div", { class: "verdict" }, h("p", { class: `row ${reads ? "good" : "bad"}`, title: sentence }, icon(reads ? "check" : "close"), h("strong", {}, head)), steps(grounds));
}

/** @param {Ground[]} grounds */
export function steps(grounds) {
  if (grounds.length === 0) return null;
  return h("ul", { class: "grounds" }, grounds.map(({ holds, sentence }) => h("li", { class: holds ? "good" : "bad" }, icon(holds ? "check" : "close"),
    h("span", {}, h("span", { class: "unseen" }, say(holds ? "grounds.holds" : "grounds.holds_not"), " "), theirs(sentence)))));
}

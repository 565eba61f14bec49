// @ts-check
/**
 * What is known beyond a document itself: the questions that found it, and documents that say nearly the same. Asked for when
 * somebody looks: the reply holds the whole text again.
 *
 * @typedef {{document_id: string, title: string, origin: string}} Likeness
 * @typedef {{question: string, cited: boolean, asked_ms: number}} Asked
 * @typedef {{near_duplicate_of: Likeness | null, near_duplicates: Likeness[], questions: Asked[]}} Known
 */

import { call, sentence } from "../../api.js";
import { fill, h, theirs } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { empty, table } from "../../parts/list.js";
import { moment, say } from "../../words.js";

/** @param {HTMLElement} panel @param {{document_id: string}} of @param {"questions" | "like"} what */
export async function knownOf(panel, { document_id }, what) {
  panel.append(h("p", { class: "quiet" }, h("span", { class: "dots" }, h("i"), h("i"), h("i"))));
  const asked = panel.getAttribute("aria-labelledby");
  try {
    /** @type {Known} */
    const known = await call("GET", `/documents/inspect?name=${encodeURIComponent(document_id)}`);
    if (panel.getAttribute("aria-labelledby") === asked) fill(panel, what === "questions" ? questions(known.questions) : like(known));
  } catch (error) {
    if (panel.getAttribute("aria-labelledby") === asked) fill(panel, h("p", { class: "wrong" }, sentence(error)));
  }
}

/** @param {Asked[]} all */
function questions(all) {
  if (all.length === 0) return empty("ask", say("document.no_questions"), say("document.no_questions_about"));
  const { frame, body, row } = table(say("document.questions"), [{ title: say("document.question"), class: "wide" }, { title: say("document.became") }, { title: say("document.asked") }]);
  const cited = (/** @type {boolean} */ was) => h("span", { class: `badge ${was ? "good" : ""}` }, say(was ? "document.quoted" : "document.found"));
  body.append(...all.map((one) => row(theirs(one.question), cited(one.cited), moment(one.asked_ms))));
  return frame;
}

/** @param {Known} known */
function like({ near_duplicate_of: stands, near_duplicates: others }) {
  if (!stands && others.length === 0) return empty("copy", say("document.no_like"), say("document.no_like_about"));
  return [
    stands ? h("section", { class: "stack" }, h("p", {}, say("document.stands_for_this")), h("ul", { class: "cards" }, likeness(stands))) : null,
    others.length > 0 ? h("section", { class: "stack" }, h("p", {}, say("document.this_stands_for", { n: others.length })), h("ul", { class: "cards" }, others.map(likeness))) : null,
  ];
}

/** @param {Likeness} one */
function likeness({ document_id, title, origin }) {
  return h("li", {}, h("a", { class: "line-card", href: `/library/documents/${document_id}` }, icon("document"),
    h("span", { class: "about" }, theirs(title, { class: "title" }), " ", theirs(origin, { class: "quiet" }))));
}

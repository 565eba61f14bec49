// @ts-check
/**
 * One question, asked with the eyes of two: what each is told and shown, and what the other is not.
 *
 * @typedef {import("../../parts/label.js").Label} Label
 * @typedef {{document_id: string, title: string, tier: string, groups: string[]}} OnlyHere
 * @typedef {{document_id: string, title: string, url: string, tier: string, page: number | null, heading: string, text: string}} Hit
 * @typedef {{as: string, reads: boolean, answer?: {answer: string, declined: boolean, citations: import("../../answer/wire.js").Cited[]}, hits: Hit[],
 *   only_here: OnlyHere[]}} Side
 */

import { call } from "../../api.js";
import { openSource } from "../../answer/opening.js";
import { wordsIn } from "../../answer/words.js";
import { button, onSubmit } from "../../parts/button.js";
import { keepDraft } from "../../parts/drafts.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { knownGroups, labelBadges } from "../../parts/label.js";
import { why } from "../../parts/refusal.js";
import { announce } from "../../shell/notices.js";
import { say } from "../../words.js";
import { eyes } from "./eyes.js";
import { accessSections } from "./page.js";

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main }) {
  const groups = await knownGroups();
  const question = h("textarea", { name: "question", id: "compare-question", rows: 2, maxlength: 4_000, required: true, dir: "auto" });
  const [one, other] = [eyes("left", say("eyes.left"), "visitor", groups), eyes("right", say("eyes.right"), "label", groups)];
  const answered = h("input", { type: "checkbox", name: "answered", value: "yes", checked: true });
  const said = h("p", { class: "wrong", role: "alert" });
  const shown = h("div", { class: "two", id: "compared" });
  const form = h("form", { class: "stack", id: "compare" }, field(say("eyes.question"), question), h("div", { class: "two" }, one.node, other.node),
    h("label", { class: "choice" }, answered, say("eyes.answered")), said, h("div", { class: "row" }, button({ label: say("eyes.compare"), kind: "primary", type: "submit" }), h("span", { class: "quiet" }, say("eyes.noted"))));
  keepDraft(form, "compare");
  one.tell();
  other.tell();
  onSubmit(form, said, async () => {
    fill(shown);
    const text = question.value.trim();
    const { left, right } = await call("POST", "/simulate/compare", { [answered.checked ? "question" : "query"]: text, left: one.value(), right: other.value() });
    fill(shown, side(left, one.name(), right.reads), side(right, other.name(), left.reads));
    announce(say("eyes.compared"));
  }, why);
  const head = h("header", { class: "page-head" }, h("h1", {}, say("eyes.head")), h("p", { class: "quiet" }, say("eyes.about")));
  fill(main, h("div", { class: "page wide", id: "simulator" }, head, accessSections("/access"), h("section", { class: "card" }, form), shown));
  return { title: say("eyes.head") };
}

/** @param {Side} of @param {string} name @param {boolean} otherReads */
function side({ reads, answer, hits, only_here }, name, otherReads) {
  if (!reads) return h("section", { class: "card stack pane" }, h("h2", {}, theirs(name)), h("p", { class: "quiet" }, say("eyes.reads_nothing")));
  const only = only_here.map((one) => h("li", {}, h("a", { href: `/library/documents/${one.document_id}` }, theirs(one.title)), " ", labelBadges(one)));
  return h("section", { class: "card stack pane" }, h("h2", {}, theirs(name)), answer ? told(answer) : null,
    only.length > 0 ? folded(say("eyes.only_here", { n: only.length }), h("ul", { class: "cards" }, only)) : h("p", { class: "quiet" }, say(otherReads ? "eyes.nothing_more" : "eyes.all_of_it")),
    hits.length > 0 ? folded(say("eyes.hits", { n: hits.length }), h("ol", { class: "hits" }, hits.map(hit))) : h("p", { class: "quiet" }, say("eyes.no_hits")));
}

/** Open where it is short. @param {string} title @param {HTMLElement} list */
function folded(title, list) {
  return h("details", { class: "more", open: list.childElementCount <= 12 }, h("summary", {}, title), h("div", { class: "inside" }, list));
}

/** @param {NonNullable<Side["answer"]>} answer */
function told({ answer: text, citations, declined }) {
  const words = h("div", { class: "words" });
  wordsIn(words)({ text, citations, ranges: [], isComing: false, open: (citation, opener) => openSource({ citation, all: citations, opener }) });
  return h("div", { class: "stack" }, declined ? h("p", {}, h("span", { class: "badge warn" }, say("eyes.declined"))) : null, words);
}

/** @param {Hit} of */
function hit({ document_id, title, heading, tier, text }) {
  const path = heading.split(" > ").filter((part) => part && part !== title).join(" › ");
  return h("li", {}, h("p", {}, h("a", { href: `/library/documents/${document_id}` }, theirs(title)), " ", labelBadges({ tier, groups: [] })),
    path ? h("p", { class: "quiet" }, theirs(path)) : null, h("p", { class: "quiet snippet", dir: "auto" }, text.slice(0, 240)));
}

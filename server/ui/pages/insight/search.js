// @ts-check
/**
 * Trying a search: what is found, how sure one may be of it, and how each candidate came to its place. Scores are for editors, so
 * this page is; whoever may look with other eyes may look with those of a reader.
 *
 * @typedef {{document_id: string, title: string, heading: string, tier: string, page: number | null, text: string, score?: number}} Hit
 * @typedef {{rank: number | null, score: number}} Place
 * @typedef {{document_id: string, title: string, heading: string, ordinal: number, dense: Place | null, sparse: Place | null, fused: number,
 *   score: number, terms: Record<string, number>, signals: Record<string, number>, fate: string, place: number | null,
 *   of: {candidate: number} | null}} Candidate
 * @typedef {{asked_as: string | null, language_known: number, confidence: number, remembered: boolean, timings_ms: Record<string, number>,
 *   reranker: {version: string, instead: string | null}, candidates: Candidate[]}} Explanation
 */

import { call } from "../../api.js";
import { button, onSubmit } from "../../parts/button.js";
import { keepDraft } from "../../parts/drafts.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { TIERS, labelBadges, tierName } from "../../parts/label.js";
import { empty, table } from "../../parts/list.js";
import { why } from "../../parts/refusal.js";
import { announce } from "../../shell/notices.js";
import { mayOpen } from "../../shell/me.js";
import { number, percent, say } from "../../words.js";
import { insightSections } from "./page.js";
import { reliability } from "./reliability.js";

const LIMITS = [5, 10, 20, 50];
const USUAL = "10";

/** @type {Record<string, import("../../words.js").Key>} */
const STAGES = { embedding: "try.embedding", index: "try.index", verify: "try.verify", rerank: "try.rerank", context: "try.context" };

/** @param {import("../../shell/routes.js").Visit} visit */
export function open({ main, left }) {
  const words = h("input", { type: "search", name: "query", id: "try-query", required: true, maxlength: 4_000, dir: "auto", autocomplete: "off" });
  const limit = h("select", { name: "limit" }, LIMITS.map((n) => h("option", { value: n, selected: String(n) === USUAL }, number(n))));
  const eyes = h("select", { name: "as" }, h("option", { value: "" }, say("try.own_eyes")), TIERS.map((tier) => h("option", { value: `tier=${tier}` }, say("try.eyes_of", { tier: tierName(tier) }))));
  const said = h("p", { class: "wrong", role: "alert" });
  const found = h("div", { class: "stack", id: "found" });
  const form = h("form", { class: "card stack", role: "search" }, field(say("try.query"), words),
    h("div", { class: "fields" }, field(say("try.limit"), limit), mayOpen("admin") ? field(say("try.eyes"), eyes) : null), said,
    h("div", { class: "row" }, button({ label: say("list.search"), icon: "search", kind: "primary", type: "submit" })));
  keepDraft(form, "try");
  onSubmit(form, said, async () => {
    const asked = { query: words.value.trim(), limit: Number(limit.value), explain: true, ...(eyes.value ? { as: eyes.value } : {}) };
    const reply = await call("POST", "/search", asked);
    if (left.aborted) return;
    draw(found, reply);
    announce(say("try.count", { n: reply.hits.length }));
  }, why);
  const head = h("header", { class: "page-head" }, h("h1", {}, say("try.head")), h("p", { class: "quiet" }, say("try.about")));
  fill(main, h("div", { class: "page wide", id: "try" }, head, insightSections("/insight/search"), form, found, reliability(left)));
  return { title: say("try.head") };
}

/** @param {HTMLElement} into @param {{hits: Hit[], took_ms: number, explanation: Explanation}} reply */
function draw(into, { hits, took_ms, explanation }) {
  if (hits.length === 0) return fill(into, empty("search", say("try.none"), say("try.none_about")));
  return fill(into, howSure(explanation, took_ms), h("section", { class: "stack" }, h("h2", {}, say("try.given")), h("ol", { class: "hits" }, hits.map(hit))),
    h("section", { class: "stack" }, h("h2", {}, say("try.candidates")), h("p", { class: "quiet" }, say("try.candidates_about")), candidates(explanation.candidates)));
}

/** @param {Explanation} explanation @param {number} took_ms */
function howSure({ asked_as, confidence, language_known, remembered, timings_ms, reranker }, took_ms) {
  /** @type {[string, string][]} */
  const facts = [[say("try.confidence"), percent(confidence)], [say("try.language_known"), percent(language_known)], [say("try.took"), say("record.ms", { n: took_ms })]];
  if (asked_as) facts.unshift([say("note.asked_as"), asked_as]);
  for (const [stage, ms] of Object.entries(timings_ms)) facts.push([STAGES[stage] ? say(STAGES[stage]) : stage, say("record.ms", { n: rounded(ms) })]);
  facts.push([say("try.weights"), reranker.version]);
  const notes = [remembered ? say("try.remembered") : null, reranker.instead].filter((one) => one !== null);
  return h("section", { class: "card stack" }, h("h2", {}, say("try.how")), h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, theirs(value))))),
    notes.map((one) => h("p", { class: "quiet" }, one)));
}

/** @param {Hit} of */
function hit({ document_id, title, heading, tier, page, text, score }) {
  const place = [placeOf({ title, heading }), page === null ? "" : say("page", { n: page })].filter(Boolean).join(" · ");
  return h("li", { class: "card" }, h("p", { class: "apart" }, h("span", { class: "row" }, h("a", { href: `/library/documents/${document_id}`, class: "name" }, theirs(title)), labelBadges({ tier, groups: [] })),
    score === undefined ? null : h("span", { class: "quiet" }, say("try.score_is", { score: spelt(score) }))),
    place ? h("p", { class: "quiet" }, theirs(place)) : null, h("p", { class: "passage", dir: "auto" }, text));
}

/** @param {{title: string, heading: string}} of */
function placeOf({ title, heading }) {
  return heading.split(" > ").filter((part) => part && part !== title).join(" › ");
}

/** @param {Candidate[]} all */
function candidates(all) {
  const { frame, body, row } = table(say("try.candidates"), [
    { title: say("record.place"), class: "number" }, { title: say("try.passage"), class: "wide" }, { title: say("try.meaning"), class: "number" }, { title: say("try.keywords"), class: "number" },
    { title: say("record.fused"), class: "number" }, { title: say("record.score"), class: "number" }, { title: say("record.fate") }, { title: say("try.counted") },
  ]);
  const passage = (/** @type {Candidate} */ one) => h("span", {}, h("a", { href: `/library/documents/${one.document_id}`, class: "name" }, theirs(one.title)), h("span", { class: "quiet" }, theirs(placeOf(one)), " ", say("try.part", { n: one.ordinal })));
  body.append(...all.map((one, at) => row(number(at + 1), passage(one), ranked(one.dense), ranked(one.sparse), spelt(one.fused), spelt(one.score), fate(one), counted(one))));
  return frame;
}

/** @param {Place | null} place */
function ranked(place) {
  if (!place) return "";
  return h("span", {}, place.rank === null ? "" : `${number(place.rank)}. `, h("span", { class: "quiet" }, spelt(place.score)));
}

/** @param {Candidate} of */
function fate({ fate: became, place, of }) {
  const n = of?.candidate ?? 0;
  if (became === "given") return h("span", { class: "badge good" }, say("try.given_at", { place: place ?? 0 }));
  const told = { copy_of: say("try.copy_of", { place: n }), joined_to: say("try.joined_to", { place: n }), beyond_limit: say("try.beyond_limit") }[became];
  return h("span", { class: "badge" }, told ?? became);
}

/** What made the score: the terms that add up to it. @param {Candidate} of */
function counted({ terms }) {
  const lines = Object.entries(terms).map(([name, value]) => h("li", {}, `${name} ${value > 0 ? "+" : ""}${spelt(value)}`));
  return h("details", {}, h("summary", {}, say("try.terms", { n: lines.length })), h("ul", { class: "terms" }, lines));
}

/** @param {number} value */
function spelt(value) {
  return number(rounded(value));
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 100) / 100;
}

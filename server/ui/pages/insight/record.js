// @ts-check
/**
 * How an answer came about, for editors: question, answer, the documents that were found, and the trail of candidates. Of the
 * trail that is drawn which says something to people; all of it stands below as it is.
 *
 * @typedef {{document_id: string, title: string, cited: boolean}} Found
 * @typedef {{record_id: string, asker: string, as: string | null, question: string, answer: string | null, declined: boolean, mode: string,
 *   model: string, took_ms: number, created_ms: number, documents: Found[], trace: any}} Record
 */

import { call } from "../../api.js";
import { openSource } from "../../answer/opening.js";
import { wordsIn } from "../../answer/words.js";
import { linkButton } from "../../parts/button.js";
import { fill, h, theirs } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { table } from "../../parts/list.js";
import { moment, number, percent, say } from "../../words.js";

/** @param {import("../../shell/routes.js").Visit} visit @param {string} id */
export async function recordView({ main, left }, id) {
  /** @type {Record} */
  const record = await call("GET", `/answers/${encodeURIComponent(id)}`);
  if (left.aborted) return { title: "" };
  const back = h("div", { class: "row" }, linkButton(say("insight.feedback"), "/insight/feedback", { icon: "back", kind: "plain small" }));
  const head = h("header", { class: "page-head" }, back, h("h1", { dir: "auto" }, record.question), facts(record));
  const page = h("div", { class: "page", id: "record" }, head, answer(record), documents(record), candidates(record.trace), raw(record.trace));
  const beside = h("aside", { id: "beside", hidden: true, "aria-label": say("source.beside") });
  fill(main, h("div", { class: "with-beside" }, h("div", { class: "scrolls" }, page), beside));
  return { title: record.question };
}

/** @param {Record} record */
function facts({ asker, as, mode, model, took_ms, created_ms, declined, trace }) {
  /** @type {[import("../../words.js").Key, string][]} */
  const all = [
    ["record.when", moment(created_ms)], ["record.asker", asker], ["record.as", as ?? say("record.everything")], ["record.mode", mode],
    ["record.model", model], ["record.took", say("record.ms", { n: took_ms })],
  ];
  if (typeof trace?.confidence === "number") all.push(["record.confidence", percent(trace.confidence)]);
  const badge = declined ? h("p", {}, h("span", { class: "badge warn" }, say("insight.declined"))) : null;
  return [badge, h("dl", { class: "facts" }, all.map(([key, value]) => h("div", {}, h("dt", {}, say(key)), h("dd", {}, theirs(value)))))];
}

/** @param {Record} record */
function answer(record) {
  const [text, citations] = [record.answer, citationsOf(record)];
  const words = h("div", { class: "words" });
  if (text === null) words.append(h("p", { class: "quiet" }, say("record.masked")));
  else wordsIn(words)({ text, citations, ranges: [], isComing: false, open: (citation, opener) => openSource({ citation, all: citations, opener }) });
  return h("section", { class: "card stack" }, h("h2", {}, say("record.answer")), words);
}

/** The trail knows places, and no words: those stand in the document. @param {Record} record @returns {import("../../answer/wire.js").Cited[]} */
function citationsOf({ trace, documents: found }) {
  const all = Array.isArray(trace?.citations) ? trace.citations : [];
  return all.map((/** @type {{n: number, document: string, start: number, end: number}} */ { n, document: id, start, end }) => {
    const title = found.find(({ document_id }) => document_id === id)?.title ?? "";
    return { n, document_id: id, title, url: title, page: null, heading: "", quote: "", start, end };
  });
}

/** @param {Record} record */
function documents({ documents: found }) {
  if (found.length === 0) return null;
  const lines = found.map(({ document_id, title, cited }) => {
    const looked = { document_id, title, url: "", page: null, heading: "" };
    /** @type {HTMLButtonElement} */
    const line = h("button", { type: "button", class: "source-line", click: () => openSource({ citation: looked, all: [], opener: line }) },
      icon("document"), h("span", { class: "about" }, theirs(title, { class: "title" })), cited ? h("span", { class: "badge accent" }, say("record.cited")) : null);
    return h("li", {}, line);
  });
  return h("section", { class: "card stack" }, h("h2", {}, say("record.documents")), h("ul", { class: "cited" }, lines));
}

/** @param {any} trace */
function candidates(trace) {
  const all = Array.isArray(trace?.candidates) ? trace.candidates : [];
  if (all.length === 0) return null;
  const { frame, body, row } = table(say("record.candidates"), [
    { title: say("record.place"), class: "number" }, { title: say("record.fate") }, { title: say("record.score"), class: "number" }, { title: say("record.fused"), class: "number" },
  ]);
  const rounded = (/** @type {number} */ value) => number(Math.round(value * 1_000) / 1_000);
  const fate = (/** @type {boolean} */ kept) => h("span", { class: `badge ${kept ? "good" : ""}` }, say(kept ? "record.kept" : "record.dropped"));
  const drawn = all.map((/** @type {{kept: boolean, score: number, fused: number}} */ { kept, score, fused }, /** @type {number} */ at) =>
    row(number(at + 1), fate(kept), rounded(score), rounded(fused)));
  body.append(...drawn);
  return h("section", { class: "stack" }, h("h2", {}, say("record.candidates")), frame);
}

/** @param {any} trace */
function raw(trace) {
  if (trace === null || trace === undefined) return null;
  return h("details", { class: "raw" }, h("summary", {}, say("record.raw")), h("pre", { tabindex: 0 }, JSON.stringify(trace, null, 2)));
}

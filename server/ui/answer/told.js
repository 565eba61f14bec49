// @ts-check
/**
 * An answer on the page: its words, what has to be known of them, and what they rest on. The same for an answer on its way,
 * one of long ago, and one that an editor reads.
 *
 * @typedef {import("./wire.js").Cited} Cited
 * @typedef {{text: string, citations: Cited[], ranges: import("./inline.js").Range[], looked: import("./wire.js").Looked[],
 *   isComing: boolean, masked?: boolean, declined?: boolean, mode?: string, model?: string, notice?: string, interrupted?: boolean, areDocuments?: boolean,
 *   asked_as?: string, simulated?: boolean}} Told
 */

import { fill, h, theirs } from "../parts/element.js";
import { icon } from "../parts/icons.js";
import { say } from "../words.js";
import { openSource } from "./opening.js";
import { placeIn } from "./wire.js";
import { wordsIn } from "./words.js";

/** Modes in which nothing was looked up, so that nothing has to be said of sources. */
const OFFHAND = ["smalltalk", "clarify", "handoff"];

export function answerView() {
  const words = h("div", { class: "words" });
  const [notes, sources] = [h("div", { class: "notes" }), h("div", { class: "sources" })];
  const node = h("div", { class: "answer" }, words, notes, sources);
  const show = wordsIn(words);
  /** @type {Told} */
  let told;

  /** @param {Cited} citation @param {HTMLElement} opener */
  const open = (citation, opener) => openSource({ citation, all: told.citations, opener });

  return {
    node,
    /** @param {Told} next */
    show(next) {
      told = next;
      node.classList.toggle("is-masked", Boolean(told.masked));
      node.setAttribute("aria-busy", String(told.isComing));
      show({ text: told.text, citations: told.citations, ranges: told.ranges, isComing: told.isComing, open });
      fill(notes, told.isComing ? [] : noteLines(told));
      fill(sources, told.isComing ? [] : sourceLists(told, open));
    },
  };
}

/** @param {Told} told */
function noteLines(told) {
  const standings = new Set(told.ranges.map(({ standing }) => standing));
  const isQuoted = told.mode === "extractive" && !told.declined && told.citations.length > 0;
  const isGenerated = told.mode === "generated" && told.model;
  return [
    told.asked_as ? note("info", say("note.asked_as"), theirs(told.asked_as)) : null,
    isQuoted ? note("quote", say("note.quoted")) : null,
    isGenerated ? note("info", say("note.generated"), theirs(told.model ?? "")) : null,
    standings.has("unsupported") ? note("warn", say("note.unsupported")) : null,
    standings.has("conflict") ? note("warn", say("note.conflict")) : null,
    told.notice ? note("info", told.notice) : null,
    told.interrupted ? note("stop", say("note.interrupted")) : null,
    told.simulated ? note("info", say("note.simulated")) : null,
  ];
}

/** @param {import("../parts/icons.js").Icon} drawn @param {string} text @param {Node} [more] */
function note(drawn, text, more) {
  return h("p", { class: "note" }, icon(drawn), h("span", { dir: "auto" }, text, more ? " " : null, more));
}

/** What is cited, each once with all its numbers, and what was looked at besides. @param {Told} told @param {(citation: Cited, opener: HTMLElement) => void} open */
function sourceLists(told, open) {
  const numbers = [...new Set(told.citations.map(({ n }) => n))];
  const cited = numbers.map((n) => /** @type {Cited} */ (told.citations.find((citation) => citation.n === n)));
  const isCited = (/** @type {import("./wire.js").Looked} */ one) => told.citations.some(
    ({ document_id, heading }) => document_id === one.document_id && heading === one.heading);
  const looked = OFFHAND.includes(told.mode ?? "") ? [] : told.looked.filter((one) => !isCited(one));
  if (told.declined) return nearest(told, looked);
  return [
    cited.length > 0 ? h("h3", { class: "unseen" }, say("sources.cited")) : null,
    cited.length > 0 ? h("ol", { class: "cited" }, cited.map((citation) => citedLine(citation, open))) : null,
    looked.length > 0 ? lookedAt(looked, told.areDocuments ?? false) : null,
  ];
}

/** @param {Cited} citation @param {(citation: Cited, opener: HTMLElement) => void} open */
function citedLine(citation, open) {
  const place = placeIn(citation, say("page", { n: citation.page ?? 0 }));
  const words = h("span", { class: "about" }, theirs(citation.title, { class: "title" }), place ? theirs(place, { class: "quiet" }) : null);
  /** @type {HTMLButtonElement} */
  const line = h("button", { type: "button", class: "source-line", click: () => open(citation, line) },
    h("span", { class: "cite", "aria-hidden": "true" }, String(citation.n)), h("span", { class: "unseen" }, say("source.n", { n: citation.n })), words);
  return h("li", {}, line);
}

/** @param {import("./wire.js").Looked[]} looked @param {boolean} areDocuments and not passages of them */
function lookedAt(looked, areDocuments) {
  const lines = h("ul", { class: "cited" }, looked.map(lookedLine));
  return h("details", { class: "looked" }, h("summary", {}, say(areDocuments ? "sources.looked_documents" : "sources.looked", { n: looked.length })), lines);
}

/** Of what was looked at in vain, the documents that the answer names. @param {Told} told @param {import("./wire.js").Looked[]} looked */
function nearest({ text }, looked) {
  const named = looked.filter(({ title }, at) => text.includes(`"${title}"`) && looked.findIndex((other) => other.title === title) === at);
  return named.length > 0 ? [h("h3", { class: "quiet" }, say("sources.nearest")), h("ul", { class: "cited" }, named.map(lookedLine))] : [];
}

/** @param {import("./wire.js").Looked} one */
function lookedLine(one) {
  const place = placeIn(one, say("page", { n: one.page ?? 0 }));
  /** @type {HTMLButtonElement} */
  const line = h("button", { type: "button", class: "source-line", click: () => openSource({ citation: one, all: [], opener: line }) },
    icon("document"), h("span", { class: "about" }, theirs(one.title, { class: "title" }), place ? theirs(place, { class: "quiet" }) : null));
  return h("li", {}, line);
}

// @ts-check
/**
 * One question and its answer on the page, from the moment it is asked: on its way, done, stopped, refused or lost. Does not
 * know where its words come from.
 *
 * @typedef {import("../../answer/wire.js").Turn} Turn
 * @typedef {import("../../answer/wire.js").Done} Done
 * @typedef {{retry: (question: string) => void, edit: (question: string) => void, passOn: () => void, ask: (question: string) => void}} Doing
 */

import { answerView } from "../../answer/told.js";
import { letters, placeIn, remembered, webAddress } from "../../answer/wire.js";
import { button } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { toast } from "../../shell/notices.js";
import { moment, say } from "../../words.js";
import { feedback } from "./feedback.js";

/** @param {string} question @param {Doing} doing */
export function turnView(question, doing) {
  const view = answerView();
  const status = h("p", { class: "status quiet" });
  const actions = h("div", { class: "actions" });
  const edit = button({ label: say("ask.edit"), icon: "edit", bare: true, kind: "plain small", press: () => doing.edit(question) });
  const asked = h("div", { class: "asked" }, h("p", { class: "question", dir: "auto" }, question), edit);
  const body = h("div", { class: "body" }, status, view.node);
  const node = h("article", { class: "turn", "aria-label": say("turn.label", { question: question.slice(0, 80) }) }, h("h2", { class: "unseen" }, say("turn.you")), asked, body, actions);

  /** @type {import("../../answer/told.js").Told} */
  const told = { text: "", citations: [], ranges: [], looked: [], isComing: true };
  const lettersOf = letters();
  let frame = 0;

  const draw = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    view.show(told);
  };
  const later = () => { frame ||= requestAnimationFrame(draw); };
  const dots = () => h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

  return {
    node,
    question,
    waits() {
      fill(status, dots(), " ", say("ask.looking"));
      // Read out when it is whole; what was said long ago is not.
      view.node.setAttribute("aria-live", "polite");
      view.node.setAttribute("aria-busy", "true");
    },
    /** @param {boolean} isCutOff */
    cutOff(isCutOff) {
      fill(status, isCutOff ? [dots(), " ", say("ask.cut_off")] : []);
    },
    /** @param {import("./stream.js").Told} event */
    hear({ name, data }) {
      if (name === "sources") {
        told.looked = data.sources;
        told.asked_as = data.asked_as;
        fill(status, dots(), " ", say("ask.reading", { n: new Set(data.sources.map((/** @type {any} */ one) => one.document_id)).size }));
      } else if (name === "delta") {
        told.text += data.text;
        fill(status);
        later();
      } else if (name === "checked") {
        const [start, end] = [lettersOf(told.text, data.start), lettersOf(told.text, data.end)];
        // What stands between two sentences is of neither.
        const trimmed = start + told.text.slice(start, end).trimEnd().length;
        told.ranges = [...told.ranges, { start, end: trimmed, standing: data.standing }];
        told.citations = [...told.citations, ...data.citations];
        later();
      }
    },
    /** @param {Done} done */
    ends(done) {
      // Where it says something else than the words that were told, it takes their place, and their marks go with them.
      const isAsTold = done.answer.trimEnd() === told.text.trimEnd();
      Object.assign(told, { ...done, text: done.answer, ranges: isAsTold ? told.ranges : [], isComing: false });
      fill(status);
      draw();
      fill(actions, answerActions(told, done.record_id, question, doing));
    },
    /** One of long ago. @param {Turn} turn */
    remembers(turn) {
      Object.assign(told, { ...turn, ...remembered(turn), text: turn.answer, isComing: false });
      draw();
      edit.title = moment(turn.asked_ms);
      fill(actions, turn.masked ? [] : answerActions(told, turn.record_id, question, doing, turn.helpful));
    },
    /** Nothing came of it. @param {string} why @param {{keep: boolean}} how whether the words that were told stay */
    fails(why, { keep }) {
      if (!keep) Object.assign(told, { text: "", citations: [], ranges: [], looked: [] });
      told.isComing = false;
      draw();
      node.classList.add("is-failed");
      fill(status, h("span", { class: "wrong" }, why));
      fill(actions, button({ label: say("retry"), icon: "retry", kind: "small", press: () => doing.retry(question) }));
    },
  };
}

/** @param {import("../../answer/told.js").Told} told @param {string | null} record @param {string} question @param {Doing} doing @param {boolean} [helpful] what was said of it before */
function answerActions(told, record, question, doing, helpful) {
  const copy = button({ label: say("copy.with_sources"), icon: "copy", bare: true, kind: "plain small", press: () => copied(told) });
  const again = button({ label: say("ask.again"), icon: "retry", bare: true, kind: "plain small", press: () => doing.retry(question) });
  const judged = record ? feedback(record, helpful ?? null) : null;
  const handOff = told.declined ? button({ label: say("handoff.offer"), icon: "hand", kind: "small hand-off", press: doing.passOn }) : null;
  return [
    told.mode === "clarify" ? choicesOf(told.text, doing) : null,
    h("div", { class: "row" }, handOff, copy, again, judged?.buttons ?? []),
    judged?.place ?? null,
  ];
}

/** The titles of a question back, each of which may be what was meant. @param {string} text @param {Doing} doing */
function choicesOf(text, doing) {
  const titles = [...text.matchAll(/"([^"]+)"/g)].map(([, title]) => title);
  return h("div", { class: "row chips" }, titles.map((title) => h("button", { type: "button", class: "chip", dir: "auto", click: () => doing.ask(title) }, title)));
}

/** @param {import("../../answer/told.js").Told} told */
async function copied({ text, citations }) {
  const numbers = [...new Set(citations.map(({ n }) => n))];
  const lines = numbers.map((n) => {
    const cited = /** @type {import("../../answer/wire.js").Cited} */ (citations.find((citation) => citation.n === n));
    const place = placeIn(cited, say("page", { n: cited.page ?? 0 }));
    return [`[${n}] ${cited.title}`, place, webAddress(cited) ?? cited.url].filter(Boolean).join(", ");
  });
  const whole = [text.trim(), lines.join("\n")].filter(Boolean).join("\n\n");
  try {
    await navigator.clipboard.writeText(whole);
    toast(say("copied"));
  } catch {
    // Not let, or over a line on which browsers have no clipboard.
    toast(say("copy.failed"));
  }
}

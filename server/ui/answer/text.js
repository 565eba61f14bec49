// @ts-check
/**
 * A document's text with quotes highlighted in it, line by line, as it was read. Of a long one the part around the quote is
 * shown, and more of it as somebody asks. Quotes are found by bytes; where a text has changed since, by their words.
 *
 * @typedef {import("./wire.js").Cited} Cited
 * @typedef {{start: number, end: number, isChosen: boolean}} Span in letters
 */

import { button } from "../parts/button.js";
import { fill, h } from "../parts/element.js";
import { say } from "../words.js";

const LINES_AROUND = 150;
const LINES_MORE = 400;
const LONGEST_LINE = 20_000;

/** @param {ArrayBuffer} bytes @param {Cited[]} quotes @param {Cited | null} chosen @returns {HTMLElement} */
export function documentText(bytes, quotes, chosen) {
  const decoder = new TextDecoder();
  const text = decoder.decode(bytes);
  const places = quotes.map((quote) => ({ quote, span: spanOf(bytes, text, quote, decoder) }));
  /** @type {Span[]} */
  const spans = places.flatMap(({ quote, span }) => (span ? [{ ...span, isChosen: isSame(quote, chosen) }] : []));
  const lines = split(text);
  const first = spans.find(({ isChosen }) => isChosen) ?? spans[0];
  const at = first ? Math.max(0, lines.findIndex(({ start, text: line }) => start + line.length >= first.start)) : 0;
  const lost = chosen && !places.some(({ quote, span }) => span && isSame(quote, chosen));
  return h("div", {}, lost ? changed(chosen) : null, part(lines, spans, at));
}

/** @param {Cited} one @param {Cited | null} other */
function isSame(one, other) {
  return other !== null && one.start === other.start && one.quote === other.quote;
}

/** @param {ArrayBuffer} bytes @param {string} text @param {Cited} quote @param {TextDecoder} decoder */
function spanOf(bytes, text, { start, end, quote }, decoder) {
  const there = end <= bytes.byteLength ? decoder.decode(bytes.slice(start, end)) : null;
  // A record knows where a quote stands, and not its words.
  if (there !== null && (there === quote || quote === "")) {
    const from = decoder.decode(bytes.slice(0, start)).length;
    return { start: from, end: from + there.length };
  }
  if (quote === "") return null;
  const found = text.indexOf(quote);
  return found < 0 ? null : { start: found, end: found + quote.length };
}

/** @param {Cited} chosen */
function changed({ quote }) {
  return h("div", { class: "changed" }, h("p", {}, say("source.changed")), h("blockquote", { dir: "auto" }, quote));
}

/** @param {string} text */
function split(text) {
  let start = 0;
  return text.split("\n").map((line) => {
    const piece = { text: line, start };
    start += line.length + 1;
    return piece;
  });
}

/** @param {{text: string, start: number}[]} lines @param {Span[]} spans @param {number} at */
function part(lines, spans, at) {
  let [from, to] = [Math.max(0, at - LINES_AROUND), Math.min(lines.length, at + LINES_AROUND)];
  const drawn = h("div", { class: "lines" });
  const draw = (/** @type {number} */ begin, /** @type {number} */ end) => lines.slice(begin, end).map((line) => lineOf(line, spans));
  const more = (/** @type {boolean} */ isBefore) => button({
    label: say(isBefore ? "source.before" : "source.behind"),
    kind: "small",
    press: () => {
      const [begin, end] = isBefore ? [Math.max(0, from - LINES_MORE), from] : [to, Math.min(lines.length, to + LINES_MORE)];
      if (isBefore) drawn.prepend(...draw(begin, end));
      else drawn.append(...draw(begin, end));
      [from, to] = [Math.min(from, begin), Math.max(to, end)];
      before.hidden = from === 0;
      behind.hidden = to === lines.length;
    },
  });
  const [before, behind] = [more(true), more(false)];
  before.hidden = from === 0;
  behind.hidden = to === lines.length;
  fill(drawn, draw(from, to));
  return h("div", { class: "part" }, before, drawn, behind);
}

/** @param {{text: string, start: number}} line @param {Span[]} spans */
function lineOf({ text, start }, spans) {
  const end = start + text.length;
  const within = spans.filter((span) => span.start < end && span.end > start).sort((a, b) => a.start - b.start);
  /** @type {(Node | string)[]} */
  const nodes = [];
  let from = start;
  for (const span of within) {
    const [begin, stop] = [Math.max(from, span.start), Math.min(end, span.end)];
    if (begin >= stop) continue;
    nodes.push(text.slice(from - start, begin - start));
    nodes.push(h("mark", { class: span.isChosen ? "is-chosen" : "" }, text.slice(begin - start, stop - start)));
    from = stop;
  }
  nodes.push(text.slice(from - start, from - start + LONGEST_LINE));
  const mark = within.length === 0 ? /^#{1,6}\s/.exec(text)?.[0] : null;
  if (mark) return h("p", { class: "line is-heading", dir: "auto" }, h("span", { class: "is-mark" }, mark), text.slice(mark.length));
  return h("p", { class: `line ${kindOf(text)}`, dir: "auto" }, nodes);
}

/** How a line is set, by how it begins: its letters stay as they are. @param {string} text */
function kindOf(text) {
  if (text.trim() === "") return "is-blank";
  if (/^#{1,6}\s/.test(text)) return "is-heading";
  return /^\s*\|/.test(text) ? "is-row" : "";
}

// @ts-check
/**
 * The shapes of answers as the server tells them, and places in texts: the server counts bytes, the page counts letters.
 *
 * @typedef {{n: number, document_id: string, title: string, url: string, page: number | null, heading: string, quote: string,
 *   start: number, end: number, link?: string}} Cited
 * @typedef {{document_id: string, title: string, url: string, page: number | null, heading: string}} Looked at, whether it is cited or not
 * @typedef {{id: string, state: string, reason: string, matter?: string, begun_ms: number, resolved_ms?: number}} Handoff
 * @typedef {{after_turn: number, text: string, said_ms: number}} Reply of a person
 * @typedef {{turn: number, question: string, answer: string, masked: boolean, declined: boolean, simulated: boolean,
 *   asked_as?: string, citations: Cited[], record_id: string | null, asked_ms: number, mode?: string, model?: string, notice?: string,
 *   interrupted?: boolean, marks?: {start: number, end: number, standing: string}[], sources?: Looked[], helpful?: boolean}} Turn
 * @typedef {{answer: string, declined: boolean, citations: Cited[], mode: string, model: string, notice?: string,
 *   interrupted?: boolean, asked_as?: string, record_id: string | null, turn?: number, handoff?: Handoff}} Done
 * @typedef {{start: number, end: number, standing: string, citations: Cited[]}} Checked in bytes
 * @typedef {{id: string, title: string, turns: number, created_ms: number, used_ms: number, ends_ms: number}} Line of a list
 */

/**
 * Letters for bytes, for text that only grows: what was counted is not counted again.
 *
 * @returns {(text: string, bytes: number) => number}
 */
export function letters() {
  let [counted, sum] = [0, 0];
  return (text, bytes) => {
    if (bytes < sum) [counted, sum] = [0, 0];
    while (counted < text.length && sum < bytes) {
      const point = /** @type {number} */ (text.codePointAt(counted));
      sum += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      counted += point < 0x10000 ? 1 : 2;
    }
    return counted;
  };
}

/**
 * Of an answer of long ago, what its sentences stand for, in letters, and what was looked at: older servers tell neither.
 *
 * @param {Turn} turn
 */
export function remembered({ answer, citations, marks = [], sources = [] }) {
  const lettersOf = letters();
  const ranges = marks.map(({ start, end, standing }) => {
    const [from, to] = [lettersOf(answer, start), lettersOf(answer, end)];
    return { start: from, end: from + answer.slice(from, to).trimEnd().length, standing };
  });
  // Of long ago documents are known and not their passages: one that is cited was not looked at besides.
  const looked = sources.filter((one) => !citations.some(({ document_id }) => document_id === one.document_id));
  return { ranges, looked, areDocuments: true };
}

/** A page of the web, where it is one: to the words themselves, where the server says how. @param {{url: string, link?: string}} cited */
export function webAddress({ url, link }) {
  return [link, url].find((one) => one && /^https?:[/][/]/.test(one)) ?? null;
}

/** Where in its document, in words. @param {{heading: string, page: number | null, title: string}} of @param {string} page */
export function placeIn({ heading, title, page: number }, page) {
  const path = heading.split(" > ").filter((part) => part && part !== title).join(" › ");
  return [path, number === null || number === undefined ? "" : page].filter(Boolean).join(" · ");
}

// @ts-check
/**
 * The words of a block as nodes: emphasis, code, markers of sources, and marks on sentences that are not borne out. Text
 * becomes text nodes and nothing else; a link of the text is its words, and leads nowhere.
 *
 * @typedef {{start: number, end: number, standing: string}} Range of the text, with how it stands
 * @typedef {{marker: (n: number, at: number) => Node | null, ranges: Range[], flag: (range: Range) => Node}} Around
 */

import { h, unturned } from "../parts/element.js";

const TOKEN = /(`[^`\n]+`)|(\*\*[^*\n]+\*\*|__[^_\n]+__)|(\*[^*\s][^*\n]*\*)|(\[\d{1,3}\])|(\[[^\]\n]+\]\([^)\s]*\))/g;

/** @param {import("./blocks.js").Piece} piece @param {Around} around @returns {Node[]} */
export function inline({ text, start }, around) {
  /** @type {Node[]} */
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(TOKEN)) {
    nodes.push(...plain(text.slice(from, found.index), start + from, around));
    nodes.push(...token(found, start + found.index, around));
    from = found.index + found[0].length;
  }
  return [...nodes, ...plain(text.slice(from), start + from, around)];
}

/** @param {RegExpMatchArray} found @param {number} start @param {Around} around @returns {Node[]} */
function token(found, start, around) {
  const [whole, code, strong, emphasis, marker, link] = found;
  if (code) return [h("code", {}, unturned(whole.slice(1, -1)))];
  if (strong) return [h("strong", {}, inline({ text: whole.slice(2, -2), start: start + 2 }, around))];
  if (emphasis) return [h("em", {}, inline({ text: whole.slice(1, -1), start: start + 1 }, around))];
  const made = marker ? around.marker(Number(whole.slice(1, -1)), start) : null;
  if (made) return [made];
  const label = link ? whole.slice(1, whole.indexOf("](")) : whole;
  return plain(label, start, around);
}

/** Cut where a sentence that is marked begins and ends. @param {string} text @param {number} start @param {Around} around */
function plain(text, start, around) {
  if (text === "") return [];
  const end = start + text.length;
  const cuts = around.ranges.flatMap((range) => [range.start, range.end]).filter((cut) => cut > start && cut < end);
  const edges = [start, ...new Set(cuts.sort((a, b) => a - b)), end];
  /** @type {Node[]} */
  const nodes = [];
  for (let at = 0; at + 1 < edges.length; at++) {
    const piece = unturned(text.slice(edges[at] - start, edges[at + 1] - start));
    const range = around.ranges.find((one) => one.start <= edges[at] && edges[at + 1] <= one.end);
    nodes.push(range ? h("span", { class: `doubt ${range.standing}` }, piece) : document.createTextNode(piece));
    const ended = around.ranges.find((one) => one.end === edges[at + 1] && one.start < edges[at + 1]);
    if (ended) nodes.push(around.flag(ended));
  }
  return nodes;
}

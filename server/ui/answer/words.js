// @ts-check
/**
 * The words of an answer on the page, while they come and after: what stands already is left as it is, so that nothing
 * jumps, no selection is lost and no button that has the focus goes away.
 *
 * @typedef {import("./wire.js").Cited} Cited
 * @typedef {import("./inline.js").Range} Range
 * @typedef {{text: string, citations: Cited[], ranges: Range[], isComing: boolean, open: (citation: Cited, opener: HTMLElement) => void}} Spoken
 */

import { h, unturned } from "../parts/element.js";
import { icon } from "../parts/icons.js";
import { say } from "../words.js";
import { blocks } from "./blocks.js";
import { inline } from "./inline.js";

/** Sentences that stand are not marked; it is the others that one has to know of. @type {Record<string, import("../words.js").Key>} */
const MARKED = { unsupported: "standing.unsupported", conflict: "standing.conflict" };

/** @param {HTMLElement} into */
export function wordsIn(into) {
  /** @type {string[]} */
  let keys = [];
  /** @param {Spoken} spoken */
  return function show(spoken) {
    const marked = { ...spoken, ranges: spoken.ranges.filter(({ standing }) => standing in MARKED) };
    const made = joined(blocks(spoken.text));
    const fresh = made.map((group) => keyOf(group, marked));
    const kept = into.children;
    for (const [at, group] of made.entries()) {
      if (keys[at] === fresh[at]) continue;
      const node = grouped(group, marked);
      if (kept[at]) become(kept[at], node);
      else into.append(node);
    }
    while (kept.length > made.length) kept[kept.length - 1].remove();
    keys = fresh;
  };
}

/** What is the same stays the same node, with the focus and the selection that may be in it. @param {Node} old @param {Node} fresh */
function become(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old instanceof Text && fresh instanceof Text) old.data = fresh.data;
  else if (old instanceof HTMLElement && fresh instanceof HTMLElement && isAlike(old, fresh)) {
    const children = [...fresh.childNodes];
    while (old.childNodes.length > children.length) old.lastChild?.remove();
    for (const [at, child] of children.entries()) {
      if (old.childNodes[at]) become(old.childNodes[at], child);
      else old.append(child);
    }
  } else old.parentNode?.replaceChild(fresh, old);
}

/** @param {HTMLElement} one @param {HTMLElement} other */
function isAlike(one, other) {
  return one.cloneNode(false).isEqualNode(other.cloneNode(false));
}

/** @typedef {import("./blocks.js").Block} Block */

/** A marker alone in its paragraph belongs to the table or list above it. @param {Block[]} all @returns {Block[][]} */
function joined(all) {
  /** @type {Block[][]} */
  const groups = [];
  for (const block of all) {
    const isMarker = block.kind === "paragraph" && block.pieces.every(({ text }) => /^\s*(\[\d{1,3}\]\s*)+$/.test(text));
    if (isMarker && groups.length > 0) groups[groups.length - 1].push(block);
    else groups.push([block]);
  }
  return groups;
}

/** What a group is made of: as long as it is the same, so is its node. @param {Block[]} group @param {Spoken} spoken */
function keyOf(group, { text, citations, ranges, isComing }) {
  const [start, end] = [group[0].start, group[group.length - 1].end];
  const within = ranges.filter((range) => range.start < end && range.end > start);
  /** @type {string[]} */
  const markers = text.slice(start, end).match(/\[\d{1,3}\]/g) ?? [];
  const known = citations.filter(({ n }) => markers.includes(`[${n}]`)).map(({ n, start: at }) => [n, at]);
  return JSON.stringify([text.slice(start, end), within, known, markers.length > 0 && isComing]);
}

/** @param {Block[]} group @param {Spoken} spoken @returns {HTMLElement} */
function grouped(group, spoken) {
  const [first, ...rest] = group;
  const source = spoken.text.slice(first.start, group[group.length - 1].end);
  const quoted = quoteOf(source, spoken.citations);
  const node = drawn(first, spoken, source);
  if (!quoted && rest.length === 0) return node;
  const markers = rest.map((block) => h("p", {}, block.pieces.flatMap((piece) => inline(piece, around(spoken, source)))));
  return quoted ? h("blockquote", { class: "quoted", dir: "auto" }, node, markers) : h("div", { dir: "auto" }, node, markers);
}

/** The citation that these words are, to the letter. @param {string} source @param {Cited[]} citations */
function quoteOf(source, citations) {
  const bare = source.replace(/(\s*\[\d{1,3}\])+\s*$/, "").trim();
  return citations.find(({ quote }) => quote.trim() === bare || (bare.startsWith("|") && bare.includes(quote.trim())));
}

/** @param {Block} block @param {Spoken} spoken @param {string} source @returns {HTMLElement} */
function drawn(block, spoken, source) {
  const words = (/** @type {import("./blocks.js").Piece[]} */ pieces) =>
    pieces.flatMap((piece, at) => [...(at > 0 ? [h("br")] : []), ...inline(piece, around(spoken, source))]);
  switch (block.kind) {
    case "code":
      return h("pre", { tabindex: 0 }, h("code", {}, unturned(block.pieces.map(({ text }) => text).join("\n"))));
    case "heading":
      return h("h3", { dir: "auto" }, words(block.pieces));
    case "quote":
      return h("blockquote", { dir: "auto" }, words(block.pieces));
    case "list": {
      const items = (block.rows ?? []).map((row) => h("li", { dir: "auto" }, words(row)));
      return block.ordered ? h("ol", { start: block.first }, items) : h("ul", {}, items);
    }
    case "table": {
      const [head, ...rows] = (block.rows ?? []).map((row) => row.map((cell) => inline(cell, around(spoken, source))));
      const body = rows.map((row) => h("tr", {}, row.map((cell) => h("td", { dir: "auto" }, cell))));
      const heads = h("tr", {}, head?.map((cell) => h("th", { scope: "col", dir: "auto" }, cell)));
      return h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": say("answer.table") },
        h("table", { class: "table" }, h("thead", {}, heads), h("tbody", {}, body)));
    }
    case "paragraph":
      return h("p", { dir: "auto" }, words(block.pieces));
  }
}

/** @param {Spoken} spoken @param {string} source @returns {import("./inline.js").Around} */
function around({ citations, ranges, isComing, open }, source) {
  return {
    ranges,
    marker: (n) => {
      const of = citations.filter((citation) => citation.n === n);
      const citation = of.find(({ quote }) => source.includes(quote)) ?? of[0];
      if (citation) return marker(citation, open);
      return isComing ? h("span", { class: "cite" }, String(n)) : null;
    },
    flag: ({ standing }) => {
      const told = say(MARKED[standing]);
      return h("span", { class: `flag ${standing}`, title: told }, icon("warn"), h("span", { class: "unseen" }, `(${told})`));
    },
  };
}

/** @param {Cited} citation @param {Spoken["open"]} open */
function marker(citation, open) {
  const label = say("cite.open", { n: citation.n, title: citation.title });
  /** @type {HTMLButtonElement} */
  const made = h("button", { type: "button", class: "cite", "data-at": citation.start, "aria-label": label, click: () => open(citation, made) }, String(citation.n));
  return made;
}

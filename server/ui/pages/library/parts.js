// @ts-check
/**
 * The text of a document in the parts that are searched and quoted, each in a frame of its own: where one ends and the next
 * begins is what one comes here to see. A page of them at a time.
 *
 * @typedef {{start: number, end: number, page: number | null, heading: string, text: string}} Part from byte to byte
 */

import { placeIn } from "../../answer/wire.js";
import { h, theirs } from "../../parts/element.js";
import { empty, paged } from "../../parts/list.js";
import { say } from "../../words.js";

const AT_ONCE = 50;

/** @param {HTMLElement} panel @param {{document_id: string, title: string}} of */
export function parts(panel, { document_id, title }) {
  const list = h("ol", { class: "chunks" });
  const whole = h("div", { class: "stack" });
  let behind = 0;
  let n = 0;
  const draw = (/** @type {Part} */ part) => {
    n += 1;
    const place = placeIn({ ...part, title }, part.page === null ? "" : say("page", { n: part.page }));
    // What is between two parts is in neither: white space, or a table's head that each of its parts begins with.
    const twice = n > 1 && part.start < behind;
    behind = part.end;
    return h("li", { class: "chunk" }, h("p", { class: "chunk-head quiet" }, h("span", { class: "badge" }, say("chunk.n", { n })), place ? theirs(place) : null,
      h("span", { class: "bytes" }, say("chunk.bytes", { from: part.start, to: part.end })), twice ? h("span", { class: "badge warn" }, say("chunk.overlaps")) : null),
    h("div", { class: "chunk-text", dir: "auto" }, part.text));
  };
  const none = () => empty("document", say("chunk.none"), say("chunk.none_about"));
  const { foot } = paged({ path: `/documents/${document_id}/chunks?limit=${AT_ONCE}`, of: "chunks", into: list, draw, none, whole });
  whole.append(h("p", { class: "quiet" }, say("chunk.about")), list, foot);
  panel.append(whole);
}

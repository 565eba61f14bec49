// @ts-check
/** A long list that came whole: drawn a piece at a time, as somebody asks for more, so that no page has ten thousand rows. */

import { say } from "../words.js";
import { button } from "./button.js";
import { h } from "./element.js";

const SLICE = 100;

/**
 * @template Entry
 * @param {Entry[]} all @param {HTMLElement} into @param {(entry: Entry) => Node} draw
 */
export function sliced(all, into, draw) {
  const left = h("span", { class: "quiet", role: "status" });
  const more = button({ label: say("more"), kind: "small", press: () => grow(true) });
  const foot = h("div", { class: "row" }, more, left);
  let shown = 0;

  function grow(/** @type {boolean} */ isAsked) {
    const nodes = all.slice(shown, shown + SLICE).map(draw);
    into.append(...nodes);
    shown += nodes.length;
    if (isAsked && nodes[0] instanceof Element) /** @type {HTMLElement | null} */ (nodes[0].querySelector("a, button"))?.focus();
    foot.hidden = shown >= all.length;
    left.textContent = say("slices.shown", { n: shown, all: all.length });
  }
  grow(false);
  return foot;
}

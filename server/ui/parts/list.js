// @ts-check
/** Lists that come in pages, tables, and what stands where there is nothing. */

import { call, sentence } from "../api.js";
import { say } from "../words.js";
import { button, setBusy } from "./button.js";
import { h } from "./element.js";
import { icon } from "./icons.js";

/** @param {import("./icons.js").Icon} drawn @param {string} title @param {string} text @param {(Node | null)[]} actions */
export function empty(drawn, title, text, ...actions) {
  return h("div", { class: "empty" }, icon(drawn), h("h2", {}, title), h("p", {}, text), actions);
}

/** @param {string} caption @param {{title: string, class?: string}[]} columns */
export function table(caption, columns) {
  const body = h("tbody");
  const heads = columns.map(({ title, class: name }) => h("th", { scope: "col", class: name }, title));
  const made = h("table", { class: "table" }, h("caption", { class: "unseen" }, caption), h("thead", {}, h("tr", {}, heads)), body);
  const frame = h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": caption }, made);
  /** @param {(Node | string)[]} cells */
  const row = (...cells) => h("tr", {}, cells.map((cell, at) => h("td", { class: columns[at].class }, cell)));
  return { frame, body, row };
}

/**
 * All pages of a route, one after the other as somebody asks for more. `path` is without `after`; `draw` makes the node of
 * one entry; `into` takes them.
 *
 * @template Entry
 * @param {{path: string, of: string, into: HTMLElement, draw: (entry: Entry) => Node, none: () => Node, whole?: HTMLElement,
 *   heard?: (reply: any) => void}} about `heard` is told each page as it comes
 */
export function paged({ path, of, into, draw, none, whole = into, heard }) {
  const said = h("p", { class: "wrong", role: "alert" });
  const more = button({ label: say("more"), kind: "small", press: () => load() });
  const foot = h("div", { class: "row" }, more, said);
  more.hidden = true;
  /** @type {string | null} */
  let after = null;
  let isFirst = true;

  async function load() {
    setBusy(more, true);
    said.textContent = "";
    try {
      const reply = await call("GET", after ? `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(after)}` : path);
      heard?.(reply);
      const nodes = reply[of].map(draw);
      into.append(...nodes);
      if (isFirst && nodes.length === 0) whole.replaceChildren(none());
      else if (!isFirst && nodes[0] instanceof Element) /** @type {HTMLElement | null} */ (nodes[0].querySelector("a, button"))?.focus();
      isFirst = false;
      after = reply.next;
      more.hidden = !after;
    } catch (error) {
      said.textContent = sentence(error);
      more.hidden = false;
    } finally {
      setBusy(more, false);
    }
  }
  return { foot, loaded: load() };
}

// @ts-check
/** Lists that come in pages, tables, and what stands where there is nothing. */

import { Refused, call, sentence } from "../api.js";
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
 * What a route gives in pages. `path` is without `after`; `draw` makes the node of one entry, `into` takes them, and where there
 * is no entry at all `none` stands in the place of `whole`. `heard` is told each page when it is drawn.
 *
 * @template Entry
 * @typedef {{path: string, of: string, into: HTMLElement, draw: (entry: Entry) => Node, none: () => Node, whole: HTMLElement,
 *   heard?: (reply: any) => void}} Pages
 */

/** All pages, one below the other as somebody asks for more: for what is read from its beginning. @template Entry @param {Pages<Entry>} about */
export function paged({ path, of, into, draw, none, whole, heard }) {
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
      const reply = await call("GET", from(path, after));
      const nodes = reply[of].map(draw);
      into.append(...nodes);
      if (isFirst && nodes.length === 0) whole.replaceChildren(none());
      else if (!isFirst) focusIn(nodes[0]);
      isFirst = false;
      after = reply.next;
      more.hidden = !after;
      heard?.(reply);
    } catch (error) {
      said.textContent = sentence(error);
      more.hidden = false;
    } finally {
      setBusy(more, false);
    }
  }
  return { foot, loaded: load() };
}

/**
 * One page in the place of the other, to and fro: the last of a thousand is as light as the first. Which one is open is kept with
 * this entry of the browser's history, so that a reload shows it again, and the way back from what was opened.
 *
 * @template Entry @param {Pages<Entry>} about
 */
export function leafed({ path, of, into, draw, none, whole, heard }) {
  /** The cursors that led to the open page: the first has none. */
  let trail = keptTrail(path);
  /** @type {string | null} */
  let next = null;
  let wanted = trail;
  const said = h("p", { class: "wrong", role: "alert" });
  const where = h("span", { class: "quiet", role: "status" });
  const back = button({ label: say("list.back"), kind: "small", press: () => turn(trail.slice(0, -1)) });
  const on = button({ label: say("list.on"), kind: "small", press: () => turn(next ? [...trail, next] : trail) });
  const again = button({ label: say("retry"), kind: "small", press: () => turn(wanted) });
  const foot = h("div", { class: "row leaves" }, back, where, on, again, said);
  const all = [back, on, again];
  for (const one of all) one.hidden = true;

  /** @param {string[]} to @param {boolean} [isAsked] by whoever looks at the page before it */
  async function turn(to, isAsked = true) {
    wanted = to;
    for (const one of all) setBusy(one, true);
    said.textContent = "";
    try {
      const reply = await call("GET", from(path, to.at(-1)));
      // Nothing is left here since: what is before it is the end now.
      if (reply[of].length === 0 && to.length > 0) return await turn(to.slice(0, -1), isAsked);
      show(to, reply);
      if (isAsked) begin();
    } catch (error) {
      // Kept from before, and not a place of this list any more.
      if (error instanceof Refused && error.status === 400 && to.length > 0) return await turn([], isAsked);
      said.textContent = sentence(error);
      again.hidden = false;
    } finally {
      for (const one of all) setBusy(one, false);
    }
  }
  /** @param {string[]} to @param {any} reply */
  function show(to, reply) {
    into.replaceChildren(...reply[of].map(draw));
    if (into.childElementCount === 0) whole.replaceChildren(none());
    [trail, next] = [to, reply.next];
    if (trail.length > 0 || keptTrail(path).length > 0) keepTrail(path, trail);
    back.hidden = trail.length === 0;
    on.hidden = !next;
    again.hidden = true;
    where.textContent = back.hidden && on.hidden ? "" : say("list.page", { n: trail.length + 1 });
    heard?.(reply);
  }
  function begin() {
    whole.scrollIntoView();
    if (!focusIn(into)) into.closest("table")?.parentElement?.focus({ preventScroll: true });
  }
  return { foot, loaded: turn(trail, false) };
}

/** @param {string} path @param {string | null | undefined} after */
const from = (path, after) => (after ? `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(after)}` : path);

/** What can be opened first. @param {Node | undefined} node */
function focusIn(node) {
  const found = node instanceof Element ? /** @type {HTMLElement | null} */ (node.querySelector("a, button")) : null;
  found?.focus({ preventScroll: node instanceof HTMLTableSectionElement });
  return found !== null;
}

/** @param {string} path @returns {string[]} */
const keptTrail = (path) => history.state?.trails?.[path] ?? [];

/** @param {string} path @param {string[]} trail */
function keepTrail(path, trail) {
  history.replaceState({ ...history.state, trails: { ...history.state?.trails, [path]: trail } }, "");
}

// @ts-check
/**
 * What became of each address of a site. The server gives all of them at once; they are narrowed here, and drawn a piece at
 * a time.
 *
 * @typedef {{url: string, status: string, document_id: string | null, chunks: number, reason: string | null, live: boolean,
 *   found_on: string | null}} Page
 */

import { call, sentence } from "../../api.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { empty, table } from "../../parts/list.js";
import { isPath, place } from "../../parts/place.js";
import { sliced } from "../../parts/slices.js";
import { statusBadge, statusName } from "../../parts/statuses.js";
import { number, say } from "../../words.js";

/** @param {string} path of the source */
export function ledger(path) {
  /** @type {Page[]} */
  let pages = [];
  let verdict = "";
  let isFirst = true;
  const chips = h("div", { class: "pills", role: "group", "aria-label": say("ledger.verdicts") });
  const words = h("input", { type: "search", autocomplete: "off" });
  const list = h("div", { class: "stack" });
  const node = h("section", { class: "stack", id: "ledger" }, h("h2", {}, say("ledger.head")), chips, field(say("ledger.search"), words), list);

  const draw = () => {
    const sought = words.value.trim().toLowerCase();
    const shown = pages.filter(({ url, status, reason }) => (verdict === "" || status === verdict) && `${place(url)} ${reason ?? ""}`.toLowerCase().includes(sought));
    fill(list, shown.length > 0 ? rows(shown) : empty("search", say("ledger.none"), say("ledger.none_about")));
  };
  const drawChips = () => {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const { status } of pages) counts.set(status, (counts.get(status) ?? 0) + 1);
    const chip = (/** @type {string} */ value, /** @type {string} */ name, /** @type {number} */ n) =>
      h("button", { type: "button", class: "pill", "aria-pressed": String(value === verdict), click: () => { verdict = value; drawChips(); draw(); } }, `${name} ${number(n)}`);
    const focused = [...chips.children].indexOf(/** @type {Element} */ (document.activeElement));
    fill(chips, chip("", say("list.all"), pages.length), [...counts].sort(([, a], [, b]) => b - a).map(([status, n]) => chip(status, statusName(status), n)));
    if (focused >= 0) /** @type {HTMLElement | undefined} */ (chips.children[focused])?.focus();
  };
  const look = async () => {
    try {
      const { pages: told } = await call("GET", `${path}/pages`);
      const found = told.map(asFolder);
      // Drawn again only when something is other than it was: somebody may be reading.
      if (!isFirst && JSON.stringify(found) === JSON.stringify(pages)) return;
      [pages, isFirst] = [found, false];
      drawChips();
      draw();
    } catch (error) {
      if (isFirst) fill(list, h("p", { class: "wrong" }, sentence(error)));
    }
  };
  words.addEventListener("input", draw);
  return { node, look };
}

/** A folder on the disk is no document, and does not ask to be none. @param {Page} page */
function asFolder(page) {
  return isPath(page.url) && place(page.url.split("?")[0]).endsWith("/") && page.status === "noindex" ? { ...page, status: "folder" } : page;
}

/** @param {Page[]} pages */
function rows(pages) {
  const { frame, body, row } = table(say("ledger.head"), [{ title: say("ledger.address"), class: "wide" }, { title: say("ledger.verdict") }, { title: say("ledger.reason"), class: "wide" }, { title: say("ledger.live") }]);
  frame.classList.add("stacks");
  const draw = (/** @type {Page} */ page) => row(address(page), statusBadge(page.status), page.reason ? theirs(page.reason) : "", page.live ? h("span", { class: "badge good" }, say("ledger.is_live")) : "");
  const foot = sliced(pages, body, draw);
  return [frame, foot];
}

/** @param {Page} page */
function address({ url, document_id, found_on }) {
  const name = document_id ? h("a", { href: `/library/documents/${document_id}`, class: "name", dir: "ltr" }, place(url)) : h("span", { dir: "ltr" }, place(url));
  return h("div", {}, name, found_on ? h("p", { class: "quiet origin" }, say("ledger.found_on"), " ", theirs(place(found_on))) : null);
}

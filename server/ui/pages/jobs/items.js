// @ts-check
/** The items of a job: narrowed by how they stand, and drawn a piece at a time. */

import { fill, h, theirs } from "../../parts/element.js";
import { table } from "../../parts/list.js";
import { sliced } from "../../parts/slices.js";
import { statusBadge, statusName } from "../../parts/statuses.js";
import { number, say } from "../../words.js";

/** @typedef {import("../../parts/jobs.js").Item} Item */

export function itemTable() {
  const chips = h("div", { class: "pills", role: "group", "aria-label": say("jobs.statuses") });
  const list = h("div", { class: "stack" });
  const node = h("div", { class: "stack" }, chips, list);
  /** @type {Item[]} */
  let items = [];
  let chosen = "";

  const draw = () => {
    node.hidden = items.length === 0;
    const counts = new Map();
    for (const { status } of items) counts.set(status, (counts.get(status) ?? 0) + 1);
    const chip = (/** @type {string} */ value, /** @type {string} */ name, /** @type {number} */ n) =>
      h("button", { type: "button", class: "pill", "aria-pressed": String(value === chosen), click: () => { chosen = value; draw(); } }, `${name} ${number(n)}`);
    const focused = [...chips.children].indexOf(/** @type {Element} */ (document.activeElement));
    fill(chips, chip("", say("list.all"), items.length), [...counts].map(([status, n]) => chip(status, statusName(status), n)));
    if (focused >= 0) /** @type {HTMLElement | undefined} */ (chips.children[focused])?.focus();
    fill(list, rows(items.filter(({ status }) => chosen === "" || status === chosen)));
  };
  /** @param {Item[]} found */
  const tell = (found) => {
    if (items.length > 0 && JSON.stringify(found) === JSON.stringify(items)) return;
    items = found;
    draw();
  };
  return { node, tell };
}

/** @param {Item[]} items */
function rows(items) {
  const { frame, body, row } = table(say("jobs.item_list"), [{ title: say("jobs.item"), class: "wide" }, { title: say("jobs.became") }, { title: say("jobs.parts"), class: "number less" }, { title: say("jobs.why"), class: "wide" }]);
  frame.classList.add("stacks");
  const foot = sliced(items, body, (item) => row(name(item), statusBadge(item.status), item.chunks > 0 ? number(item.chunks) : "", item.reason ? theirs(item.reason) : ""));
  return [frame, foot];
}

/** @param {Item} item */
function name({ path, url, document_id }) {
  const words = path ?? url ?? "";
  return document_id ? h("a", { href: `/library/documents/${document_id}`, class: "name" }, theirs(words)) : theirs(words);
}

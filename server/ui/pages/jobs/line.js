// @ts-check
/** A job in a line: what it is, when it began, how far it is, how it ended. */

import { h } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { hasEnded, stateBadge } from "../../parts/statuses.js";
import { moment, say } from "../../words.js";

/** @type {Record<string, [import("../../words.js").Key, import("../../parts/icons.js").Icon]>} */
const KINDS = {
  ingest: ["jobs.ingest", "document"], crawl: ["jobs.crawl", "globe"], reconcile: ["jobs.reconcile", "retry"], expire: ["jobs.expire", "trash"],
  reindex: ["jobs.reindex", "library"], backup: ["jobs.backup", "download"],
};

/** What stands for a later word. */
const UNDECIDED = ["queued", "waiting", "handed_in"];

/** @param {import("./page.js").Line} line */
export function jobLine(line) {
  const { job, kind, state, created_ms, own, items, note } = line;
  const about = h("span", { class: "about" }, h("span", { class: "title" }, kindOf(kind)),
    h("span", { class: "quiet" }, moment(created_ms), own ? ` · ${say("jobs.own")}` : null), h("span", { class: "quiet" }, countsIn(items)), note ? h("span", { class: "quiet" }, note) : null,
    hasEnded(state) ? null : progressOf(items));
  return h("li", {}, h("a", { class: "line-card", href: `/jobs/${job}` }, icon(kindIcon(kind)), about, stateBadge(state)));
}

export const JOB_KINDS = Object.keys(KINDS);

/** @param {string} kind @returns {import("../../parts/icons.js").Icon} */
export function kindIcon(kind) {
  return KINDS[kind]?.[1] ?? "jobs";
}

/** @param {string} kind */
export function kindOf(kind) {
  return KINDS[kind] ? say(KINDS[kind][0]) : kind;
}

/** @param {Record<string, number>} items how many stand how */
export function decided(items) {
  const all = Object.values(items).reduce((sum, n) => sum + n, 0);
  const open = UNDECIDED.reduce((sum, status) => sum + (items[status] ?? 0), 0);
  return { all, done: all - open };
}

/** @param {Record<string, number>} items */
export function progressOf(items) {
  const { all, done } = decided(items);
  return h("progress", { max: Math.max(all, 1), value: done, "aria-label": say("jobs.progress") });
}

/** @param {Record<string, number>} items */
export function countsIn(items) {
  const { all, done } = decided(items);
  if (all === 0) return "";
  const failed = items.failed ?? 0;
  const told = done < all ? say("jobs.part", { n: done, all }) : say("jobs.items", { n: all });
  return failed > 0 ? `${told} · ${say("jobs.failed", { n: failed })}` : told;
}

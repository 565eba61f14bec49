// @ts-check
/**
 * The sites and folders that are read: how each stands, and one more.
 *
 * @typedef {{source: string, address: string, tier: string, groups: string[], scope: string, rounds: number, crawling: boolean,
 *   verdicts: Record<string, number>, problems: string[]}} Source
 */

import { call } from "../../api.js";
import { button } from "../../parts/button.js";
import { fill, h, theirs } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { knownGroups, labelBadges } from "../../parts/label.js";
import { empty } from "../../parts/list.js";
import { whileItGoesOn } from "../../parts/live.js";
import { isPath, place } from "../../parts/place.js";
import { say } from "../../words.js";
import { librarySections } from "./page.js";
import { siteForm } from "./site-form.js";

const LOOK_MS = 2_000;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left }) {
  const groups = await knownGroups();
  const list = h("ul", { class: "cards", id: "sources" });
  const form = siteForm({ groups, isShut: () => { form.node.hidden = true; add.focus(); } });
  const add = button({ label: say("sites.add"), icon: "plus", kind: "primary", id: "add-site", press: () => { form.node.hidden = false; form.focus(); } });
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("library.sources")), add), h("p", { class: "quiet" }, say("sites.about")));
  fill(main, h("div", { class: "page wide" }, head, librarySections("/library/sources"), form.node, list));
  if (form.wasBegun) form.node.hidden = false;
  const first = await look(list);
  if (first) whileItGoesOn(LOOK_MS, left, () => look(list));
  return { title: say("library.sources") };
}

/** Whether any of them may look otherwise soon. @param {HTMLElement} list */
async function look(list) {
  /** @type {{sources: Source[]}} */
  const { sources } = await call("GET", "/sources");
  const focused = list.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
  if (sources.length === 0) fill(list, h("li", {}, empty("globe", say("sites.none"), say("sites.none_about"))));
  else fill(list, sources.map(line));
  if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`a[href="${focused}"]`))?.focus();
  return sources.some(isGoingOn);
}

/** @param {Source} source */
function line(source) {
  const state = source.crawling ? h("span", { class: "badge accent" }, say("sites.crawling")) : source.problems.length > 0 ? h("span", { class: "badge warn" }, say("sites.has_problems")) : null;
  return h("li", {}, h("a", { class: "line-card", href: `/library/sources/${source.source}` }, icon(isPath(source.address) ? "folder" : "globe"),
    h("span", { class: "about" }, theirs(place(source.address), { class: "title" }), h("span", { class: "quiet" }, summary(source)), labelBadges(source)), state));
}

/** Whether it is being read, or what was read is on its way into the library. @param {Source} source */
export function isGoingOn({ crawling, verdicts }) {
  return crawling || (verdicts.handed_in ?? 0) > 0;
}

/** @param {Source} source */
export function summary({ rounds, verdicts }) {
  const indexed = (verdicts.indexed ?? 0) + (verdicts.unchanged ?? 0);
  const told = [say("sites.pages", { n: indexed }), say("sites.rounds", { n: rounds })];
  if (verdicts.failed) told.push(say("sites.failed", { n: verdicts.failed }));
  if (verdicts.held) told.push(say("sites.held", { n: verdicts.held }));
  return told.join(" · ");
}


// @ts-check
/** Documents that no answer has quoted for long: out of date, in nobody's words, or needed by nobody. */

import { fill, h, theirs } from "../../parts/element.js";
import { select } from "../../parts/field.js";
import { labelBadges } from "../../parts/label.js";
import { drawLatest } from "../../parts/latest.js";
import { empty, leafed, table } from "../../parts/list.js";
import { day, say } from "../../words.js";
import { insightSections } from "./page.js";

const SPANS = [30, 90, 180, 365];
const USUAL = 90;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main }) {
  const place = h("div", { class: "stack", id: "unused" });
  const spans = select(say("unused.span"), SPANS.map((n) => /** @type {[string, string]} */ ([String(n), say("insight.days", { n })])), String(USUAL), (value) => show(place, Number(value)));
  const head = h("header", { class: "page-head" }, h("h1", {}, say("unused.head")), h("p", { class: "quiet" }, say("unused.about")));
  fill(main, h("div", { class: "page wide" }, head, insightSections("/insight/unused"), h("div", { class: "span" }, spans), place));
  await show(place, USUAL);
  return { title: say("unused.head") };
}

/** @param {HTMLElement} place @param {number} days */
async function show(place, days) {
  const { frame, body, row } = table(say("unused.head"), [{ title: say("unused.document"), class: "wide" }, { title: say("label.who") }, { title: say("unused.since"), class: "when" }]);
  frame.classList.add("stacks");
  const whole = h("div", { class: "stack" });
  const draw = (/** @type {import("../library/documents.js").Line} */ { document_id, title, url, tier, groups, updated_ms }) =>
    row(h("div", {}, h("a", { href: `/library/documents/${document_id}`, class: "name", dir: "auto" }, title || url), h("p", { class: "quiet" }, theirs(url))), labelBadges({ tier, groups }), day(updated_ms));
  const none = () => empty("check", say("unused.none"), say("unused.none_about"));
  const { foot, loaded } = leafed({ path: `/insight/unused?days=${days}`, of: "documents", into: body, draw, none, whole });
  whole.append(frame, foot);
  await drawLatest(place, whole, loaded);
}

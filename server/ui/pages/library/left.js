// @ts-check
/**
 * What left the library: why, what left with it, and that it was looked for afterwards. Nothing of the documents themselves is
 * known here any more, not even what they were called.
 *
 * @typedef {{document_id: string, tier: string, groups: string[], why: keyof typeof WHY, removed_ms: number, proven_ms: number | null,
 *   erased: {versions: number, passages: number, vectors: number, answers: number, turns: number, summaries: number},
 *   found: {indexes: number, points: number, rows: number, originals: number, probes: number, came_up: number, backups: number} | null}} Receipt
 */

import { fill, h } from "../../parts/element.js";
import { labelBadges } from "../../parts/label.js";
import { drawLatest } from "../../parts/latest.js";
import { empty, leafed, table } from "../../parts/list.js";
import { moment, say } from "../../words.js";
import { librarySections } from "./page.js";

const WHY = /** @type {const} */ ({ removed: "left.why_removed", vanished: "left.why_vanished", expired: "left.why_expired" });

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main }) {
  const place = h("div", { class: "stack", id: "left" });
  const head = h("header", { class: "page-head" }, h("h1", {}, say("left.head")), h("p", { class: "quiet" }, say("left.about")));
  fill(main, h("div", { class: "page wide" }, head, librarySections("/library/left"), place));
  const { frame, body, row } = table(say("left.head"), [
    { title: say("left.document"), class: "wide" }, { title: say("label.who") }, { title: say("left.when"), class: "when" }, { title: say("left.with_it") }, { title: say("left.looked") },
  ]);
  frame.classList.add("stacks");
  const whole = h("div", { class: "stack" });
  const draw = (/** @type {Receipt} */ receipt) => row(name(receipt), labelBadges(receipt), moment(receipt.removed_ms), withIt(receipt), looked(receipt));
  const none = () => empty("check", say("left.none"), say("left.none_about"));
  const { foot, loaded } = leafed({ path: "/receipts", of: "receipts", into: body, draw, none, whole });
  whole.append(frame, foot);
  await drawLatest(place, whole, loaded);
  return { title: say("left.head") };
}

/** @param {Receipt} receipt */
function name({ document_id, why }) {
  return h("div", {}, h("code", {}, document_id), h("p", { class: "quiet" }, say(WHY[why])));
}

/** @param {Receipt} receipt */
function withIt({ erased: { passages, versions, answers } }) {
  return [say("left.passages", { n: passages }), say("left.versions", { n: versions }), say("left.answers", { n: answers })].join(", ");
}

/** @param {Receipt} receipt */
function looked({ found, proven_ms }) {
  if (!found) return h("span", { class: "badge" }, say("left.not_yet"));
  if (proven_ms === null) return h("div", {}, h("span", { class: "badge warn" }, say("left.still")), h("p", { class: "quiet" }, say("left.still_about")));
  const kept = found.backups > 0 ? h("p", { class: "quiet" }, say("left.backups", { n: found.backups })) : null;
  return h("div", {}, h("span", { class: "badge good" }, say("left.gone")), h("p", { class: "quiet" }, say("left.where", { n: found.indexes, probes: found.probes })), kept);
}

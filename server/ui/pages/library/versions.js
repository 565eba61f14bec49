// @ts-check
/**
 * What a document said before: its versions, the newest first, and what each changed. Former texts are for who reads everything:
 * they may have had other readers.
 *
 * @typedef {{version: string, title: string, created_ms: number, live: boolean}} Version
 */

import { call, send, sentence } from "../../api.js";
import { difference } from "../../parts/difference.js";
import { fill, h, theirs } from "../../parts/element.js";
import { empty } from "../../parts/list.js";
import { moment, say } from "../../words.js";

/** Lines that stay around what changed, so that one sees where it is. */
const AROUND = 3;

/** @param {HTMLElement} panel @param {{document_id: string}} found */
export async function versions(panel, { document_id }) {
  const path = `/documents/${document_id}/versions`;
  try {
    /** @type {{versions: Version[]}} */
    const { versions: all } = await call("GET", path);
    if (all.length < 2) return fill(panel, empty("history", say("versions.none"), say("versions.none_about")));
    return fill(panel, h("ol", { class: "cards", id: "versions" }, all.map((one, at) => line(path, one, all[at + 1] ?? null))));
  } catch (error) {
    return fill(panel, h("p", { class: "wrong" }, sentence(error)));
  }
}

/** @param {string} path @param {Version} one @param {Version | null} before the one that it took the place of */
function line(path, { version, title, created_ms, live }, before) {
  const inside = h("div", { class: "inside" });
  const changed = h("details", { class: "more" }, h("summary", {}, say(before ? "versions.changed" : "versions.text")), inside);
  changed.addEventListener("toggle", async () => {
    if (!changed.open || inside.firstChild) return;
    fill(inside, h("p", { class: "quiet" }, say("source.opening")));
    try {
      const [now, then] = await Promise.all([text(path, version), before ? text(path, before.version) : ""]);
      fill(inside, before ? differences(then, now) : h("div", { class: "chunk-text", dir: "auto" }, now));
    } catch (error) {
      fill(inside, h("p", { class: "wrong" }, sentence(error)));
    }
  });
  return h("li", { class: "card stack" }, h("p", { class: "row" }, h("strong", {}, moment(created_ms)), live ? h("span", { class: "badge good" }, say("versions.live")) : null, theirs(title, { class: "quiet" })), changed);
}

/** @param {string} path @param {string} version */
async function text(path, version) {
  return (await send("GET", `${path}/text?version=${version}`)).text();
}

/** @param {string} before @param {string} after */
function differences(before, after) {
  const lines = difference(before, after);
  const isNear = lines.map((_, at) => lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind !== "same"));
  if (!isNear.includes(true)) return h("p", { class: "quiet" }, say("versions.same"));
  /** @type {Node[]} */
  const drawn = [];
  let left = 0;
  const gap = () => {
    if (left > 0) drawn.push(h("p", { class: "quiet gap" }, say("versions.left_out", { n: left })));
    left = 0;
  };
  for (const [at, { kind, text: words }] of lines.entries()) {
    if (!isNear[at]) {
      left++;
      continue;
    }
    gap();
    const unseen = kind === "same" ? null : h("span", { class: "unseen" }, say(kind === "out" ? "versions.out" : "versions.in"), " ");
    drawn.push(h(kind === "same" ? "div" : kind === "out" ? "del" : "ins", { class: "changed-line", dir: "auto" }, unseen, words || " "));
  }
  gap();
  return h("div", { class: "changes" }, drawn);
}

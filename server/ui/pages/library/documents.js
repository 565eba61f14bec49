// @ts-check
/**
 * The documents that one reads: looked for, narrowed, opened, and changed many at a time. What is narrowed to stands in the
 * address, so that a reload and the way back show the same.
 *
 * @typedef {{document_id: string, title: string, url: string, tier: string, groups: string[], type: string | null,
 *   language: string | null, dated: string | null, updated_ms: number}} Line
 */

import { button } from "../../parts/button.js";
import { fill, h, theirs } from "../../parts/element.js";
import { knownGroups, labelBadges } from "../../parts/label.js";
import { drawLatest } from "../../parts/latest.js";
import { empty, leafed, table } from "../../parts/list.js";
import { day, say } from "../../words.js";
import { filters } from "./filters.js";
import { kindName } from "./kinds.js";
import { librarySections } from "./page.js";
import { picker } from "./picker.js";
import { uploads } from "./upload/panel.js";

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left }) {
  const groups = await knownGroups();
  const list = h("div", { class: "stack" });
  const count = h("p", { class: "quiet", role: "status", id: "documents-count" });
  const picked = picker({ groups, changed: () => redraw() });
  const narrowed = filters({ groups, left, changed: () => redraw() });
  const redraw = () => draw(list, narrowed.query(), { count, picked, isNarrow: narrowed.isNarrow() });

  const upload = uploads({ groups, left, done: () => redraw() });
  const add = button({ label: say("library.add"), icon: "upload", kind: "primary", id: "add-documents", press: () => upload.open(true) });
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("way.library")), add), h("p", { class: "quiet" }, say("library.about")));
  fill(main, h("div", { class: "page wide", id: "library" }, head, librarySections("/library"), upload.node, narrowed.node, count, picked.node, list));
  upload.watch(main);
  await redraw();
  return { title: say("way.library") };
}

/**
 * @param {HTMLElement} list @param {string} query
 * @param {{count: HTMLElement, picked: ReturnType<typeof picker>, isNarrow: boolean}} about
 */
async function draw(list, query, { count, picked, isNarrow }) {
  picked.clear();
  const { frame, body, row } = table(say("library.documents"), [
    { title: say("library.pick"), class: "pick" }, { title: say("library.title"), class: "wide" }, { title: say("label.who") }, { title: say("library.kind") }, { title: say("library.updated"), class: "when" },
  ]);
  frame.classList.add("stacks");
  frame.querySelector("th")?.replaceChildren(picked.all(body));
  const whole = h("div", { class: "stack" });
  const lines = (/** @type {Line} */ line) => row(picked.box(line), title(line), labelBadges(line), kindName(line.type), day(line.updated_ms));
  const none = () => (isNarrow ? empty("search", say("library.none_found"), say("library.none_found_about")) : empty("library", say("library.none"), say("library.none_about")));
  let total = 0;
  const heard = (/** @type {{total?: number}} */ reply) => {
    picked.more();
    total = reply.total ?? 0;
  };
  const { foot, loaded } = leafed({ path: `/documents?${query}`, of: "documents", into: body, draw: lines, none, whole, heard });
  whole.append(frame, foot);
  if (await drawLatest(list, whole, loaded)) fill(count, say("library.count", { n: total }));
}

/** @param {Line} line */
function title({ document_id, title: words, url }) {
  return h("div", {}, h("a", { href: `/library/documents/${document_id}`, class: "name", dir: "auto" }, words || say("library.untitled")),
    h("p", { class: "quiet origin" }, theirs(url)));
}

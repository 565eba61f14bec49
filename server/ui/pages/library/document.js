// @ts-check
/**
 * A document as whoever looks after it sees it: what is known of it, what was lost on the way in, its text in the parts that
 * are searched, its like, the questions that found it, and who may read it.
 *
 * @typedef {{document_id: string, title: string, origins: string[], tier: string, groups: string[], type: string | null,
 *   language: string | null, author: string | null, dated: string | null, updated_ms: number, problems?: string[],
 *   chunks?: number}} Document
 * @typedef {{document: Document, etag: string}} Seen the document, and the version of it that was seen
 */

import { call, send } from "../../api.js";
import { button, linkButton, setBusy } from "../../parts/button.js";
import { formDialog } from "../../parts/dialog.js";
import { fill, h, theirs } from "../../parts/element.js";
import { icon } from "../../parts/icons.js";
import { knownGroups, labelBadges, labelFields } from "../../parts/label.js";
import { place } from "../../parts/place.js";
import { tabs } from "../../parts/tabs.js";
import { why } from "../../parts/refusal.js";
import { toast } from "../../shell/notices.js";
import { go } from "../../shell/router.js";
import { moment, number, say } from "../../words.js";
import { knownOf } from "./known.js";
import { kindName } from "./kinds.js";
import { parts } from "./parts.js";
import { readers } from "./readers.js";
import { versions } from "./versions.js";

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left, params }) {
  const [seen, groups] = await Promise.all([see(params.document), knownGroups()]);
  if (left.aborted) return { title: "" };
  const page = h("div", { class: "page", id: "document" });
  fill(main, page);
  draw(page, seen, groups);
  return { title: seen.document.title };
}

/** @param {string} id @returns {Promise<Seen>} */
async function see(id) {
  const response = await send("GET", `/documents/${encodeURIComponent(id)}`);
  return { document: await response.json(), etag: response.headers.get("etag") ?? "" };
}

/** @param {HTMLElement} page @param {Seen} seen @param {string[]} groups */
function draw(page, seen, groups) {
  const { document: found } = seen;
  const again = async () => draw(page, await see(found.document_id), groups);
  const back = h("div", { class: "row" }, linkButton(say("library.documents"), "/library", { icon: "back", kind: "plain small" }));
  const relabel = button({ label: say("label.change"), icon: "access", id: "relabel", press: () => changeLabel(seen, groups, again) });
  const remove = button({ label: say("delete"), icon: "trash", kind: "danger", press: () => removal(seen) });
  const reread = button({ label: say("document.read_again"), icon: "retry", id: "read-again", press: () => readAgain(found, reread) });
  const original = h("a", { class: "button", href: `/api/v1/documents/${found.document_id}/original`, download: true }, icon("download"), h("span", {}, say("document.original")));
  const head = h("header", { class: "page-head" }, back, h("h1", { dir: "auto" }, found.title || say("library.untitled")), labelBadges(found), facts(found),
    h("div", { class: "row" }, relabel, original, reread, remove));
  const views = [
    { title: say("document.text"), fill: (/** @type {HTMLElement} */ panel) => parts(panel, found) },
    { title: say("document.questions"), fill: (/** @type {HTMLElement} */ panel) => knownOf(panel, found, "questions") },
    { title: say("document.like"), fill: (/** @type {HTMLElement} */ panel) => knownOf(panel, found, "like") },
    { title: say("versions.head"), fill: (/** @type {HTMLElement} */ panel) => versions(panel, found) },
    { title: say("label.who"), fill: (/** @type {HTMLElement} */ panel) => readers(panel, found) },
  ];
  fill(page, head, problems(found.problems ?? []), tabs(say("document.about"), views));
}

/** From its original file, as if it had just come: for when reading has got better. @param {Document} found @param {HTMLElement} pressed */
async function readAgain({ document_id }, pressed) {
  setBusy(pressed, true);
  try {
    const { job } = await call("POST", `/documents/${document_id}/read-again`);
    await go(`/jobs/${job}`);
  } catch (error) {
    toast(why(error));
    setBusy(pressed, false);
  }
}

/** @param {Document} found */
function facts({ type, language, author, dated, updated_ms, chunks, origins }) {
  /** @type {[string, Node | string | null][]} */
  const all = [
    [say("library.kind"), kindName(type) || null],
    [say("document.language"), language],
    [say("document.author"), author && theirs(author)],
    [say("document.dated"), dated],
    [say("library.updated"), moment(updated_ms)],
    [say("document.parts"), chunks === undefined ? null : number(chunks)],
  ];
  const shown = all.flatMap(([name, value]) => (value ? [h("div", {}, h("dt", {}, name), h("dd", {}, value))] : []));
  const from = h("ul", { class: "origins quiet" }, origins.map((origin) => h("li", {}, theirs(place(origin)))));
  return [h("dl", { class: "facts" }, shown), h("div", {}, h("p", { class: "quiet" }, say("document.from")), from)];
}

/** @param {string[]} all */
function problems(all) {
  if (all.length === 0) return null;
  return h("section", { class: "card remarks", "aria-labelledby": "problems-head" }, h("h2", { id: "problems-head" }, icon("warn"), " ", say("document.problems")),
    h("ul", {}, all.map((one) => h("li", {}, theirs(one)))));
}

/** The version that was seen goes along: what somebody else changed meanwhile is not changed unseen. @param {Seen} seen @param {string[]} groups @param {() => Promise<void>} again */
function changeLabel({ document: found, etag }, groups, again) {
  const chosen = labelFields(found, groups);
  formDialog({
    title: say("label.change"), body: [chosen.node], confirm: say("save"),
    send: async () => {
      await call("PATCH", `/documents/${found.document_id}`, chosen.value(), { "if-match": etag }).catch(async (error) => {
        await again();
        throw error;
      });
      await again();
      document.getElementById("relabel")?.focus();
      toast(say("document.relabelled"));
    },
    inWords: why,
  });
}

/** @param {Seen} seen */
function removal({ document: found, etag }) {
  formDialog({
    title: say("document.delete_title"), body: [h("p", {}, theirs(found.title)), h("p", {}, say("document.delete_text"))], confirm: say("delete"), kind: "danger",
    send: async () => {
      await call("DELETE", `/documents/${found.document_id}`, undefined, { "if-match": etag });
      toast(say("document.deleted"));
      // Once the dialog has given the focus back.
      setTimeout(() => go("/library"));
    },
    inWords: why,
  });
}

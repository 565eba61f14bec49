// @ts-check
/**
 * What is asked before a conversation is called otherwise, or forgotten.
 *
 * @typedef {import("./archive.js").Listed} Listed
 */

import { sentence } from "../../api.js";
import { formDialog } from "../../parts/dialog.js";
import { h } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { say } from "../../words.js";
import * as archive from "./archive.js";

/** @param {Listed} one @param {() => void} done */
export function renameDialog(one, done) {
  const title = h("input", { type: "text", maxlength: 120, value: one.title, dir: "auto" });
  formDialog({
    title: say("rename.title"),
    body: [field(say("rename.label"), title, say("rename.hint"))],
    confirm: say("save"),
    send: async () => { await archive.rename(one.id, title.value); done(); },
    inWords: sentence,
  });
  title.select();
}

/** @param {Listed} one @param {() => void} done */
export function deleteDialog(one, done) {
  formDialog({
    title: say("delete.title"),
    body: [h("p", {}, say("delete.text")), h("p", { class: "quiet", dir: "auto" }, one.title)],
    confirm: say("delete"),
    kind: "danger",
    send: async () => { await archive.remove(one.id); done(); },
    inWords: sentence,
  });
}

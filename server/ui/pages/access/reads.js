// @ts-check
/** Whether somebody reads a document, and which rule decides it. */

import { call } from "../../api.js";
import { button, onSubmit } from "../../parts/button.js";
import { keepDraft } from "../../parts/drafts.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { verdict } from "../../parts/grounds.js";
import { why } from "../../parts/refusal.js";
import { say } from "../../words.js";
import { accessSections } from "./page.js";

/** @param {import("../../shell/routes.js").Visit} visit */
export function open({ main }) {
  const person = h("input", { name: "person", id: "reads-person", required: true, maxlength: 254, autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
  const document = h("input", { name: "document", id: "reads-document", required: true, maxlength: 2_000, spellcheck: "false", autocomplete: "off" });
  const said = h("p", { class: "wrong", role: "alert" });
  const told = h("div", { role: "status", id: "reads-told" });
  const form = h("form", { class: "stack" }, h("div", { class: "two" }, field(say("reads.person"), person, say("reads.person_hint")), field(say("reads.document"), document, say("reads.document_hint"))), said,
    h("div", { class: "row" }, button({ label: say("reads.look"), kind: "primary", type: "submit" }), h("span", { class: "quiet" }, say("eyes.noted"))), told);
  keepDraft(form, "reads");
  onSubmit(form, said, async () => {
    fill(told);
    /** @type {import("../../parts/grounds.js").Verdict} */
    const found = await call("POST", "/access/explain", { person: person.value.trim(), document: document.value.trim() });
    const title = found.document_id ? h("p", {}, h("a", { href: `/library/documents/${found.document_id}` }, theirs(found.title ?? ""))) : null;
    fill(told, title, verdict(found));
  }, why);
  const head = h("header", { class: "page-head" }, h("h1", {}, say("reads.head")), h("p", { class: "quiet" }, say("reads.about")));
  fill(main, h("div", { class: "page wide", id: "reads" }, head, accessSections("/access/reads"), h("section", { class: "card" }, form)));
  return { title: say("reads.head") };
}

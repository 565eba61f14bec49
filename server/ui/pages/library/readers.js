// @ts-check
/** Who may read a document: in a sentence for everybody who looks after it, and for admins person by person, with the rules. */

import { call, sentence } from "../../api.js";
import { button, onSubmit } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { verdict } from "../../parts/grounds.js";
import { readersOf } from "../../parts/label.js";
import { mayOpen } from "../../shell/me.js";
import { say } from "../../words.js";

/** @param {HTMLElement} panel @param {{document_id: string, tier: string, groups: string[]}} of */
export function readers(panel, of) {
  panel.append(h("p", {}, readersOf(of)), h("p", { class: "quiet" }, say("document.admins_read")));
  if (mayOpen("admin")) panel.append(question(of.document_id));
}

/** @param {string} id */
function question(id) {
  const person = h("input", { name: "person", required: true, maxlength: 254, autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
  const said = h("p", { class: "wrong", role: "alert" });
  const told = h("div", { role: "status" });
  const form = h("form", { class: "card stack" }, field(say("document.may_person"), person, say("document.may_person_hint")), said,
    h("div", { class: "row" }, button({ label: say("document.look"), type: "submit" })), told);
  onSubmit(form, said, async () => {
    fill(told);
    fill(told, verdict(await call("POST", "/access/explain", { person: person.value.trim(), document: id })));
  }, sentence);
  return form;
}

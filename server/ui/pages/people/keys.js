// @ts-check
/** All keys of programs, and one more: for what, for whom, within what, and for how long. Its secret is told once. */

import { Refused, call } from "../../api.js";
import { button, onSubmit } from "../../parts/button.js";
import { keepDraft } from "../../parts/drafts.js";
import { fill, h } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { OF_READERS, knownGroups, labelFields, usualTier } from "../../parts/label.js";
import { why } from "../../parts/refusal.js";
import { toldOnce } from "../../parts/secret.js";
import { person } from "../../shell/me.js";
import { say } from "../../words.js";
import { peopleSections } from "./page.js";
import { keyTable } from "./key-table.js";
import { SCOPES } from "./roles.js";

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main }) {
  const groups = await knownGroups();
  const list = keyTable("/keys?owner=all", true);
  const form = keyForm(groups, list.load);
  const add = button({ label: say("keys.make"), icon: "plus", kind: "primary", id: "make-key", press: () => { form.hidden = false; form.querySelector("input")?.focus(); } });
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("people.keys")), add), h("p", { class: "quiet" }, say("keys.about")));
  fill(main, h("div", { class: "page wide", id: "keys" }, head, peopleSections("/people/keys"), form, list.node));
  await list.load();
  return { title: say("people.keys") };
}

/** @param {string[]} groups @param {() => Promise<void>} done */
function keyForm(groups, done) {
  const name = h("input", { name: "name", required: true, maxlength: 100, autocomplete: "off" });
  const owner = h("input", { name: "owner", required: true, maxlength: 254, autocapitalize: "none", spellcheck: "false", autocomplete: "off", value: person()?.login });
  const days = h("input", { name: "days", type: "number", min: 1, max: 3_650, inputmode: "numeric", value: "90" });
  const scopes = Object.entries(SCOPES).map(([scope, words]) => h("label", { class: "choice" }, h("input", { type: "checkbox", name: "scope", value: scope, checked: scope === "read" }), say(words)));
  const narrow = h("input", { type: "checkbox", name: "narrow", value: "yes" });
  const label = labelFields({ tier: usualTier(), groups: [] }, groups, OF_READERS);
  const within = h("div", { hidden: true }, label.node);
  const said = h("p", { class: "wrong", role: "alert" });
  const made = h("div", { role: "status" });
  const form = h("form", { class: "card stack", id: "key-form", hidden: true }, h("h2", {}, say("keys.make")),
    h("div", { class: "two" },
      h("div", { class: "stack" }, field(say("keys.name"), name, say("keys.name_hint")), field(say("keys.owner"), owner, say("keys.owner_hint")), field(say("keys.days"), days, say("keys.days_hint"))),
      h("div", { class: "stack" }, h("fieldset", {}, h("legend", {}, say("keys.scopes")), scopes), h("label", { class: "choice" }, narrow, say("keys.narrow")), within)),
    said, h("div", { class: "row" }, button({ label: say("keys.make"), kind: "primary", type: "submit" }), button({ label: say("close"), kind: "plain", press: () => { draft.forget(); fill(made); form.hidden = true; document.getElementById("make-key")?.focus(); } })), made);
  const draft = keepDraft(form, "key");
  const show = () => { within.hidden = !narrow.checked; label.tell(); };
  narrow.addEventListener("change", show);
  show();
  onSubmit(form, said, async () => {
    fill(made);
    const chosen = [...form.querySelectorAll("input[name=scope]:checked")].map((box) => /** @type {HTMLInputElement} */ (box).value);
    if (chosen.length === 0) throw new Refused("typed", say("keys.no_scope"));
    const wish = { name: name.value.trim(), scopes: chosen, owner: await idOf(owner.value.trim()), ...(narrow.checked ? label.value() : {}), ...(days.value ? { expires_in_days: Number(days.value) } : {}) };
    const { secret } = await call("POST", "/keys", wish);
    draft.forget();
    fill(made, toldOnce(say("keys.secret"), secret, say("keys.secret_hint")));
    made.querySelector("input")?.focus();
    await done();
  }, why);
  return form;
}

/** @param {string} login */
async function idOf(login) {
  const { people } = await call("GET", `/people?login=${encodeURIComponent(login)}`);
  if (people.length === 0) throw new Refused("typed", say("refusal.nobody"));
  return people[0].id;
}

// @ts-check
/** Somebody is invited: who they are, what they may do and read. The link by which they come in is told once. */

import { call } from "../../api.js";
import { button, onSubmit } from "../../parts/button.js";
import { keepDraft } from "../../parts/drafts.js";
import { fill, h } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { OF_READERS, labelFields } from "../../parts/label.js";
import { why } from "../../parts/refusal.js";
import { toldOnce } from "../../parts/secret.js";
import { say } from "../../words.js";
import { roleAbout, roleSelect } from "./roles.js";

/** @param {{groups: string[], isShut: () => void, done: () => unknown}} about */
export function inviteForm({ groups, isShut, done }) {
  const login = h("input", { name: "login", id: "invite-login", required: true, maxlength: 254, autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
  const name = h("input", { name: "name", maxlength: 100, autocomplete: "off" });
  const { role, about } = roleField("reader");
  const label = labelFields({ tier: "internal", groups: [] }, groups, OF_READERS);
  const said = h("p", { class: "wrong", role: "alert" });
  const made = h("div", { role: "status" });
  const send = button({ label: say("people.invite_now"), kind: "primary", type: "submit" });
  const form = h("form", { class: "stack", id: "invite-form" }, h("h2", {}, say("people.invite")),
    h("div", { class: "two" }, h("div", { class: "stack" }, field(say("login"), login, say("people.login_hint")), field(say("people.name"), name), field(say("people.role"), role), about), label.node),
    said, h("div", { class: "row" }, send, button({ label: say("close"), kind: "plain", press: () => { draft.forget(); form.reset(); fill(made); isShut(); } })), made);
  const draft = keepDraft(form, "invite");
  label.tell();
  role.dispatchEvent(new Event("change"));
  onSubmit(form, said, async () => {
    fill(made);
    const wish = { login: login.value.trim(), name: name.value.trim() || undefined, role: role.value, ...label.value() };
    const { person, url } = await call("POST", "/people", wish);
    draft.forget();
    form.reset();
    label.tell();
    fill(made, linkOnce(person.login, url));
    made.querySelector("input")?.focus();
    done();
  }, why);
  const node = h("section", { class: "card", hidden: true }, form);
  return { node, focus: () => login.focus(), wasBegun: login.value !== "" };
}

/** With what it lets somebody do below it. @param {string} now */
export function roleField(now) {
  const role = roleSelect(now);
  const about = h("p", { class: "quiet", role: "status" });
  const tell = () => fill(about, roleAbout(role.value));
  role.addEventListener("change", tell);
  tell();
  return { role, about };
}

/** @param {string} login @param {string} url below the address of this server */
export function linkOnce(login, url) {
  return toldOnce(say("people.link_for", { login }), new URL(url, location.origin).href, say("people.link_hint"));
}

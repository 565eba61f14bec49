// @ts-check
/**
 * Everybody with an account, and one more.
 *
 * @typedef {{id: string, login: string, name: string, role: string, tier: string, groups: string[], state: string,
 *   has_password: boolean, created_ms: number, updated_ms: number}} Person
 */

import { button } from "../../parts/button.js";
import { fill, h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { knownGroups, labelBadges } from "../../parts/label.js";
import { drawLatest } from "../../parts/latest.js";
import { empty, leafed, table } from "../../parts/list.js";
import { say } from "../../words.js";
import { inviteForm } from "./invite.js";
import { peopleSections } from "./page.js";
import { roleName, stateOf } from "./roles.js";

const PAUSE_MS = 300;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left }) {
  const groups = await knownGroups();
  const list = h("div", { class: "stack" });
  const login = h("input", { type: "search", id: "people-search", maxlength: 254, autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
  const redraw = () => draw(list, login.value.trim());
  const form = inviteForm({ groups, isShut: () => { form.node.hidden = true; add.focus(); }, done: redraw });
  const add = button({ label: say("people.invite"), icon: "plus", kind: "primary", id: "invite", press: () => { form.node.hidden = false; form.focus(); } });
  const head = h("header", { class: "page-head" }, h("div", { class: "apart" }, h("h1", {}, say("way.people")), add), h("p", { class: "quiet" }, say("people.about")));
  fill(main, h("div", { class: "page wide", id: "people" }, head, peopleSections("/people"), form.node, field(say("people.find"), login), list));
  if (form.wasBegun) form.node.hidden = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  login.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => { if (!left.aborted) redraw(); }, PAUSE_MS); });
  await redraw();
  return { title: say("way.people") };
}

/** @param {HTMLElement} list @param {string} login */
async function draw(list, login) {
  const { frame, body, row } = table(say("people.people"), [{ title: say("people.name"), class: "wide" }, { title: say("people.role") }, { title: say("people.reads") }, { title: say("people.state") }]);
  frame.classList.add("stacks");
  const whole = h("div", { class: "stack" });
  const lines = (/** @type {Person} */ person) => row(named(person), roleName(person.role), person.role === "admin" ? say("people.everything") : labelBadges(person), stateOf(person.state));
  const none = () => empty("people", say("people.none"), say("people.none_about"));
  const query = login ? `?login=${encodeURIComponent(login)}` : "";
  const { foot, loaded } = leafed({ path: `/people${query}`, of: "people", into: body, draw: lines, none, whole });
  whole.append(frame, foot);
  await drawLatest(list, whole, loaded);
}

/** @param {Person} person */
function named({ id, name, login }) {
  return h("div", {}, h("a", { href: `/people/${id}`, class: "name", dir: "auto" }, name || login), h("p", { class: "quiet" }, theirs(login)));
}

// @ts-check
/**
 * One's own account: another password, and where one is signed in.
 *
 * @typedef {{id: string, current: boolean, way: string, address: string, agent: string, created_ms: number, seen_ms: number}} Stay
 */

import { Refused, call, sentence } from "../api.js";
import { button, onSubmit } from "../parts/button.js";
import { fill, h, theirs } from "../parts/element.js";
import { field } from "../parts/field.js";
import { areSame, newPassword, password as passwordField } from "../parts/password.js";
import { me, person } from "../shell/me.js";
import { toast } from "../shell/notices.js";
import { moment, say } from "../words.js";

/** @param {import("../shell/routes.js").Visit} visit */
export function open({ main }) {
  const stays = h("ul", { class: "stack", id: "stays" });
  const known = person();
  const head = h("header", { class: "page-head" }, h("h1", {}, say("account")),
    h("p", { class: "quiet" }, theirs(known?.name ?? ""), " · ", theirs(known?.login ?? "")));
  const sessions = h("section", { class: "card stack", "aria-labelledby": "stays-head" },
    h("h2", { id: "stays-head" }, say("stays.head")), h("p", { class: "quiet" }, say("stays.about")), stays);
  fill(main, h("div", { class: "page" }, head, sessions, me()?.has_password ? passwordSection(stays) : null));
  list(stays);
  return { title: say("account") };
}

/** @param {HTMLElement} stays */
function passwordSection(stays) {
  const [present, first, again] = [
    passwordField("present", "current-password"), passwordField("password", "new-password"), passwordField("again", "new-password"),
  ];
  const said = h("p", { class: "wrong", role: "alert" });
  const login = h("input", { type: "text", name: "login", autocomplete: "username", value: person()?.login, hidden: true });
  const send = button({ label: say("password.change"), kind: "primary", type: "submit" });
  const form = h("form", { id: "password-form", class: "stack" }, login, field(say("password.present"), present), newPassword(first, again), said,
    h("div", { class: "row" }, send));
  onSubmit(form, said, async () => {
    if (!areSame(first, again)) throw new Refused("typed", say("password.differ"));
    await call("POST", "/me/password", { present: present.value, next: first.value });
    form.reset();
    toast(say("password.changed"));
    list(stays);
  }, sentence);
  return h("section", { class: "card stack", "aria-labelledby": "password-head" },
    h("h2", { id: "password-head" }, say("password.change")), h("p", { class: "quiet" }, say("password.about")), form);
}

/** @param {HTMLElement} stays */
async function list(stays) {
  try {
    const { sessions } = await call("GET", "/sessions");
    fill(stays, sessions.map((/** @type {Stay} */ stay) => row(stay, stays)));
  } catch (error) {
    fill(stays, h("li", { class: "wrong" }, sentence(error)));
  }
}

/** @param {Stay} stay @param {HTMLElement} stays */
function row(stay, stays) {
  const where = h("div", {}, h("p", {}, theirs(browser(stay.agent)), " ", stay.current ? h("span", { class: "badge good" }, say("stays.here")) : null),
    h("p", { class: "quiet" }, stay.address, " · ", say("stays.seen", { when: moment(stay.seen_ms) })));
  const end = button({
    label: say("stays.end"),
    kind: "small",
    press: async () => {
      await call("DELETE", `/sessions/${stay.id}`).catch((error) => toast(sentence(error)));
      list(stays);
    },
  });
  return h("li", { class: "apart" }, where, stay.current ? null : end);
}

/** What a browser calls itself is long, and begins with what all do. @param {string} agent */
function browser(agent) {
  const name = /(Edg|OPR|Firefox|Chrome|Safari)\/(\d+)/.exec(agent);
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  if (!name) return agent.slice(0, 80);
  const known = { Edg: "Edge", OPR: "Opera" }[name[1]] ?? name[1];
  return system ? `${known} ${name[2]}, ${system}` : `${known} ${name[2]}`;
}

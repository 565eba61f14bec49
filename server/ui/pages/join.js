// @ts-check
/**
 * Joining: whoever holds a link chooses a password, and is in. The link stands behind the # of the address, which browsers
 * send to nobody.
 *
 * @typedef {"first_admin" | "invitation" | "reset"} Purpose
 * @typedef {{purpose: Purpose, login: string | null, name: string | null}} Link
 */

import { Refused, call, sentence } from "../api.js";
import { button, onSubmit } from "../parts/button.js";
import { fill, h } from "../parts/element.js";
import { field } from "../parts/field.js";
import { areSame, login as loginField, newPassword, password as passwordField } from "../parts/password.js";
import { tellOthers } from "../shell/others.js";
import { say } from "../words.js";

/** @type {Record<Purpose, import("../words.js").Key>} */
const PURPOSES = { first_admin: "join.first_admin", invitation: "join.invitation", reset: "join.reset" };

/** @param {import("../shell/routes.js").Visit} visit */
export function open({ main, left }) {
  const greeting = h("h1", { id: "greeting" }, say("join.welcome"));
  const purpose = h("p", { id: "purpose", "aria-live": "polite" }, say("join.looking"));
  const place = h("div");
  fill(main, h("div", { class: "page narrow" }, greeting, purpose, place));
  const look = () => lookAt(greeting, purpose, place);
  window.addEventListener("hashchange", look, { signal: left });
  look();
  return { title: say("join.welcome") };
}

/** Show whom the link is for, or that it works no more. @param {HTMLElement} greeting @param {HTMLElement} purpose @param {HTMLElement} place */
async function lookAt(greeting, purpose, place) {
  fill(place);
  try {
    /** @type {Link} */
    const found = await call("POST", "/links/inspect", { link: link() });
    fill(greeting, found.name ? [`${say("join.welcome")}, `, h("bdi", {}, found.name)] : say("join.welcome"));
    purpose.textContent = say(PURPOSES[found.purpose]);
    purpose.className = "";
    fill(place, form(found));
    const first = place.querySelector("input:not([readonly])");
    if (first instanceof HTMLInputElement) first.focus();
  } catch (error) {
    const isDead = error instanceof Refused && error.code === "bad_request";
    purpose.textContent = isDead ? say("join.dead") : sentence(error);
    purpose.className = "wrong";
  }
}

/** @param {Link} found */
function form(found) {
  const login = loginField();
  login.value = found.login ?? "";
  // Password managers look for a login beside the password, also where it cannot be changed.
  login.readOnly = found.login !== null;
  const name = h("input", { id: "name", name: "name", type: "text", maxlength: 200, autocomplete: "name", required: true });
  name.value = found.name ?? "";
  const [first, again] = [passwordField("password", "new-password"), passwordField("again", "new-password")];
  const said = h("p", { id: "said", role: "alert", class: "wrong" });
  const send = button({ label: say("join.go_in"), kind: "primary", type: "submit" });
  const made = h("form", { id: "join", method: "post", class: "stack" },
    field(say("login"), login), field(say("join.name"), name), newPassword(first, again), said, send);
  onSubmit(made, said, async () => {
    if (!areSame(first, again)) throw new Refused("typed", say("password.differ"));
    const who = login.readOnly ? {} : { login: login.value };
    await call("POST", "/links/redeem", { link: link(), ...who, name: name.value, password: first.value });
    tellOthers({ what: "person" });
    // Whoever is the first has everything before them.
    location.replace(found.purpose === "first_admin" ? "/settings/begin" : "/");
  }, sentence);
  return made;
}

function link() {
  return location.hash.slice(1);
}

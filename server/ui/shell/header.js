// @ts-check
/** The header: where one can go, who one is, and how the pages look and speak. Made of who is there, and again when that changes. */

import { call } from "../api.js";
import { button, linkButton } from "../parts/button.js";
import { fill, h } from "../parts/element.js";
import { icon } from "../parts/icons.js";
import { item, itemLink, menu } from "../parts/menu.js";
import { LANGUAGES, choose, language, say } from "../words.js";
import { houseName } from "./house.js";
import { setTheme, theme } from "./looks.js";
import { mayOpen, person } from "./me.js";
import { tellOthers } from "./others.js";
import { leaveFor } from "./return.js";
import { ROUTES } from "./routes.js";

/** @type {import("./routes.js").Route | null} */
let here = null;

const bar = h("div", { class: "bar" });

export function header() {
  drawHeader();
  const skip = h("a", { class: "button primary skip", href: "#main", click: toMain }, say("skip"));
  return [skip, h("header", { class: "top" }, bar)];
}

export function drawHeader() {
  const known = person();
  const self = known ? accountMenu(known) : [signIn(), looksMenu()];
  const brand = h("a", { class: "brand", href: "/" }, h("img", { src: new URL("../icon.svg", import.meta.url).pathname, alt: "" }), h("bdi", {}, houseName()));
  fill(bar, phoneWays(), brand, h("nav", { class: "ways", "aria-label": say("ways") }, ways("way")), h("div", { class: "self" }, self));
  markWay(here);
}

/** @param {import("./routes.js").Route | null} route */
export function markWay(route) {
  here = route;
  for (const link of bar.querySelectorAll(".way")) {
    const isHere = route?.way && link.getAttribute("href") === route.paths[0];
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** @param {string} look */
function ways(look) {
  const open = ROUTES.filter((route) => route.way && mayOpen(route.least));
  if (open.length < 2) return [];
  return open.map(({ paths, way }) => way && h("a", { class: look, href: paths[0] }, icon(way.icon), say(way.name)));
}

/** The same ways where there is no room for them. */
function phoneWays() {
  if (ways("item").length === 0) return null;
  const made = menu(button({ label: say("ways"), icon: "list", bare: true, kind: "plain" }), () => ways("item").filter((way) => way !== undefined));
  made.classList.add("only-small", "to-start");
  return made;
}

function signIn() {
  const link = linkButton(say("sign_in"), "/sign-in");
  link.addEventListener("click", () => leaveFor(location.pathname));
  link.id = "sign-in-link";
  return link;
}

function looksMenu() {
  return menu(button({ label: say("looks"), icon: "settings", bare: true, kind: "plain" }), looks);
}

/** @param {import("./me.js").Person} known */
function accountMenu(known) {
  const initial = h("span", { class: "initial", "aria-hidden": "true" }, [...known.name.trim()][0]?.toUpperCase() ?? "·");
  const opener = h("button", { type: "button", class: "button who", id: "account" }, initial, h("span", {}, known.name));
  return menu(opener, () => [
    h("p", { class: "head" }, h("bdi", {}, known.login)),
    itemLink(say("account"), "account", "/account"),
    mayOpen("admin") ? itemLink(say("way.settings"), "settings", "/settings") : null,
    item(say("sign_out"), "out", signOut),
    h("hr"),
    ...looks(),
  ]);
}

function looks() {
  const themes = /** @type {const} */ ({ auto: say("theme.auto"), light: say("theme.light"), dark: say("theme.dark") });
  return [
    ...oneOf("theme", say("theme"), themes, theme(), setTheme),
    ...oneOf("language", say("language"), LANGUAGES, language, choose),
  ];
}

/**
 * @template {string} Value
 * @param {string} name @param {string} head @param {Record<Value, string>} all @param {Value} chosen @param {(value: Value) => void} choose
 */
function oneOf(name, head, all, chosen, choose) {
  const values = /** @type {[Value, string][]} */ (Object.entries(all));
  const radios = values.map(([value, words]) => {
    const radio = h("input", { type: "radio", name, value, checked: value === chosen, change: () => choose(value) });
    return h("label", { class: "choice" }, radio, words);
  });
  return [h("div", { role: "radiogroup", "aria-label": head }, h("p", { class: "head" }, head), radios)];
}

async function signOut() {
  await call("DELETE", "/sessions/current").catch(() => null);
  tellOthers({ what: "person" });
  // What was shown to one person is not left for the next.
  forgetWritten();
  location.replace("/");
}

function forgetWritten() {
  try {
    sessionStorage.clear();
  } catch {
    // Then there is nothing to forget.
  }
}

/** @param {Event} event */
function toMain(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

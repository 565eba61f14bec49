// @ts-check
/**
 * Going from page to page without loading the frame again: real paths, the title, the focus and what is read out go along.
 * Does not know what any page shows.
 */

import { fill, h } from "../parts/element.js";
import { linkButton } from "../parts/button.js";
import { sentence } from "../api.js";
import { say } from "../words.js";
import { markWay } from "./header.js";
import { houseName } from "./house.js";
import { mayOpen, me, person } from "./me.js";
import { announce } from "./notices.js";
import { leaveFor } from "./return.js";
import { OPEN_TO_ALL, routeOf } from "./routes.js";

/** @type {{route: import("./routes.js").Route, opened: import("./routes.js").Opened | null, left: AbortController} | null} */
let current = null;
let visits = 0;
let shownPath = "";

const main = () => /** @type {HTMLElement} */ (document.getElementById("main"));

/** Links to our own pages, the browser's buttons, and the page that is asked for now. */
export function start() {
  document.addEventListener("click", follow);
  // Within a page, from heading to heading, it is the page's own.
  window.addEventListener("popstate", () => { if (location.pathname !== shownPath) show(false); });
  return show(true);
}

/** @param {string} path @param {{replace?: boolean}} [how] */
export function go(path, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", path);
  else if (path !== location.pathname) history.pushState(null, "", path);
  return show(false);
}

/** The path is another, the page is the same and knows it. @param {string} path @param {string} title */
export function nowAt(path, title) {
  history.pushState(null, "", path);
  shownPath = path;
  entitle(title);
}

/** @param {string} title */
export function entitle(title) {
  document.title = title ? `${title} · ${houseName()}` : houseName();
}

/** Everything anew: for somebody else, or after what went wrong. */
export function reopen() {
  current?.left.abort();
  current = null;
  return show(false);
}

/** @param {boolean} isFirst */
async function show(isFirst) {
  const visit = ++visits;
  const path = location.pathname;
  const found = routeOf(path);
  shownPath = path;
  markWay(found?.route ?? null);
  try {
    const title = found ? await opened(found, { path, params: found.params, isFirst }) : absent();
    if (visit === visits) arrive(title, isFirst);
  } catch (error) {
    if (visit === visits) arrive(broken(error), isFirst);
  }
}

/**
 * @param {{route: import("./routes.js").Route, params: Record<string, string>}} found
 * @param {{path: string, params: Record<string, string>, isFirst: boolean}} about
 */
async function opened({ route }, about) {
  if (current?.route === route && current.opened?.moved) {
    return current.opened.moved({ ...about, main: main(), left: current.left.signal });
  }
  current?.left.abort();
  const mine = { route, opened: /** @type {import("./routes.js").Opened | null} */ (null), left: new AbortController() };
  current = mine;
  const isOpen = OPEN_TO_ALL.includes(route.paths[0]) || mayOpen(route.least);
  if (!isOpen) return shut();
  if (!about.isFirst) main().setAttribute("aria-busy", "true");
  const [page] = await Promise.all([route.load(), ...(route.styles ?? []).map(style)]);
  if (mine.left.signal.aborted) return "";
  main().replaceChildren();
  main().scrollTop = 0;
  mine.opened = await page.open({ ...about, main: main(), left: mine.left.signal });
  return mine.opened.title;
}

/** @param {string} title @param {boolean} isFirst */
function arrive(title, isFirst) {
  main().removeAttribute("aria-busy");
  entitle(title);
  if (isFirst) return;
  announce(title);
  if (main().contains(document.activeElement) && document.activeElement !== main()) return;
  const heading = main().querySelector("h1");
  if (heading) heading.tabIndex = -1;
  (heading ?? main()).focus({ preventScroll: true });
}

/** @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || url.hash || !routeOf(url.pathname)) return;
  event.preventDefault();
  go(url.pathname);
}

/** A style sheet of a page, once. @param {string} name */
function style(name) {
  const href = new URL(`../style/${name}`, import.meta.url).pathname;
  if (document.querySelector(`link[href="${href}"]`)) return null;
  return new Promise((done) => {
    const link = h("link", { rel: "stylesheet", href, load: done, error: done });
    document.head.append(link);
  });
}

function shut() {
  if (person()) return plain(say("shut.title"), say("shut.text"), linkButton(say("back_home"), "/"));
  leaveFor(location.pathname);
  const text = me() === null ? say("shut.visitors") : say("shut.sign_in");
  return plain(say("sign_in"), text, linkButton(say("sign_in"), "/sign-in", { kind: "primary" }));
}

function absent() {
  current?.left.abort();
  current = null;
  return plain(say("absent.title"), say("absent.text"), linkButton(say("back_home"), "/"));
}

/** @param {unknown} error */
function broken(error) {
  current?.left.abort();
  current = null;
  // A module that did not come is not asked for again by this page: the server may have another build by now.
  const isModule = error instanceof TypeError;
  const again = h("button", { type: "button", class: "button primary", click: isModule ? () => location.reload() : reopen }, say("retry"));
  return plain(say("broken.title"), isModule ? say("broken.module") : sentence(error), again);
}

/** @param {string} title @param {string} text @param {HTMLElement} action */
function plain(title, text, action) {
  const shown = h("div", { class: "page narrow" }, h("h1", {}, title), h("p", {}, text), h("div", { class: "row" }, action));
  fill(main(), shown);
  return title;
}

// @ts-check
/** A button that opens a short list of things to do. Escape, a click elsewhere and leaving it close it. */

import { h } from "./element.js";
import { icon } from "./icons.js";

/** @param {HTMLButtonElement} opener @param {() => (HTMLElement | null)[]} items made anew each time */
export function menu(opener, items) {
  const list = h("div", { class: "menu-list", hidden: true });
  const made = h("div", { class: "menu" }, opener, list);
  opener.setAttribute("aria-expanded", "false");

  const set = (/** @type {boolean} */ open) => {
    if (open) list.replaceChildren(...items().filter((item) => item !== null));
    list.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    document[open ? "addEventListener" : "removeEventListener"]("pointerdown", elsewhere, true);
  };
  const elsewhere = (/** @type {Event} */ event) => {
    if (!made.isConnected || (event.target instanceof Node && !made.contains(event.target))) set(false);
  };

  opener.addEventListener("click", () => set(list.hidden));
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    set(false);
    opener.focus();
  });
  made.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !made.contains(event.relatedTarget)) set(false);
  });
  list.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(".item")) set(false);
  });
  return made;
}

/** @param {string} label @param {import("./icons.js").Icon} drawn @param {() => unknown} press @param {string} [kind] */
export function item(label, drawn, press, kind = "") {
  return h("button", { type: "button", class: `item ${kind}`, click: press }, icon(drawn), label);
}

/** @param {string} label @param {import("./icons.js").Icon} drawn @param {string} href */
export function itemLink(label, drawn, href) {
  return h("a", { class: "item", href }, icon(drawn), label);
}

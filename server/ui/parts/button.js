// @ts-check
/** Buttons, and forms that are sent once. */

import { h } from "./element.js";
import { icon } from "./icons.js";

/** A button that is disabled loses the keyboard's focus, so it only looks it. */
const BUSY = "aria-disabled";

/**
 * `bare`: the icon alone is shown, and the label is read out.
 *
 * @param {{label: string, icon?: import("./icons.js").Icon, bare?: boolean, kind?: string, id?: string, type?: "button" | "submit",
 *   press?: (event: Event) => unknown}} about
 */
export function button({ label, icon: drawn, bare = false, kind = "", id, type = "button", press }) {
  const shown = [drawn ? icon(drawn) : null, bare ? null : h("span", {}, label)];
  const only = bare ? { "aria-label": label, title: label } : {};
  const made = h("button", { type, id, class: `button ${bare ? "icon-only " : ""}${kind}`, ...only }, shown);
  if (press) made.addEventListener("click", (event) => { if (!isBusy(made)) press(event); });
  return made;
}

/** A link that looks like one. @param {string} label @param {string} href @param {{kind?: string, icon?: import("./icons.js").Icon}} [about] */
export function linkButton(label, href, { kind = "", icon: drawn } = {}) {
  return h("a", { class: `button ${kind}`, href }, drawn ? icon(drawn) : null, label);
}

/** @param {Element} button @param {boolean} busy */
export function setBusy(button, busy) {
  if (busy) button.setAttribute(BUSY, "true");
  else button.removeAttribute(BUSY);
}

/** @param {Element} button */
export function isBusy(button) {
  return button.hasAttribute(BUSY);
}

/**
 * Send a form once, however often Enter is pressed; what goes wrong is said in it.
 *
 * @param {HTMLFormElement} form @param {HTMLElement} said @param {() => Promise<unknown>} send @param {(error: unknown) => string} inWords
 */
export function onSubmit(form, said, send, inWords) {
  const pressed = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy(pressed)) return;
    setBusy(pressed, true);
    said.textContent = "";
    try {
      await send();
    } catch (error) {
      said.textContent = inWords(error);
    } finally {
      setBusy(pressed, false);
    }
  });
}

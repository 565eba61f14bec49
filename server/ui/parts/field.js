// @ts-check
/** Fields of forms: a label, what is typed, and a hint that belongs to it. */

import { freshId, h } from "./element.js";

/**
 * @template {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control
 * @param {string} label @param {Control} control @param {string} [hint] @returns {HTMLElement}
 */
export function field(label, control, hint) {
  control.id ||= freshId("field");
  control.classList.add("input");
  const below = hint ? h("p", { class: "quiet", id: `${control.id}-hint` }, hint) : null;
  if (below) control.setAttribute("aria-describedby", below.id);
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, below);
}

/** @param {string} label @param {[string, string][]} options value and words @param {string} chosen @param {(value: string) => void} choose */
export function select(label, options, chosen, choose) {
  const made = h("select", {}, options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)));
  made.addEventListener("change", () => choose(made.value));
  return field(label, made);
}

/**
 * One of a few, all in sight.
 *
 * @param {string} legend @param {[string, string][]} options value and words @param {string | null} chosen @param {(value: string) => void} [choose]
 */
export function choices(legend, options, chosen, choose) {
  const name = freshId("choice");
  const one = (/** @type {[string, string]} */ [value, words]) => {
    const radio = h("input", { type: "radio", name, value, checked: value === chosen });
    if (choose) radio.addEventListener("change", () => choose(value));
    return h("label", { class: "choice" }, radio, words);
  };
  return h("fieldset", {}, h("legend", {}, legend), options.map(one));
}

/** What is chosen of them. @param {HTMLElement} fieldset @returns {string | null} */
export function chosenOf(fieldset) {
  const found = fieldset.querySelector("input:checked");
  return found instanceof HTMLInputElement ? found.value : null;
}

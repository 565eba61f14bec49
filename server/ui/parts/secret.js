// @ts-check
/** What is told once: a link or a key, to be copied now, since nobody can show it again. */

import { announce } from "../shell/notices.js";
import { say } from "../words.js";
import { button } from "./button.js";
import { h } from "./element.js";
import { field } from "./field.js";

/** @param {string} label @param {string} value @param {string} hint */
export function toldOnce(label, value, hint) {
  const shown = h("input", { type: "text", readonly: true, value, spellcheck: "false", "data-unkept": true });
  shown.addEventListener("focus", () => shown.select());
  const copy = button({
    label: say("copy"), icon: "copy",
    press: async () => {
      const told = await navigator.clipboard.writeText(value).then(() => say("copied"), () => say("copy.by_hand"));
      /** @type {HTMLElement} */ (copy.lastElementChild).textContent = told;
      announce(told);
    },
  });
  return h("div", { class: "card once" }, field(label, shown, hint), h("div", { class: "row" }, copy));
}

// @ts-check
/** Views beside each other, one of them shown. Arrow keys go from one to the next. */

import { freshId, h } from "./element.js";

/**
 * @param {string} label @param {{title: string, fill: (panel: HTMLElement) => unknown}[]} views each filled when it is shown
 */
export function tabs(label, views) {
  const panel = h("div", { role: "tabpanel", id: freshId("panel"), tabindex: 0, class: "stack" });
  const heads = views.map(({ title }) =>
    h("button", { type: "button", role: "tab", class: "tab", id: freshId("tab"), "aria-controls": panel.id }, title));

  const show = (/** @type {number} */ at) => {
    heads.forEach((head, other) => {
      head.setAttribute("aria-selected", String(other === at));
      head.tabIndex = other === at ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", heads[at].id);
    panel.replaceChildren();
    views[at].fill(panel);
  };
  heads.forEach((head, at) => {
    head.addEventListener("click", () => show(at));
    head.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (at + step + heads.length) % heads.length;
      show(next);
      heads[next].focus();
    });
  });
  show(0);
  return [h("div", { class: "tabs", role: "tablist", "aria-label": label }, heads), panel];
}

// @ts-check
/** Documents that were picked in the list, on whichever of its pages, and what can be done with all of them at once. */

import { button } from "../../parts/button.js";
import { h } from "../../parts/element.js";
import { say } from "../../words.js";
import { relabelMany, removeMany, rereadMany } from "./many.js";

/** @typedef {import("./documents.js").Line} Line */

/** @param {{groups: string[], changed: () => unknown}} about */
export function picker({ groups, changed }) {
  /** @type {Map<string, Line>} */
  const picked = new Map();
  const told = h("strong", { role: "status" });
  const relabel = button({ label: say("label.change"), icon: "access", kind: "small", press: () => relabelMany([...picked.values()], groups, changed) });
  const reread = button({ label: say("document.read_again"), icon: "retry", kind: "small", press: () => rereadMany([...picked.values()], changed) });
  const remove = button({ label: say("delete"), icon: "trash", kind: "small danger", press: () => removeMany([...picked.values()], changed) });
  const none = button({ label: say("library.pick_none"), kind: "plain small", press: () => { clear(); focusFirst(); } });
  const node = h("div", { class: "picked", hidden: true, id: "picked" }, told, relabel, reread, remove, none);
  /** @type {HTMLInputElement | null} */
  let every = null;
  /** @type {HTMLElement | null} */
  let rows = null;

  /** What each box is for. @type {WeakMap<HTMLInputElement, Line>} */
  const lines = new WeakMap();
  const boxes = () => /** @type {HTMLInputElement[]} */ ([...(rows?.querySelectorAll("input.pick-box") ?? [])]);
  const tell = () => {
    node.hidden = picked.size === 0;
    told.textContent = say("library.picked", { n: picked.size });
    if (!every) return;
    every.checked = picked.size > 0 && boxes().every((box) => box.checked);
    every.indeterminate = picked.size > 0 && !every.checked;
  };
  const clear = () => {
    picked.clear();
    for (const box of boxes()) box.checked = false;
    tell();
  };
  /** @param {HTMLInputElement} box */
  const keep = (box) => {
    const line = lines.get(box);
    if (!line) return;
    if (box.checked) picked.set(line.document_id, line);
    else picked.delete(line.document_id);
  };
  const focusFirst = () => every?.focus();

  /** The box at the head of the table. @param {HTMLElement} body */
  const all = (body) => {
    rows = body;
    every = h("input", { type: "checkbox", "aria-label": say("library.pick_all") });
    every.addEventListener("change", () => {
      const wanted = every?.checked ?? false;
      for (const box of boxes()) {
        box.checked = wanted;
        keep(box);
      }
      tell();
    });
    return every;
  };
  /** @param {Line} line */
  const box = (line) => {
    const made = h("input", { type: "checkbox", class: "pick-box", "aria-label": say("library.pick_one", { title: line.title }) });
    made.checked = picked.has(line.document_id);
    lines.set(made, line);
    made.addEventListener("change", () => {
      keep(made);
      tell();
    });
    return made;
  };
  return { node, all, box, clear, more: tell };
}

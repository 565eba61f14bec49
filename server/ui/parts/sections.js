// @ts-check
/** The sections of a part of the house, each with an address of its own: which of them is open stands in the path. */

import { h } from "./element.js";

/** @param {string} label @param {[string, string][]} sections paths and words @param {string} here */
export function sections(label, sections, here) {
  const link = (/** @type {[string, string]} */ [path, words]) => h("a", { class: "tab", href: path, "aria-current": path === here ? "page" : null }, words);
  return h("nav", { class: "tabs", "aria-label": label }, sections.map(link));
}

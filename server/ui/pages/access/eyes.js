// @ts-check
/** Whose eyes to look through: a visitor's, those of whoever has a label, or of somebody by their login. */

import { h } from "../../parts/element.js";
import { choices, chosenOf, field } from "../../parts/field.js";
import { OF_READERS, labelFields, readsOf } from "../../parts/label.js";
import { say } from "../../words.js";

/** @param {string} side @param {string} legend @param {string} start @param {string[]} groups */
export function eyes(side, legend, start, groups) {
  const kind = choices(legend, [["visitor", say("eyes.visitor")], ["label", say("eyes.label")], ["person", say("eyes.person")]], start);
  for (const radio of kind.querySelectorAll("input")) radio.name = `${side}-kind`;
  const label = labelFields({ tier: "internal", groups: [] }, groups, OF_READERS);
  for (const one of label.node.querySelectorAll("[name]")) one.setAttribute("name", `${side}-${one.getAttribute("name")}`);
  const login = h("input", { name: `${side}-login`, maxlength: 254, autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
  const more = h("div", {});
  const person = field(say("login"), login);
  const node = h("div", { class: "stack eyes" }, kind, more);

  // What is not asked for stays in the page, so that a draft has it.
  more.append(label.node, person);
  const tell = () => {
    const chosen = chosenOf(kind);
    label.node.hidden = chosen !== "label";
    person.hidden = chosen !== "person";
    login.required = chosen === "person";
    label.tell();
  };
  kind.addEventListener("change", tell);
  tell();

  const value = () => {
    const chosen = chosenOf(kind);
    if (chosen === "person") return `person:${login.value.trim()}`;
    if (chosen === "visitor") return "tier=public";
    const { tier, groups: within } = label.value();
    return within.length > 0 ? `tier=${tier},groups=${within.join("+")}` : `tier=${tier}`;
  };
  const name = () => {
    const chosen = chosenOf(kind);
    return chosen === "person" ? login.value.trim() : chosen === "visitor" ? say("eyes.visitor") : readsOf(label.value());
  };
  return { node, value, name, tell };
}

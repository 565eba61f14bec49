// @ts-check
/**
 * What the house is called, its colour, its greeting and who it sounds like. What its file says can be read here; the rest is set
 * here, and every page shows it from its next opening on.
 *
 * @typedef {{name: string, value: string | null, by: "file" | "admin" | "nobody", choices: string[]}} HouseSetting
 */

import { Refused, call } from "../../api.js";
import { button, onSubmit } from "../../parts/button.js";
import { h, theirs } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { why } from "../../parts/refusal.js";
import { drawHeader } from "../../shell/header.js";
import { learnHouse } from "../../shell/house.js";
import { toast } from "../../shell/notices.js";
import { number, say } from "../../words.js";

/** @type {Record<string, {label: import("../../words.js").Key, hint: import("../../words.js").Key}>} */
const ABOUT = {
  name: { label: "branding.name", hint: "branding.name_hint" }, accent: { label: "branding.accent", hint: "branding.accent_hint" },
  greeting: { label: "branding.greeting", hint: "branding.greeting_hint" }, persona: { label: "branding.persona", hint: "branding.persona_hint" },
};
/** @type {Record<string, import("../../words.js").Key>} */
const PERSONAS = { plain: "persona.plain", "customer-support": "persona.customer_support", "technical-assistant": "persona.technical_assistant" };

/** @param {HouseSetting[]} house */
export function branding(house) {
  const said = h("p", { class: "wrong", role: "alert" });
  const open = house.filter(({ by }) => by !== "file").map((one) => ({ one, control: control(one) }));
  const fixed = house.filter(({ by }) => by === "file");
  const fields = open.map(({ one, control: made }) => field(say(ABOUT[one.name].label), made, say(ABOUT[one.name].hint)));
  const colour = open.find(({ one }) => one.name === "accent");
  const form = h("form", { class: "stack", id: "branding" }, h("div", { class: "two" }, fields), colour ? swatch(/** @type {HTMLInputElement} */ (colour.control)) : null, said,
    h("div", { class: "row" }, button({ label: say("save"), kind: "primary", type: "submit" })));
  onSubmit(form, said, async () => {
    const changed = open.filter(({ one, control: made }) => made.value.trim() !== (one.value ?? ""));
    if (changed.length > 0) {
      await call("PATCH", "/settings", Object.fromEntries(changed.map(({ one, control: made }) => [one.name, made.value.trim()])));
      for (const { one, control: made } of changed) one.value = made.value.trim();
      await learnHouse();
      drawHeader();
    }
    toast(say("branding.saved"));
  }, inWords);
  const facts = fixed.map(({ name, value }) => h("div", {}, h("dt", {}, say(ABOUT[name].label)), h("dd", {}, theirs(value ?? ""))));
  return h("section", { class: "card stack" }, h("h2", {}, say("branding.head")), h("p", { class: "quiet" }, say("branding.about")),
    fixed.length > 0 ? [h("p", {}, say("branding.in_file")), h("dl", { class: "facts", id: "in-file" }, facts)] : null, open.length > 0 ? form : null);
}

/** @param {HouseSetting} setting */
function control({ name, value, choices }) {
  if (choices.length > 0) {
    const none = h("option", { value: "" }, say("branding.usual"));
    const made = h("select", { name }, none, choices.map((one) => h("option", { value: one }, PERSONAS[one] ? say(PERSONAS[one]) : one)));
    made.value = value ?? "";
    return made;
  }
  const most = { name: 40, accent: 7, greeting: 200 }[name];
  return h("input", { name, value: value ?? "", maxlength: most, dir: "auto", autocomplete: "off", placeholder: name === "accent" ? "#2148b5" : null });
}

/** The browser's own way to choose a colour, which writes into the field. @param {HTMLInputElement} written */
function swatch(written) {
  const chosen = h("input", { type: "color", class: "swatch", value: written.value || "#2148b5" });
  chosen.addEventListener("input", () => { written.value = chosen.value; });
  written.addEventListener("input", () => { if (/^#[0-9a-f]{6}$/i.test(written.value)) chosen.value = written.value; });
  return h("label", { class: "choice" }, chosen, say("branding.choose"));
}

/** @param {unknown} error */
function inWords(error) {
  const found = error instanceof Refused ? /contrast of ([\d.]+):1/.exec(error.message) : null;
  if (found) return say("branding.too_light", { contrast: number(Number(found[1])) });
  if (error instanceof Refused && /is no colour/.test(error.message)) return say("branding.no_colour");
  return why(error);
}

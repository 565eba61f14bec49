// @ts-check
/** A site or folder to be read: its address and how far to go from there. What is left empty has the server's default. */

import { call } from "../../api.js";
import { button, onSubmit } from "../../parts/button.js";
import { keepDraft } from "../../parts/drafts.js";
import { h } from "../../parts/element.js";
import { choices, chosenOf, field } from "../../parts/field.js";
import { labelFields, usualTier } from "../../parts/label.js";
import { why } from "../../parts/refusal.js";
import { mayOpen } from "../../shell/me.js";
import { go } from "../../shell/router.js";
import { say } from "../../words.js";

/** @param {{groups: string[], isShut: () => void}} about */
export function siteForm({ groups, isShut }) {
  const url = h("input", { type: "text", inputmode: "url", name: "url", id: "site-url", required: true, maxlength: 2_000, autocapitalize: "none", spellcheck: "false" });
  const scope = choices(say("sites.scope"), [["page", say("sites.scope_page")], ["section", say("sites.scope_section")], ["site", say("sites.scope_site")]], "section");
  const label = labelFields({ tier: usualTier(), groups: [] }, groups);
  const more = furtherFields();
  const said = h("p", { class: "wrong", role: "alert" });
  const send = button({ label: say("sites.begin"), kind: "primary", type: "submit" });
  const form = h("form", { class: "stack", id: "site-form" }, h("h2", {}, say("sites.add")),
    h("div", { class: "two" }, h("div", { class: "stack" }, field(say("sites.url"), url, say(mayOpen("admin") ? "sites.url_hint_any" : "sites.url_hint")), scope), h("div", { class: "stack" }, h("h3", {}, say("label.who")), label.node)),
    more.node, said, h("div", { class: "row" }, send, button({ label: say("cancel"), kind: "plain", press: () => { draft.forget(); form.reset(); isShut(); } })));
  // Radios are named by the part that makes them; a draft needs a name that stays.
  for (const radio of scope.querySelectorAll("input")) radio.name = "scope";
  const draft = keepDraft(form, "site");
  label.tell();
  // Pressed twice, it is made once.
  const once = crypto.randomUUID();
  onSubmit(form, said, async () => {
    const wish = { url: url.value.trim(), scope: chosenOf(scope), ...label.value(), ...more.value() };
    const { source } = await call("POST", "/sources", wish, { "idempotency-key": once });
    draft.forget();
    go(`/library/sources/${source}`);
  }, why);
  const node = h("section", { class: "card", hidden: true }, form);
  return { node, focus: () => url.focus(), wasBegun: url.value !== "" };
}

function furtherFields() {
  const lines = (/** @type {string} */ name) => h("textarea", { name, rows: 2, spellcheck: "false", autocapitalize: "none" });
  const count = (/** @type {string} */ name, /** @type {number} */ max) => h("input", { type: "number", name, min: 0, max, inputmode: "numeric" });
  const tick = (/** @type {string} */ name) => h("input", { type: "checkbox", name, value: "yes" });
  const [include, exclude, keep, drop, headers] = ["include", "exclude", "keep", "drop", "headers"].map(lines);
  // What may hold somebody's credentials is not kept anywhere.
  headers.setAttribute("data-unkept", "");
  const [depth, pages, delay, kept] = [count("depth", 1_000), count("pages", 1_000_000), count("delay_ms", 3_600_000), count("kept_days", 36_500)];
  kept.min = "1";
  const [sitemap, pagesOnly] = [tick("sitemap"), tick("pages_only")];
  const agent = h("input", { name: "user_agent", maxlength: 200, autocomplete: "off" });
  const node = h("details", { class: "more" }, h("summary", {}, say("sites.more")), h("div", { class: "inside" },
    h("label", { class: "choice" }, sitemap, say("sites.sitemap")), h("label", { class: "choice" }, pagesOnly, say("sites.pages_only")),
    h("div", { class: "fields" }, field(say("sites.include"), include, say("sites.glob_hint")), field(say("sites.exclude"), exclude, say("sites.glob_hint"))),
    h("div", { class: "fields" }, field(say("sites.depth"), depth), field(say("sites.most_pages"), pages), field(say("sites.delay"), delay), field(say("sites.kept_days"), kept)),
    h("div", { class: "fields" }, field(say("sites.keep"), keep, say("sites.selector_hint")), field(say("sites.drop"), drop, say("sites.selector_hint"))),
    h("div", { class: "fields" }, field(say("sites.headers"), headers, say("sites.headers_hint")), field(say("sites.user_agent"), agent))));

  const value = () => ({
    sitemap: sitemap.checked, pages_only: pagesOnly.checked, include: listOf(include), exclude: listOf(exclude), keep: listOf(keep), drop: listOf(drop),
    headers: listOf(headers).map(headerOf), ...numberOf("depth", depth), ...numberOf("pages", pages), ...numberOf("delay_ms", delay), ...numberOf("kept_days", kept),
    ...(agent.value.trim() ? { user_agent: agent.value.trim() } : {}),
  });
  return { node, value };
}

/** One a line. @param {HTMLTextAreaElement} area */
function listOf(area) {
  return area.value.split("\n").map((line) => line.trim()).filter(Boolean);
}

/** @param {string} line @returns {[string, string]} */
function headerOf(line) {
  const at = line.indexOf(":");
  return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}

/** @param {string} name @param {HTMLInputElement} input */
function numberOf(name, input) {
  return input.value === "" ? {} : { [name]: Number(input.value) };
}

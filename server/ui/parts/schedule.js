// @ts-check
/**
 * When something begins by itself: how often in words, and the dialog in which that is chosen. The common ways are offered; who
 * wants another writes it as the server reads it.
 *
 * @typedef {{schedule: string, kind: string, address: string | null, expression: string, enabled: boolean, next_ms: number | null,
 *   last_ms: number | null, last_job: string | null}} Schedule
 */

import { call } from "../api.js";
import { toast } from "../shell/notices.js";
import { say } from "../words.js";
import { formDialog } from "./dialog.js";
import { h } from "./element.js";
import { field } from "./field.js";
import { why } from "./refusal.js";

const USUAL = ["every 1 h", "every 6 h", "every 1 d", "every 1 w", "0 3 * * *", "0 3 * * 1"];
const OWN = "own";

/** @type {Record<string, import("../words.js").Key>} */
const UNITS = { min: "often.minutes", h: "often.hours", d: "often.days", w: "often.weeks" };

/** As somebody would say it; what cannot be said shortly stands as it was written. @param {string} expression */
export function often(expression) {
  if (expression === "0 3 * * *") return say("often.nightly");
  if (expression === "0 3 * * 1") return say("often.mondays");
  const [, n, unit] = /^every (\d+) ?(min|h|d|w)$/.exec(expression) ?? [];
  return unit ? say(UNITS[unit], { n: Number(n) }) : expression;
}

/**
 * Choose when. `name` is a source's id or what the house does for itself; `above` are further fields, and then `name` is asked
 * for when it is sent.
 *
 * @param {{title: string, expression: string, enabled: boolean, name: () => string, above?: Node, saved: (planned: Schedule) => unknown}} about
 */
export function planDialog({ title, expression, enabled, name, above, saved }) {
  const isUsual = USUAL.includes(expression);
  const choice = h("select", { name: "often" }, USUAL.map((one) => h("option", { value: one, selected: one === expression }, often(one))),
    h("option", { value: OWN, selected: !isUsual }, say("often.own")));
  const own = h("input", { name: "expression", maxlength: 200, value: expression, autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
  const written = field(say("schedules.expression"), own, say("schedules.expression_hint"));
  const isOn = h("input", { type: "checkbox", name: "enabled", checked: enabled });
  const show = () => {
    written.hidden = choice.value !== OWN;
    own.required = choice.value === OWN;
  };
  choice.addEventListener("change", () => {
    show();
    if (choice.value === OWN) own.focus();
  });
  show();
  formDialog({
    title, confirm: say("save"), inWords: why,
    body: [above ?? null, field(say("schedules.often"), choice), written, h("label", { class: "choice" }, isOn, say("schedules.on"))],
    send: async () => {
      const wanted = choice.value === OWN ? own.value : choice.value;
      const planned = await call("PUT", `/schedules/${encodeURIComponent(name())}`, { expression: wanted, enabled: isOn.checked });
      toast(say("schedules.saved"));
      await saved(planned);
    },
  });
}

// @ts-check
/**
 * What language models cost, day by day and by whom. Sums are of the currency of the prices, which the server does not name.
 *
 * @typedef {{day: string, everybody_micros: number, payers: {payer: string, login?: string, micros: number}[]}} Day today first
 */

import { call } from "../../api.js";
import { bars } from "../../parts/bars.js";
import { fill, h, theirs } from "../../parts/element.js";
import { empty, table } from "../../parts/list.js";
import { day as spelt, language, say } from "../../words.js";
import { accessSections } from "./page.js";

const MICROS = 1_000_000;
const DAY_MS = 24 * 3_600 * 1_000;
const DAYS = 31;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left }) {
  /** @type {{days: Day[], budget_per_day_micros: number | null, budget_per_person_micros: number | null}} */
  const { days, budget_per_day_micros: budget, budget_per_person_micros: each } = await call("GET", "/spending");
  if (left.aborted) return { title: "" };
  const head = h("header", { class: "page-head" }, h("h1", {}, say("spending.head")), h("p", { class: "quiet" }, say("spending.about")));
  const shown = days.length === 0 ? empty("insight", say("spending.none"), say("spending.none_about")) : [plot(days, budget), limits(budget, each), rows(days)];
  fill(main, h("div", { class: "page wide", id: "spending" }, head, accessSections("/insight/spending"), shown));
  return { title: say("spending.head") };
}

/** Days without a sum are left out by the server; on a line of days they have their place. @param {Day[]} days @param {number | null} budget */
function plot(days, budget) {
  const sums = new Map(days.map(({ day, everybody_micros }) => [day, everybody_micros]));
  const last = noon(days[0].day);
  const all = Array.from({ length: DAYS }, (_, at) => {
    const at_ms = last - (DAYS - 1 - at) * DAY_MS;
    const value = sums.get(new Date(at_ms).toISOString().slice(0, 10)) ?? 0;
    return { name: spelt(at_ms), value, told: money(value) };
  });
  const limit = budget === null ? null : { value: budget, told: say("spending.budget", { sum: money(budget) }) };
  return h("figure", { class: "card stack" }, bars(say("spending.plot"), all, limit),
    h("figcaption", { class: "apart quiet" }, h("span", {}, all[0].name), h("span", {}, say("spending.sum", { sum: money(all.reduce((sum, { value }) => sum + value, 0)) })), h("span", {}, all[DAYS - 1].name)));
}

/** @param {number | null} everybody @param {number | null} each */
function limits(everybody, each) {
  const told = [everybody === null ? null : say("spending.budget", { sum: money(everybody) }), each === null ? null : say("spending.budget_each", { sum: money(each) })].filter((one) => one !== null);
  return h("p", { class: "quiet" }, told.length > 0 ? told.join(" ") : say("spending.no_budget"));
}

/** @param {Day[]} days */
function rows(days) {
  const { frame, body, row } = table(say("spending.head"), [{ title: say("spending.day") }, { title: say("spending.everybody"), class: "number" }, { title: say("spending.payers"), class: "wide" }]);
  body.append(...days.map(({ day, everybody_micros, payers }) => row(spelt(noon(day)), money(everybody_micros), h("ul", { class: "payers" }, payers.map(payerLine)))));
  return frame;
}

/** @param {Day["payers"][number]} of */
function payerLine({ payer, login, micros }) {
  const name = payer === "visitors" ? say("spending.visitors") : h("a", { href: `/people/${payer}` }, theirs(login ?? payer.slice(0, 8)));
  return h("li", {}, name, " ", money(micros));
}

/** The server's days are those of UTC: at their noon it is the same day nearly everywhere. @param {string} day */
function noon(day) {
  return Date.parse(`${day}T12:00:00Z`);
}

/** Small sums are not rounded to nothing. @param {number} micros */
function money(micros) {
  const digits = micros !== 0 && micros < MICROS / 10 ? 6 : 2;
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: digits }).format(micros / MICROS);
}

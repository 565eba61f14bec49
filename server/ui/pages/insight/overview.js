// @ts-check
/**
 * How asking goes, in plots with a table behind each: what was asked and what came of it, how long it took, what it cost, what
 * the library holds and how fresh that is. Of what was asked, only what those asked who could read no more than the viewer.
 *
 * @typedef {{day: string, questions: number, answered: number, declined: number, escalated: number, helpful: number, unhelpful: number,
 *   median_ms: number | null, p95_ms: number | null, stages: import("./stages.js").Stage[], generated: number, input_tokens: number, output_tokens: number, cost_micros: number}} Day
 * @typedef {{day: string, documents: number, chunks: number}} LibraryDay
 * @typedef {{source: string | null, address: string | null, newest_ms: number, documents: number[]}} Place
 * @typedef {{days: Day[], library: LibraryDay[], freshness: Place[], ages: number[]}} Overview
 */

import { call, sentence } from "../../api.js";
import { fill, h, theirs } from "../../parts/element.js";
import { select } from "../../parts/field.js";
import { drawLatest } from "../../parts/latest.js";
import { empty } from "../../parts/list.js";
import { plot, shares } from "../../parts/plot.js";
import { day as spelt, language, number, percent, say } from "../../words.js";
import { insightSections } from "./page.js";
import { staged } from "./stages.js";

const SPANS = [7, 30, 90, 365];
const USUAL = 30;
const MICROS = 1_000_000;
const DAY_MS = 24 * 3_600 * 1_000;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main }) {
  const said = h("p", { class: "wrong", role: "alert" });
  const place = h("div", { class: "stack", id: "overview" });
  const show = async (/** @type {number} */ days) => {
    said.textContent = "";
    const drawn = h("div", { class: "stack" });
    const found = call("GET", `/insight?days=${days}`).then((reply) => fill(drawn, ...figures(reply)));
    await drawLatest(place, drawn, found);
  };
  const spans = select(say("insight.span"), SPANS.map((n) => /** @type {[string, string]} */ ([String(n), say("insight.days", { n })])), String(USUAL),
    (value) => show(Number(value)).catch((error) => { said.textContent = sentence(error); }));
  const head = h("header", { class: "page-head" }, h("h1", {}, say("way.insight")), h("p", { class: "quiet" }, say("insight.overview_about")));
  fill(main, h("div", { class: "page wide", id: "insight" }, head, insightSections("/insight"), h("div", { class: "span" }, spans), said, place));
  await show(USUAL);
  return { title: say("way.insight") };
}

/** @param {Overview} overview */
function figures({ days, library, freshness, ages }) {
  const asked = days.reduce((sum, { questions }) => sum + questions, 0);
  return [sums(days), h("div", { class: "plots" }, asked === 0 ? empty("insight", say("insight.nothing"), say("insight.nothing_about")) : asking(days), size(days, library), fresh(freshness, ages))];
}

/** @param {Day[]} days */
function sums(days) {
  const all = (/** @type {(day: Day) => number} */ of) => days.reduce((sum, day) => sum + of(day), 0);
  const [answered, declined, helpful, unhelpful] = [all((day) => day.answered), all((day) => day.declined), all((day) => day.helpful), all((day) => day.unhelpful)];
  /** @type {[string, string][]} */
  const facts = [[say("insight.questions"), number(all((day) => day.questions))]];
  if (answered + declined > 0) facts.push([say("insight.answered"), percent(answered / (answered + declined))]);
  if (helpful + unhelpful > 0) facts.push([say("insight.helpful"), percent(helpful / (helpful + unhelpful))]);
  facts.push([say("insight.escalated"), number(all((day) => day.escalated))]);
  return h("dl", { class: "facts card large" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

/** @param {Day[]} days */
function asking(days) {
  const names = days.map(({ day }) => spelt(noon(day)));
  const line = (/** @type {(day: Day) => number | null} */ of) => days.map(of);
  const ms = (/** @type {number} */ value) => say("record.ms", { n: value });
  const judged = (/** @type {Day} */ { helpful, unhelpful }) => (helpful + unhelpful > 0 ? (helpful / (helpful + unhelpful)) * 100 : null);
  const worded = days.some(({ generated }) => generated > 0);
  return [
    plot({
      title: say("insight.questions"), about: say("insight.questions_about"), names, kind: "bars",
      series: [
        { name: say("insight.answered"), tone: "one", values: line((day) => day.answered), told: number },
        { name: say("insight.declined_many"), tone: "two", values: line((day) => day.declined), told: number },
        { name: say("insight.offhand"), tone: "three", values: line((day) => day.questions - day.answered - day.declined), told: number },
      ],
    }),
    plot({ title: say("insight.escalated"), names, kind: "bars", series: [{ name: say("insight.escalated"), tone: "two", values: line((day) => day.escalated), told: number }] }),
    plot({ title: say("insight.helpful_share"), about: say("insight.helpful_about"), names, kind: "lines", series: [{ name: say("insight.helpful"), tone: "four", values: line(judged), told: (value) => percent(value / 100) }] }),
    plot({
      title: say("insight.took"), about: say("insight.took_about"), names, kind: "lines",
      series: [{ name: say("insight.p95"), tone: "two", values: line((day) => day.p95_ms), told: ms }, { name: say("insight.median"), tone: "one", values: line((day) => day.median_ms), told: ms }],
    }),
    days.some(({ stages }) => stages.length > 0) ? staged(names, days) : null,
    worded ? plot({
      title: say("insight.tokens"), about: say("insight.tokens_about"), names, kind: "bars",
      series: [{ name: say("insight.tokens_in"), tone: "one", values: line((day) => day.input_tokens), told: number }, { name: say("insight.tokens_out"), tone: "four", values: line((day) => day.output_tokens), told: number }],
    }) : null,
    worded ? plot({ title: say("insight.cost"), names, kind: "bars", series: [{ name: say("insight.cost"), tone: "one", values: line((day) => day.cost_micros), told: money }] }) : null,
  ];
}

/** What was there at the end of each day, of what is there now. @param {Day[]} days @param {LibraryDay[]} library */
function size(days, library) {
  const at = (/** @type {string} */ day) => library.filter((one) => one.day <= day).at(-1);
  const values = days.map(({ day }) => at(day));
  return [
    plot({ title: say("insight.documents"), about: say("insight.library_about"), names: days.map(({ day }) => spelt(noon(day))), kind: "bars", series: [{ name: say("insight.documents"), tone: "one", values: values.map((one) => one?.documents ?? 0), told: number }] }),
    plot({ title: say("insight.parts"), about: say("insight.parts_about"), names: days.map(({ day }) => spelt(noon(day))), kind: "bars", series: [{ name: say("insight.parts"), tone: "one", values: values.map((one) => one?.chunks ?? 0), told: number }] }),
  ];
}

/** @param {Place[]} places @param {number[]} ages */
function fresh(places, ages) {
  if (places.length === 0) return null;
  const tones = /** @type {import("../../parts/plot.js").Series["tone"][]} */ (["four", "one", "three", "five", "two"]);
  const bounds = [...ages.map((n) => say("insight.younger", { n })), say("insight.older", { n: ages.at(-1) ?? 0 })];
  const name = (/** @type {Place} */ { address }) => address ?? say("insight.handed_in");
  const head = (/** @type {Place} */ place) => (place.source ? h("a", { href: `/library/sources/${place.source}` }, theirs(name(place))) : name(place));
  const newest = (/** @type {Place} */ { newest_ms }) => h("span", { class: "quiet" }, " ", say("insight.newest", { when: spelt(newest_ms) }));
  return shares({
    title: say("insight.freshness"), about: say("insight.freshness_about"), names: places.map(name), heads: places.map((place) => h("span", {}, head(place), newest(place))),
    series: bounds.map((bound, at) => ({ name: bound, tone: tones[at] ?? "two", values: places.map(({ documents }) => documents[at] ?? 0), told: number })),
  });
}

/** The server's days are those of UTC: at their noon it is the same day nearly everywhere. @param {string} day */
function noon(day) {
  return Date.parse(`${day}T00:00:00Z`) + DAY_MS / 2;
}

/** Small sums are not rounded to nothing. @param {number} micros */
function money(micros) {
  const digits = micros !== 0 && micros < MICROS / 10 ? 6 : 2;
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: digits }).format(micros / MICROS);
}

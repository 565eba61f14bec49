// @ts-check
/**
 * Whether one may believe how sure the house says it is: of the answers that were said to be so likely, how many came about and
 * how many helped. On the diagonal what was said is what came.
 *
 * @typedef {{from: number, to: number, confidence: number | null, asked: number, answered: number, judged: number, helpful: number}} Bin
 */

import { call, sentence } from "../../api.js";
import { fill, h } from "../../parts/element.js";
import { select } from "../../parts/field.js";
import { drawLatest } from "../../parts/latest.js";
import { behind, made, titled } from "../../parts/plot.js";
import { number, percent, say } from "../../words.js";

const SPANS = [30, 90, 365];
const USUAL = 90;
const SIDE = 100;
const SMALLEST = 1.5;
const LARGEST = 5;

/** @param {AbortSignal} left */
export function reliability(left) {
  const said = h("p", { class: "wrong", role: "alert" });
  const place = h("div", { id: "reliability" });
  const show = async (/** @type {number} */ days) => {
    said.textContent = "";
    const drawn = h("div", {});
    const found = call("GET", `/insight/reliability?days=${days}`).then(({ bins }) => { if (!left.aborted) fill(drawn, figure(bins)); });
    await drawLatest(place, drawn, found).catch((error) => { said.textContent = sentence(error); });
  };
  const spans = select(say("insight.span"), SPANS.map((n) => /** @type {[string, string]} */ ([String(n), say("insight.days", { n })])), String(USUAL), (value) => show(Number(value)));
  show(USUAL);
  return h("section", { class: "stack" }, h("div", { class: "span" }, spans), said, place);
}

/** @param {Bin[]} bins */
function figure(bins) {
  const names = bins.map(({ from, to }) => say("reliability.bin", { from: percent(from), to: percent(to) }));
  const share = (/** @type {number} */ part, /** @type {number} */ whole) => (whole > 0 ? part / whole : null);
  const few = say("reliability.few");
  const series = /** @type {import("../../parts/plot.js").Series[]} */ ([
    { name: say("reliability.said"), tone: "three", values: bins.map(({ confidence }) => confidence), told: percent, none: few },
    { name: say("reliability.asked"), tone: "three", values: bins.map(({ asked }) => asked), told: number },
    { name: say("reliability.answered"), tone: "two", values: bins.map(({ answered, asked }) => share(answered, asked)), told: percent, none: few },
    { name: say("reliability.judged"), tone: "three", values: bins.map(({ judged }) => judged), told: number },
    { name: say("reliability.helpful"), tone: "one", values: bins.map(({ helpful, judged }) => share(helpful, judged)), told: percent, none: few },
  ]);
  const isEmpty = bins.every(({ asked }) => asked === 0);
  const drawn = isEmpty ? h("p", { class: "quiet" }, say("plot.nothing")) : [key(), drawing(bins, names), h("p", { class: "apart quiet calibration-axis" }, h("span", {}, percent(0)), h("span", {}, say("reliability.axis")), h("span", {}, percent(1)))];
  return h("figure", { class: "card stack figure" }, h("figcaption", {}, h("h2", {}, say("reliability.head")), h("p", { class: "quiet" }, say("reliability.about"))), drawn, behind(say("reliability.head"), names, series));
}

/** @param {Bin[]} bins @param {string[]} names */
function drawing(bins, names) {
  const svg = made("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, class: "calibration", role: "img", "aria-label": say("reliability.head") });
  svg.append(made("rect", { x: 0, y: 0, width: SIDE, height: SIDE, class: "axis" }), made("line", { x1: 0, y1: SIDE, x2: SIDE, y2: 0, class: "ideal" }));
  const most = Math.max(...bins.map(({ asked }) => asked), 1);
  /** The area is how many there were. @param {number} many */
  const radius = (many) => Math.max(SMALLEST, LARGEST * Math.sqrt(many / most));
  bins.forEach(({ confidence, asked, answered, judged, helpful }, at) => {
    if (confidence === null) return;
    const dot = (/** @type {number} */ share, /** @type {number} */ many, /** @type {string} */ tone, /** @type {string} */ what) =>
      titled(made("circle", { cx: confidence * SIDE, cy: (1 - share) * SIDE, r: radius(many), class: tone }), say("reliability.dot", { bin: names[at], what, share: percent(share), many }));
    svg.append(dot(answered / asked, asked, "two", say("reliability.answered")));
    if (judged > 0) svg.append(dot(helpful / judged, judged, "one", say("reliability.helpful")));
  });
  return svg;
}

function key() {
  return h("ul", { class: "legend", "aria-hidden": "true" }, h("li", {}, h("i", { class: "one dot" }), say("reliability.helpful")), h("li", {}, h("i", { class: "hollow" }), say("reliability.answered")));
}

// @ts-check
/**
 * A plot over days, drawn as SVG: bars that stand on each other, or lines. It is a picture of a table, which stands behind it
 * and is what is read out.
 *
 * @typedef {{name: string, tone: "one" | "two" | "three" | "four" | "five" | "six", values: (number | null)[], told: (value: number) => string, none?: string}} Series
 *   a value is `null` where there was nothing to measure, which the table says in the words of `none`
 */

import { say } from "../words.js";
import { fill, h } from "./element.js";
import { table } from "./list.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 160;
const STEP = 24;
const GAP = 6;
/** Beyond it bars have no gaps between them. */
const CROWDED = 120;

/** @param {{title: string, about?: string, names: string[], series: Series[], also?: Series[], kind: "bars" | "lines"}} about each series has a value for each name; `also` stands in the table alone */
export function plot({ title, about, names, series, also = [], kind }) {
  const draw = kind === "bars" ? bars : lines;
  const most = Math.max(kind === "bars" ? Math.max(...names.map((_, at) => sum(series, at)), 0) : Math.max(...series.flatMap(({ values }) => values.map((value) => value ?? 0)), 0), 0);
  const width = Math.max(names.length, 1) * STEP;
  const drawing = made("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, class: "plot", role: "img", "aria-label": title, preserveAspectRatio: "none" });
  drawing.append(...draw(names, series, most || 1));
  const top = series[0] ? series[0].told(most) : "";
  return h("figure", { class: "card stack figure" }, h("figcaption", {}, h("h2", {}, title), about ? h("p", { class: "quiet" }, about) : null), series.length > 1 ? legend(series) : null,
    most === 0 ? h("p", { class: "quiet" }, say("plot.nothing")) : [h("p", { class: "quiet most" }, top), drawing, h("p", { class: "apart quiet" }, h("span", {}, names[0] ?? ""), h("span", {}, names.at(-1) ?? ""))],
    behind(title, names, [...series, ...also]));
}

/** Parts of a whole side by side, for each name: what share each series has. @param {{title: string, about?: string, heads: (string | Node)[], names: string[], series: Series[]}} about */
export function shares({ title, about, heads, names, series }) {
  const rows = names.map((name, at) => {
    const all = Math.max(sum(series, at), 1);
    const drawing = made("svg", { viewBox: "0 0 100 10", class: "share", role: "img", "aria-label": `${name}: ${series.map((one) => `${one.name} ${one.told(one.values[at] ?? 0)}`).join(", ")}`, preserveAspectRatio: "none" });
    let x = 0;
    for (const { name: part, tone, values, told } of series) {
      const wide = ((values[at] ?? 0) / all) * 100;
      if (wide > 0) drawing.append(titled(made("rect", { x, y: 0, width: wide, height: 10, class: tone }), `${part}: ${told(values[at] ?? 0)}`));
      x += wide;
    }
    return h("div", { class: "share-line" }, h("p", {}, heads[at]), drawing);
  });
  return h("figure", { class: "card stack figure" }, h("figcaption", {}, h("h2", {}, title), about ? h("p", { class: "quiet" }, about) : null), legend(series), rows, behind(title, names, series));
}

/** @param {string[]} names @param {Series[]} series @param {number} most */
function bars(names, series, most) {
  const gap = names.length > CROWDED ? 0 : GAP;
  return names.flatMap((name, at) => {
    let foot = HEIGHT;
    return series.flatMap(({ name: part, tone, values, told }) => {
      const value = values[at] ?? 0;
      if (value <= 0) return [];
      const height = Math.max(2, (value / most) * HEIGHT);
      foot -= height;
      return [titled(made("rect", { x: at * STEP + gap / 2, y: Math.max(foot, 0), width: STEP - gap, height, class: tone }), `${name}, ${part}: ${told(value)}`)];
    });
  });
}

/** Where nothing was measured the line is interrupted; a day alone is a short stroke. @param {string[]} names @param {Series[]} series @param {number} most */
function lines(names, series, most) {
  return series.flatMap(({ name: part, tone, values, told }) => {
    /** @type {string[]} */
    const path = [];
    const y = (/** @type {number} */ value) => HEIGHT - 2 - (value / most) * (HEIGHT - 4);
    values.forEach((value, at) => {
      if (value === null) return;
      const x = at * STEP + STEP / 2;
      const goesOn = at > 0 && values[at - 1] !== null;
      path.push(goesOn ? `L${x} ${y(value)}` : `M${x - GAP} ${y(value)}L${x} ${y(value)}`);
      if (values[at + 1] === null || at === values.length - 1) path.push(`L${x + GAP} ${y(value)}`);
    });
    const marks = values.flatMap((value, at) => (value === null ? [] : [titled(made("rect", { x: at * STEP, y: 0, width: STEP, height: HEIGHT, class: "hit" }), `${names[at]}, ${part}: ${told(value)}`)]));
    return [made("path", { d: path.join(""), class: `line ${tone}` }), ...(series.length === 1 ? marks : [])];
  });
}

/** @param {Series[]} series */
export function legend(series) {
  return h("ul", { class: "legend", "aria-hidden": "true" }, series.map(({ name, tone }) => h("li", {}, h("i", { class: tone }), name)));
}

/** The table, made when somebody wants to see it. @param {string} title @param {string[]} names @param {Series[]} series */
export function behind(title, names, series) {
  const inside = h("div", { class: "inside" });
  const made = h("details", { class: "more" }, h("summary", {}, say("plot.table")), inside);
  made.addEventListener("toggle", () => {
    if (!made.open || inside.firstChild) return;
    const { frame, body, row } = table(title, [{ title: say("plot.name") }, ...series.map(({ name }) => ({ title: name, class: "number" }))]);
    body.append(...names.map((name, at) => row(name, ...series.map(({ values, told, none = "" }) => (values[at] === null ? none : told(values[at] ?? 0))))));
    fill(inside, frame);
  });
  return made;
}

/** @param {Series[]} series @param {number} at */
function sum(series, at) {
  return series.reduce((all, { values }) => all + (values[at] ?? 0), 0);
}

/** @param {SVGElement} node @param {string} text */
export function titled(node, text) {
  const title = made("title", {});
  title.textContent = text;
  node.append(title);
  return node;
}

/** @param {string} name @param {Record<string, string | number>} attributes @returns {SVGElement} */
export function made(name, attributes) {
  const node = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

// @ts-check
/** Bars of a plot, drawn as SVG. It is a picture of a table: the table stands with it, and is what is read out. */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 160;
const STEP = 24;
const GAP = 6;

/** @param {string} label @param {{name: string, value: number, told: string}[]} all in their order @param {{value: number, told: string} | null} limit a line across */
export function bars(label, all, limit) {
  const most = Math.max(...all.map(({ value }) => value), limit?.value ?? 0, 1);
  const width = Math.max(all.length, 1) * STEP;
  const height = (/** @type {number} */ value) => Math.max(value > 0 ? 2 : 0, (value / most) * HEIGHT);
  const plot = made("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, class: "bars", role: "img", "aria-label": label, preserveAspectRatio: "none" });
  for (const [at, { name, value, told }] of all.entries()) {
    const bar = made("rect", { x: at * STEP + GAP / 2, y: HEIGHT - height(value), width: STEP - GAP, height: height(value), rx: 2 });
    const title = made("title", {});
    title.textContent = `${name}: ${told}`;
    bar.append(title);
    plot.append(bar);
  }
  if (limit) {
    const line = made("line", { x1: 0, x2: width, y1: HEIGHT - height(limit.value), y2: HEIGHT - height(limit.value), class: "limit" });
    const title = made("title", {});
    title.textContent = limit.told;
    line.append(title);
    plot.append(line);
  }
  return plot;
}

/** @param {string} name @param {Record<string, string | number>} attributes */
function made(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

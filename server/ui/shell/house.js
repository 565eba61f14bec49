// @ts-check
/**
 * What the house is called and how it looks: asked of the server before anything is drawn, and again when an admin changes it.
 * Where it cannot be asked, the pages look as they come.
 *
 * @typedef {{day: string, night: string}} Pair
 * @typedef {{name: string, greeting: string | null, colours: {accent: Pair, hover: Pair, soft: Pair, on: Pair} | null}} House
 */

import { call } from "../api.js";

/** Which of our colours each stands for. */
const COLOURS = /** @type {const} */ ({ accent: "--accent", hover: "--accent-hover", soft: "--accent-soft", on: "--on-accent" });
const COLOUR = /^#[0-9a-f]{6}$/;

/** @type {House} */
let known = { name: "Lectern", greeting: null, colours: null };

export async function learnHouse() {
  known = await call("GET", "/house").catch(() => known);
  const { style } = document.documentElement;
  for (const [name, property] of Object.entries(COLOURS)) {
    const pair = known.colours?.[/** @type {keyof typeof COLOURS} */ (name)];
    if (pair && COLOUR.test(pair.day) && COLOUR.test(pair.night)) style.setProperty(property, `light-dark(${pair.day}, ${pair.night})`);
    else style.removeProperty(property);
  }
}

export function houseName() {
  return known.name;
}

/** In place of our own words above the question box. */
export function greeting() {
  return known.greeting;
}

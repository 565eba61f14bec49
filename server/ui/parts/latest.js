// @ts-check
/** Of several things that are drawn in one place, the one that was asked for last stands, whichever comes last. */

import { fill } from "./element.js";

/** @type {WeakMap<Element, Node>} */
const wanted = new WeakMap();

/** Whether it stands now. @param {Element} place @param {Node} drawn @param {Promise<unknown>} ready */
export async function drawLatest(place, drawn, ready) {
  wanted.set(place, drawn);
  await ready;
  if (wanted.get(place) !== drawn) return false;
  fill(place, drawn);
  return true;
}

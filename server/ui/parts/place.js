// @ts-check
/** Where something came from, as people write it: a file of the server by its path, anything else by its address or name. */

import { unturned } from "./element.js";

/** Of the server's own disk. @param {string} address */
export function isPath(address) {
  return address.startsWith("file:///");
}

/** @param {string} address */
export function place(address) {
  return unturned(isPath(address) ? pathOf(address) : address);
}

/** @param {string} address */
function pathOf(address) {
  try {
    const { pathname, search } = new URL(address);
    return decodeURIComponent(pathname) + search;
  } catch {
    return address; // Its name is no text.
  }
}

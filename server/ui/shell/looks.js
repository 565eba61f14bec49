// @ts-check
/** By day, by night, or as the browser has it: chosen here, and set before the first paint by `early.js`. */

const CHOSEN = "lectern.theme";

/** @typedef {"auto" | "light" | "dark"} Theme */

/** @returns {Theme} */
export function theme() {
  return /** @type {Theme} */ (document.documentElement.dataset.theme ?? "auto");
}

/** @param {Theme} wanted */
export function setTheme(wanted) {
  const root = document.documentElement;
  if (wanted === "auto") delete root.dataset.theme;
  else root.dataset.theme = wanted;
  try {
    if (wanted === "auto") localStorage.removeItem(CHOSEN);
    else localStorage.setItem(CHOSEN, wanted);
  } catch {
    // Then it is for this page.
  }
}

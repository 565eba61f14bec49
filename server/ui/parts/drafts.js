// @ts-check
/**
 * What is being typed into a form outlives the page: kept for this tab until it is sent. Never a password, a file or a secret.
 *
 * @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control
 */

const KEPT = "lectern.draft.";
const UNKEPT = ["password", "file", "hidden"];

/** Put back what was typed, and keep what is. `form` may be any element around fields that have names. @param {HTMLElement} form @param {string} name */
export function keepDraft(form, name) {
  restore(form, read(name));
  form.addEventListener("input", () => write(name, valuesOf(form)));
  form.addEventListener("change", () => write(name, valuesOf(form)));
  return { forget: () => write(name, null) };
}

/** @param {HTMLElement} form @returns {Control[]} */
function controls(form) {
  const all = /** @type {NodeListOf<Control>} */ (form.querySelectorAll("[name]"));
  return [...all].filter((one) => !UNKEPT.includes(one.type) && !one.hasAttribute("data-unkept"));
}

/** @param {HTMLElement} form */
function valuesOf(form) {
  return controls(form).map((one) => [one.name, isTicked(one) ? one.value : null, isTicked(one) ? one.checked : one.value]);
}

/** @param {HTMLElement} form @param {any} kept */
function restore(form, kept) {
  if (!Array.isArray(kept)) return;
  for (const one of controls(form)) {
    const found = kept.find(([name, value]) => name === one.name && (!isTicked(one) || value === one.value));
    if (!found) continue;
    if (isTicked(one)) one.checked = found[2] === true;
    else one.value = String(found[2]);
  }
}

/** @param {Control} one @returns {one is HTMLInputElement} */
function isTicked(one) {
  return one.type === "checkbox" || one.type === "radio";
}

/** @param {string} name */
function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT + name) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} name @param {unknown} values */
function write(name, values) {
  try {
    if (values === null) sessionStorage.removeItem(KEPT + name);
    else sessionStorage.setItem(KEPT + name, JSON.stringify(values));
  } catch {
    // Then it lasts as long as the page.
  }
}

// @ts-check
/** Elements, and nothing that takes text for markup: `h("a", { href, class: name, click: go }, text, child)`. */

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Props */

/**
 * Functions listen to the event of that name; `true` is an attribute without a value; `false`, `null` and `undefined` are none.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {Props} [props] @param {(Child | Child[])[]} children @returns {HTMLElementTagNameMap[Name]}
 */
export function h(name, props = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...present(children));
  return made;
}

/** In place of what was there. @param {Element} parent @param {(Child | Child[])[]} children */
export function fill(parent, ...children) {
  parent.replaceChildren(...present(children));
}

/**
 * Somebody's words within ours: whatever direction they run in, ours run on as before.
 *
 * @param {string} text @param {Props} [props]
 */
export function theirs(text, props = {}) {
  return h("bdi", props, unturned(text));
}

/** Without what turns text around and is not seen itself: a name that ends in "fdp.exe" would be read as one that ends in "exe.pdf". @param {string} text */
export function unturned(text) {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
}

/** For labels and descriptions. @param {string} of */
export function freshId(of) {
  return `${of}-${++made}`;
}

let made = 0;

/** @param {(Child | Child[])[]} children */
function present(children) {
  return children.flat().flatMap((child) => (isThere(child) ? [typeof child === "number" ? String(child) : child] : []));
}

/** @param {Child} child @returns {child is Node | string | number} */
function isThere(child) {
  return child !== null && child !== undefined && child !== false;
}

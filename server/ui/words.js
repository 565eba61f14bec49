// @ts-check
/**
 * What the pages say, in the language of whoever reads them. Every sentence stands in a message file, `words/en.js` and
 * `words/de.js`, those of pages that few open in files of their own; dates and numbers are spelt as that language spells them.
 *
 * @typedef {typeof import("./words/en.js").default & typeof import("./words/labels/en.js").default
 *   & typeof import("./words/library/en.js").default & typeof import("./words/jobs/en.js").default
 *   & typeof import("./words/people/en.js").default & typeof import("./words/access/en.js").default
 *   & typeof import("./words/schedules/en.js").default & typeof import("./words/insight/en.js").default
 *   & typeof import("./words/settings/en.js").default & typeof import("./words/indexes/en.js").default} Messages
 * @typedef {"labels" | "library" | "jobs" | "people" | "access" | "schedules" | "insight" | "settings" | "indexes"} Section
 * @typedef {keyof Messages} Key
 * @typedef {string | {one: string, other: string}} Message
 */

export const LANGUAGES = { en: "English", de: "Deutsch" };

/** @typedef {keyof typeof LANGUAGES} Language */

const CHOSEN = "lectern.language";
const MIB = 1_024 * 1_024;

/** @type {Language} */
export const language = wanted();
document.documentElement.lang = language;

/** @type {Record<Key, Message>} */
const messages = (await import(`./words/${language}.js`)).default;
const plural = new Intl.PluralRules(language);
/** Dates are spelt as in the reader's own country, where it speaks that language. */
const locale = navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;

/**
 * The message, with what stands in it: `{n}` is counted, and decides between one and many.
 *
 * @param {Key} key @param {Record<string, string | number>} [values]
 */
export function say(key, values = {}) {
  const message = messages[key];
  const form = typeof message === "string" ? message : message[plural.select(Number(values.n)) === "one" ? "one" : "other"];
  return form.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : String(value ?? "");
  });
}

/**
 * A page, with the words that it needs beyond those of every page.
 *
 * @template Page
 * @param {Section[]} sections @param {() => Promise<Page>} load @returns {Promise<Page>}
 */
export async function withWords(sections, load) {
  const words = sections.map(async (section) => Object.assign(messages, (await import(`./words/${section}/${language}.js`)).default));
  const [page] = await Promise.all([load(), ...words]);
  return page;
}

/** The page is made anew in it. @param {Language} chosen */
export function choose(chosen) {
  store(chosen);
  location.reload();
}

/** @param {number} value */
export function number(value) {
  return new Intl.NumberFormat(locale).format(value);
}

/** @param {number} share of one */
export function percent(share) {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** As in "a, b or c". @param {string[]} names */
export function listed(names) {
  return new Intl.ListFormat(language, { type: "disjunction" }).format(names);
}

/** @param {number} bytes */
export function size(bytes) {
  const [value, unit] = bytes < 1_024 ? [bytes, "byte"] : bytes < MIB ? [bytes / 1_024, "kilobyte"] : [bytes / MIB, "megabyte"];
  const digits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: digits }).format(value);
}

/** A day and a time. @param {number} ms */
export function moment(ms) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(ms);
}

/** @param {number} ms */
export function day(ms) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(ms);
}

/** @param {number} ms */
export function time(ms) {
  return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(ms);
}

function wanted() {
  const spoken = [stored(), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
  const known = spoken.find((tag) => tag !== null && Object.hasOwn(LANGUAGES, tag));
  return /** @type {Language} */ (known ?? "en");
}

function stored() {
  try {
    return localStorage.getItem(CHOSEN);
  } catch {
    return null;
  }
}

/** @param {string} chosen */
function store(chosen) {
  try {
    localStorage.setItem(CHOSEN, chosen);
  } catch {
    // Where nothing may be stored, the browser's own language stands.
  }
}

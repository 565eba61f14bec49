// @ts-check
/**
 * The description of the API as a page: routes by section, each with who may, what it takes and gives, and a line for a
 * shell. Knows nothing of any route but what /openapi.json says. Text reaches the page as text only.
 *
 * @typedef {import("./schema.js").Description} Description
 * @typedef {import("./schema.js").Operation} Operation
 */

import { button } from "../../parts/button.js";
import { fill, h } from "../../parts/element.js";
import { field } from "../../parts/field.js";
import { say } from "../../words.js";
import { speller } from "./schema.js";

/** @type {Description} */
let described;
/** @type {ReturnType<typeof speller>} */
let spell;

/** @param {import("../../shell/routes.js").Visit} visit */
export async function open({ main, left }) {
  const about = h("p", { class: "quiet", id: "about" }, say("docs.programs"), " ", h("a", { href: "/openapi.json" }, "openapi.json"), ".");
  const routes = h("div", { id: "routes" });
  const filter = h("input", { id: "filter", type: "search", autocomplete: "off" });
  const found = h("p", { id: "found", class: "quiet", role: "status" });
  const tags = h("nav", { id: "tags", "aria-label": say("docs.sections") });
  const heading = h("h1", {}, say("docs.title"));
  fill(main, h("div", { class: "page", id: "docs" }, heading, about, field(say("docs.find"), filter), found, tags, routes));

  const response = await fetch("/openapi.json").catch(() => null);
  if (!response?.ok) {
    fill(routes, h("p", { class: "wrong" }, say("docs.none")));
    return { title: say("docs.title") };
  }
  described = await response.json();
  spell = speller(described);
  about.prepend(`${described.info.description} ${say("docs.version", { version: described.info.version })} `);
  fill(tags, described.tags.map(({ name }) => h("a", { href: `#${slug(name)}` }, name)));
  fill(routes, described.tags.map(section));
  const narrowed = () => narrow(routes, filter.value, found);
  filter.addEventListener("input", narrowed);
  window.addEventListener("hashchange", openNamed, { signal: left });
  narrowed();
  openNamed();
  return { title: say("docs.title") };
}

/** The route that the address names is opened and shown. */
function openNamed() {
  const named = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  if (named instanceof HTMLDetailsElement) named.open = true;
  named?.scrollIntoView();
}

/** @param {HTMLElement} routes @param {string} typed @param {HTMLElement} found */
function narrow(routes, typed, found) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const part of routes.querySelectorAll("section")) {
    let any = false;
    for (const route of part.querySelectorAll("details")) {
      const text = (route.querySelector("summary")?.textContent ?? "").toLowerCase();
      route.hidden = !words.every((word) => text.includes(word));
      any ||= !route.hidden;
      shown += Number(!route.hidden);
    }
    part.hidden = !any;
  }
  found.textContent = say("docs.found", { n: shown });
}

/** @param {{name: string, description: string}} tag */
function section({ name, description }) {
  const made = h("section", { id: slug(name) }, h("h2", {}, name), h("p", { class: "quiet" }, description));
  for (const [path, operations] of Object.entries(described.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (operation.tags.includes(name)) made.append(route(method.toUpperCase(), path, operation));
    }
  }
  return made;
}

/** What is inside is made when it is first opened: most never are. @param {string} method @param {string} path @param {Operation} operation */
function route(method, path, operation) {
  const head = h("summary", {}, h("span", { class: "method" }, method), h("code", {}, path), h("span", { class: "quiet" }, operation.summary));
  const made = h("details", { id: operation.operationId }, head);
  made.addEventListener("toggle", () => {
    if (made.childElementCount === 1) made.append(inside(method, path, operation));
  });
  return made;
}

/** @param {string} method @param {string} path @param {Operation} operation */
function inside(method, path, operation) {
  /** @type {HTMLElement[]} */
  const parts = [h("h3", {}, say("docs.who")), h("p", {}, spelt(operation["x-who-may"]))];
  if (operation.parameters) parts.push(h("h3", {}, say("docs.parameters")), parameters(operation.parameters));
  for (const [media, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    parts.push(h("h3", {}, say("docs.body", { media })), h("pre", {}, spell.written(schema)));
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    for (const [media, { schema }] of Object.entries(status < "3" ? (answer.content ?? {}) : {})) {
      const isJson = media === "application/json";
      parts.push(h("h3", {}, `${status} (${media})`), ...(isJson ? [h("pre", {}, spell.written(schema))] : []));
    }
  }
  parts.push(h("h3", {}, say("docs.statuses")), statuses(operation.responses));
  parts.push(h("h3", {}, say("docs.shell")), copied(spell.curl(method, path, operation)));
  return h("div", { class: "inside" }, parts);
}

/** @param {import("./schema.js").Parameter[]} all */
function parameters(all) {
  const rows = all.flatMap(({ name, in: place, required, description, schema }) => {
    const how = `${place}${required ? ", required" : ""}: ${spell.written(schema)}.`;
    return [h("dt", {}, h("code", {}, name)), h("dd", {}, spelt([how, description].filter(Boolean).join(" ")))];
  });
  return h("dl", {}, rows);
}

/** @param {Record<string, import("./schema.js").Answer>} answers */
function statuses(answers) {
  const rows = Object.entries(answers).flatMap(([status, answer]) => {
    const shared = described.components.responses[answer.$ref?.split("/").pop() ?? ""];
    return [h("dt", {}, h("code", {}, status)), h("dd", {}, (shared ?? answer).description ?? "")];
  });
  return h("dl", {}, rows);
}

/** What stands between backticks is code. @param {string} text */
function spelt(text) {
  return text.split("`").map((part, n) => (n % 2 ? h("code", {}, part) : part));
}

/** A line with a button that copies it. @param {string} text */
function copied(text) {
  const copy = button({
    label: say("copy"),
    kind: "small",
    press: async () => {
      copy.textContent = await written(text);
      setTimeout(() => { copy.textContent = say("copy"); }, 2_000);
    },
  });
  return h("div", { class: "copied" }, h("pre", {}, text), copy);
}

/** What became of it. @param {string} text */
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return say("copied");
  } catch {
    return say("copy.by_hand");
  }
}

/** @param {string} name */
function slug(name) {
  return name.toLowerCase().replace(/[^a-z]+/g, "-");
}

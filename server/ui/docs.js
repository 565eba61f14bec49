// @ts-check
/**
 * The description of the API as a page: routes by section, each with who may, what it takes and gives, and a line for a
 * shell. Knows nothing of any route but what /openapi.json says. Text reaches the page as text only.
 *
 * @typedef {{$ref?: string, type?: string | string[], description?: string, properties?: Record<string, Schema>,
 *   required?: string[], items?: Schema, prefixItems?: Schema[], oneOf?: Schema[], allOf?: Schema[],
 *   additionalProperties?: Schema | boolean, format?: string}} Schema
 * @typedef {{name: string, in: string, required: boolean, description?: string, schema: Schema}} Parameter
 * @typedef {Record<string, {schema: Schema}>} Content
 * @typedef {{$ref?: string, description?: string, content?: Content}} Answer
 * @typedef {{tags: string[], operationId: string, summary: string, "x-who-may": string, security: object[],
 *   parameters?: Parameter[], requestBody?: {content: Content}, responses: Record<string, Answer>}} Operation
 * @typedef {{tags: {name: string, description: string}[], paths: Record<string, Record<string, Operation>>,
 *   info: {version: string, description: string},
 *   components: {schemas: Record<string, Schema>, responses: Record<string, Answer>}}} Description
 */

const about = /** @type {HTMLElement} */ (document.getElementById("about"));
const filter = /** @type {HTMLInputElement} */ (document.getElementById("filter"));
const found = /** @type {HTMLElement} */ (document.getElementById("found"));
const tags = /** @type {HTMLElement} */ (document.getElementById("tags"));
const routes = /** @type {HTMLElement} */ (document.getElementById("routes"));

/** Types within types are shown so far; behind that stands their name. */
const DEEPEST = 4;

/** @type {Description} */
let described;

start().catch((error) => {
  routes.replaceChildren(element("p", "wrong", error instanceof Error ? error.message : "Something went wrong."));
});

async function start() {
  const response = await fetch("/openapi.json").catch(() => { throw new Error("The server cannot be reached."); });
  if (!response.ok) throw new Error("The server gave no description.");
  described = await response.json();
  about.prepend(`${described.info.description} Version ${described.info.version}. `);
  tags.replaceChildren(...described.tags.map(({ name }) => link(name, `#${slug(name)}`)));
  routes.replaceChildren(...described.tags.map(section));
  filter.addEventListener("input", narrow);
  window.addEventListener("hashchange", open);
  narrow();
  open();
}

/** The route that the address names is opened and shown. */
function open() {
  const named = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  if (named instanceof HTMLDetailsElement) named.open = true;
  named?.scrollIntoView();
}

function narrow() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
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
  found.textContent = shown === 1 ? "1 route" : `${shown} routes`;
}

/** @param {{name: string, description: string}} tag */
function section({ name, description }) {
  const made = element("section", "", "", element("h2", "", name), element("p", "quiet", description));
  made.id = slug(name);
  for (const [path, operations] of Object.entries(described.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (operation.tags.includes(name)) made.append(route(method.toUpperCase(), path, operation));
    }
  }
  return made;
}

/** What is inside is made when it is first opened: most never are. @param {string} method @param {string} path @param {Operation} operation */
function route(method, path, operation) {
  const head = element("summary", "", "", element("span", "method", method), element("code", "", path),
    element("span", "quiet", operation.summary));
  const made = element("details", "", "", head);
  made.id = operation.operationId;
  made.addEventListener("toggle", () => {
    if (made.childElementCount === 1) made.append(inside(method, path, operation));
  });
  return made;
}

/** @param {string} method @param {string} path @param {Operation} operation */
function inside(method, path, operation) {
  const parts = [element("h3", "", "Who may"), element("p", "", "", ...spelt(operation["x-who-may"]))];
  if (operation.parameters) parts.push(element("h3", "", "Parameters"), parameters(operation.parameters));
  for (const [media, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    parts.push(element("h3", "", `Body (${media})`), element("pre", "", written(schema)));
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    for (const [media, { schema }] of Object.entries(status < "3" ? (answer.content ?? {}) : {})) {
      const isJson = media === "application/json";
      parts.push(element("h3", "", `${status} (${media})`), ...(isJson ? [element("pre", "", written(schema))] : []));
    }
  }
  parts.push(element("h3", "", "Statuses"), statuses(operation.responses));
  parts.push(element("h3", "", "From a shell"), copied(curl(method, path, operation)));
  return element("div", "inside", "", ...parts);
}

/** @param {Parameter[]} all */
function parameters(all) {
  const rows = all.flatMap(({ name, in: place, required, description, schema }) => {
    const how = `${place}${required ? ", required" : ""}: ${written(schema)}.`;
    return [element("dt", "", "", element("code", "", name)), element("dd", "", "", ...spelt([how, description].filter(Boolean).join(" ")))];
  });
  return element("dl", "", "", ...rows);
}

/** @param {Record<string, Answer>} answers */
function statuses(answers) {
  const rows = Object.entries(answers).flatMap(([status, answer]) => {
    const shared = described.components.responses[answer.$ref?.split("/").pop() ?? ""];
    return [element("dt", "", "", element("code", "", status)), element("dd", "", (shared ?? answer).description ?? "")];
  });
  return element("dl", "", "", ...rows);
}

/** What stands between backticks is code. @param {string} text */
function spelt(text) {
  return text.split("`").map((part, n) => n % 2 ? element("code", "", part) : part);
}

/** A schema as a reader of code would write it. @param {Schema} schema @returns {string} */
function written(schema, depth = 0) {
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop() ?? "";
    const named = described.components.schemas[name];
    return depth < DEEPEST && named ? written(named, depth) : name;
  }
  if (schema.allOf) return schema.allOf.map((part) => written(part, depth)).join(" and ");
  if (schema.oneOf) return schema.oneOf.map((part) => written(part, depth)).join(" | ");
  const kinds = [schema.type ?? "anything"].flat();
  return kinds.map((kind) => kind === "object" ? fields(schema, depth) : kind === "array" ? list(schema, depth) : kind).join(" | ");
}

/** @param {Schema} schema @param {number} depth */
function list(schema, depth) {
  if (schema.prefixItems) return `[${schema.prefixItems.map((part) => written(part, depth)).join(", ")}]`;
  return `[${written(schema.items ?? {}, depth)}, ...]`;
}

/** @param {Schema} schema @param {number} depth @returns {string} */
function fields(schema, depth) {
  const indent = "  ".repeat(depth + 1);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const note = field.description ? `${indent}// ${field.description.replace(/\s+/g, " ")}\n` : "";
    return `${note}${indent}${name}${schema.required?.includes(name) ? "" : "?"}: ${written(field, depth + 1)}`;
  });
  const { additionalProperties: rest } = schema;
  if (rest && typeof rest === "object") rows.push(`${indent}[name]: ${written(rest, depth + 1)}`);
  return rows.length ? `{\n${rows.join(",\n")}\n${"  ".repeat(depth)}}` : "{}";
}

/** An example of a value, for the shell. @param {Schema} schema @returns {unknown} */
function sample(schema) {
  if (schema.$ref) return sample(described.components.schemas[schema.$ref.split("/").pop() ?? ""] ?? {});
  const kind = [schema.type ?? "string"].flat()[0];
  if (kind === "object") {
    const needed = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name));
    return Object.fromEntries(needed.map(([name, field]) => [name, sample(field)]));
  }
  if (kind === "array") return schema.items ? [sample(schema.items)] : [];
  return kind === "integer" || kind === "number" ? 0 : kind === "boolean" ? false : "...";
}

/** @param {string} method @param {string} path @param {Operation} operation */
function curl(method, path, operation) {
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === "query" && parameter.required);
  const asked = query.map(({ name }) => `${name}=...`).join("&");
  const parts = [`curl -X ${method} '${location.origin}${path}${asked ? `?${asked}` : ""}'`];
  if (operation.security.length) parts.push(`-H "Authorization: Bearer $LECTERN_KEY"`);
  for (const [media, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    if (media === "multipart/form-data") parts.push("-F 'tier=public' -F 'file=@handbook.pdf'");
    else parts.push(`-H 'content-type: ${media}' -d '${JSON.stringify(sample(schema))}'`);
  }
  return parts.join(" \\\n  ");
}

/** A line with a button that copies it. @param {string} text */
function copied(text) {
  const button = element("button", "", "Copy");
  button.setAttribute("type", "button");
  button.addEventListener("click", async () => {
    const said = await navigator.clipboard.writeText(text).then(() => "Copied", () => "Select it, and copy");
    button.textContent = said;
    setTimeout(() => { button.textContent = "Copy"; }, 2_000);
  });
  return element("div", "copied", "", element("pre", "", text), button);
}

/** @param {string} name */
function slug(name) {
  return name.toLowerCase().replace(/[^a-z]+/g, "-");
}

/** @param {string} text @param {string} href */
function link(text, href) {
  const made = element("a", "", text);
  made.setAttribute("href", href);
  return made;
}

/** @param {string} name @param {string} className @param {string} text @param {(Node | string)[]} inside */
function element(name, className, text, ...inside) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(text, ...inside);
  return made;
}

/** The words of the pages: the same keys in every language, none that is used and missing, none that stands there for nobody. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./house.mjs";

const UI = join(ROOT, "server/ui");
const scripts = readdirSync(UI, { recursive: true }).map(String).filter((path) => path.endsWith(".js"));
const pages = scripts.filter((path) => !path.startsWith("words/")).map((path) => [path, readFileSync(join(UI, path), "utf8")]);
const [english, german] = await Promise.all(["en", "de"].map(words));

test("every language has the same keys, with the same places in them", () => {
  assert.ok(Object.keys(english).length > 200);
  assert.deepEqual(Object.keys(german).sort(), Object.keys(english).sort());
  for (const [key, message] of Object.entries(english)) {
    assert.deepEqual(shape(german[key]), shape(message), key);
    assert.notEqual(JSON.stringify(german[key]), "\"\"", key);
  }
});

test("every key that is said exists", () => {
  for (const [path, text] of pages) {
    for (const [, key] of text.matchAll(/\bsay\(\s*"([^"]+)"/g)) assert.ok(key in english, `${path} says ${key}`);
  }
});

test("every key is said by some page", () => {
  const all = pages.map(([, text]) => text).join("\n");
  const unused = Object.keys(english).filter((key) => !all.includes(`"${key}"`));
  assert.deepEqual(unused, []);
});

test("no page says anything that stands in no message file", () => {
  // Words between tags of our own making: `h("p", {}, "Some words")`.
  for (const [path, text] of pages) {
    const spoken = [...text.matchAll(/h\("\w+", \{[^}]*\}, "([^"]*[A-Za-z]{2}[^"]*)"/g)].map(([, words]) => words);
    assert.deepEqual(spoken.filter((words) => words !== "openapi.json"), [], path);
  }
});

test("modules are short enough to be read", () => {
  // Other sites load the widget as one file, styles and words and all.
  const most = (path) => (path === "widget.js" ? 320 : 250);
  for (const [path, text] of pages) assert.ok(text.split("\n").length <= most(path), `${path} has ${text.split("\n").length} lines`);
});

/** Whether it counts, and what stands in it. */
function shape(message) {
  const forms = typeof message === "string" ? { always: message } : message;
  const places = Object.values(forms).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  return [Object.keys(forms).sort(), [...new Set(places)].sort()];
}

/** Those of every page, and those that come with some: no key stands twice. */
async function words(language) {
  const files = readdirSync(join(UI, "words"), { recursive: true }).map(String).filter((path) => path.split("/").pop() === `${language}.js`);
  const all = (await Promise.all(files.map(messages))).flatMap(Object.entries);
  const keys = all.map(([key]) => key);
  assert.deepEqual(keys.filter((key, at) => keys.indexOf(key) !== at), [], "said twice");
  return Object.fromEntries(all);
}

/** A message file is a module of a browser; its text is one for Node, too. */
async function messages(file) {
  const text = readFileSync(join(UI, "words", file), "utf8");
  return (await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`)).default;
}

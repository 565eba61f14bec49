/** The two pictures of the README, taken of the example handbook: an answer with its source, and what two are told. */

import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./house.mjs";
import { ask, openSource, person, visit } from "./stage.mjs";

const PICTURES = join(ROOT, "docs/pictures");
const LARGEST_BYTES = 200 * 1024;
const LOOK = { width: 1_280, height: 800 };
const QUESTION = "How long do refunds take?";

mkdirSync(PICTURES, { recursive: true });

async function taken(page, name) {
  const path = join(PICTURES, name);
  await page.screenshot({ path });
  assert.ok(statSync(path).size < LARGEST_BYTES, `${name}: ${statSync(path).size} bytes`);
}

test("an answer, with its source beside it", async () => {
  const { page, close } = await visit(LOOK);
  await ask(page, QUESTION);
  await openSource(page);
  await page.locator("mark.is-chosen").waitFor();
  await taken(page, "answer.png");
  await close();
});

test("what two are told, side by side, by night", async () => {
  const { page, close } = await visit({ ...LOOK, colorScheme: "dark", as: await person("chief@example.org", "admin", "restricted"), path: "/access" });
  await page.locator("#compare-question").fill(QUESTION);
  await page.getByRole("button", { name: "Compare" }).click();
  await page.locator(".pane").nth(1).waitFor();
  await page.locator("#compare button[type=submit]").evaluate((pressed) => pressed.scrollIntoView());
  await taken(page, "compare.png");
  await close();
});

/** An admin's journey: build the index anew, watch it, compare, let it answer, go back, and put away what nobody needs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, newest, ownTrouble, person, visit } from "./stage.mjs";

const QUESTION = "How long do refunds take?";

/** @param {import("playwright-core").Page} page @param {string} state */
const inState = (page, state) => page.locator(`#indexes [data-state="${state}"]`);

/** @param {import("playwright-core").Page} page @param {string} name */
async function confirm(page, name) {
  await page.getByRole("dialog").getByRole("button", { name, exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

test("an admin builds the index anew, watches, compares, lets it answer and goes back", async () => {
  const { page, trouble, close } = await visit({ as: await person("chief@example.org", "admin", "restricted"), path: "/jobs/indexes", width: 1_440 });
  const { origin } = new URL(page.url());
  const former = await inState(page, "live").getAttribute("data-generation");
  assert.equal(await page.locator("#indexes > li").count(), 1);

  await page.locator("#begin-index").click();
  await page.getByRole("dialog").getByRole("checkbox").check();
  await confirm(page, "Build it");
  await inState(page, "ready").waitFor();
  const built = await inState(page, "ready").getAttribute("data-generation");
  assert.notEqual(built, former);
  assert.equal(await inState(page, "live").getAttribute("data-generation"), former, "it waits until somebody looked at it");
  const found = await inState(page, "ready").innerText();
  assert.match(found, /As good as the one that answered/);
  assert.match(found, /Documents found, of \d+ known\s+100\s?%\s+100\s?%/);

  await inState(page, "ready").getByRole("button", { name: "Let it answer" }).click();
  await confirm(page, "Let it answer");
  await page.locator(`[data-state="live"][data-generation="${built}"]`).waitFor();
  await page.goto(`${origin}/`);
  await ask(page, QUESTION);
  assert.match(await newest(page).innerText(), /10 business days/);

  await page.goto(`${origin}/jobs/indexes`);
  await inState(page, "ready").getByRole("button", { name: "Go back to it" }).click();
  await confirm(page, "Go back to it");
  await page.locator(`[data-state="live"][data-generation="${former}"]`).waitFor();

  await inState(page, "ready").getByRole("button", { name: "Discard it" }).click();
  await confirm(page, "Discard it");
  await page.locator(`[data-state="discarded"][data-generation="${built}"]`).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

/** Settings as an admin reads them: what holds, by the names of the file, no secret; and whether the models are there. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "./house.mjs";
import { Model } from "./model.mjs";
import { PASSWORD, ownTrouble, person, visit } from "./stage.mjs";

const ADMIN = "chief@example.org";

test("what the house was told is read, and the models say whether they are there", async () => {
  const { page, trouble, close } = await visit({ as: await person(ADMIN, "admin", "restricted"), path: "/" });
  await page.locator("#account").click();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  const row = (name) => page.locator("tr", { has: page.getByText(name, { exact: true }) });
  assert.match(await row("limits.questions_per_minute").innerText(), /6000/);
  assert.match(await row("visitors").innerText(), /true/);
  assert.match(await row("database_url").innerText(), /not set/);
  assert.match(await page.locator("#settings").innerText(), /No language model is connected/);
  await page.locator("#test-models").click();
  await page.locator("#connections .line-card").first().waitFor();
  assert.match(await page.locator("#connections").innerText(), /Finds passages by their meaning[^]*384 dimensions[^]*answers/);
  assert.equal(await page.locator("#connections li").count(), 1);
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a language model that is away is said to be away", async () => {
  const model = await Model.open();
  model.says("yes");
  const at = await House.open(model.settings);
  try {
    const link = await at.invite(ADMIN, "admin", "restricted");
    const { page, trouble, close } = await visit({ at, path: `/join#${link}`, width: 1_440 });
    await page.locator("#password").fill(PASSWORD);
    await page.locator("#again").fill(PASSWORD);
    await page.locator("form button[type=submit]").click();
    await page.locator("#question").waitFor();
    await page.goto(`${at.origin}/settings`);
    const state = page.locator("#connections li", { hasText: "Words answers" }).locator(".badge");
    await page.locator("#test-models").click();
    await state.and(page.getByText("answers", { exact: true })).waitFor();
    await model.close();
    await page.locator("#test-models").click();
    await state.and(page.getByText("does not answer", { exact: true })).waitFor();
    await page.goto(`${at.origin}/settings/begin`);
    await page.getByText("One is connected.").waitFor();
    assert.deepEqual(ownTrouble(trouble), []);
    await close();
  } finally {
    await at.close();
    await model.close().catch(() => null);
  }
});

test("settings are for admins", async () => {
  const { page, close } = await visit({ as: await person("lib@example.org", "editor", "internal"), path: "/settings" });
  await page.getByRole("heading", { name: "This is not for you" }).waitFor();
  await page.locator("#account").click();
  assert.equal(await page.getByRole("link", { name: "Settings" }).count(), 0);
  await close();
});

/** Settings as an admin reads them: what holds, by the names of the file, no secret; and whether the models are there. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "./house.mjs";
import { Model } from "./model.mjs";
import { PASSWORD, ownTrouble, person, visit, violations } from "./stage.mjs";

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
  const at = await House.open(`${model.settings}\n[branding]\nname = "Hafenhilfe"\n`);
  try {
    const link = await at.invite(ADMIN, "admin", "restricted");
    const { page, trouble, close } = await visit({ at, path: `/join#${link}`, width: 1_440 });
    await page.locator("#password").fill(PASSWORD);
    await page.locator("#again").fill(PASSWORD);
    await page.locator("form button[type=submit]").click();
    await page.locator("#question").waitFor();
    await page.goto(`${at.origin}/settings`);
    assert.match(await page.locator("#in-file").innerText(), /Name of the house[^]*Hafenhilfe/);
    assert.equal(await page.locator("#branding").getByLabel("Name of the house").count(), 0, "what its file says is read only");
    assert.match(await page.title(), /· Hafenhilfe$/);
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

test("an admin says what the house is called and how it looks, and everybody sees it", async () => {
  const greeting = "Moin & <b>willkommen</b>! Fragen Sie nur.";
  const { page, trouble, close } = await visit({ as: await person(ADMIN, "admin", "restricted"), path: "/settings", axe: true });
  const form = page.locator("#branding");
  const save = form.getByRole("button", { name: "Save" });
  await form.getByLabel("Colour of links and buttons").fill("#ffcc00");
  await save.click();
  await form.getByText(/a contrast of 1\.\d:1 on the pages by day/).waitFor();
  await form.getByLabel("Colour of links and buttons").fill("violet");
  await save.click();
  await form.getByText("That is no colour").waitFor();
  await form.getByLabel("Colour of links and buttons").fill("#6a1b9a");
  await form.getByLabel("Name of the house").fill("Hafenhilfe");
  await form.getByLabel("Greeting").fill(greeting);
  await form.getByLabel("Who answers sound like").selectOption("customer-support");
  await save.click();
  await page.locator(".brand", { hasText: "Hafenhilfe" }).waitFor();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], colorScheme);
  }
  await page.emulateMedia({ colorScheme: "light" });
  const painted = await save.evaluate((pressed) => getComputedStyle(pressed).backgroundColor);
  assert.equal(painted, "rgb(106, 27, 154)");

  for (const colorScheme of ["light", "dark"]) {
    const visitor = await visit({ axe: true, colorScheme, width: 360, locale: "de-DE" });
    await visitor.page.getByRole("heading", { name: greeting }).waitFor();
    assert.match(await visitor.page.title(), /· Hafenhilfe$/);
    assert.equal(await visitor.page.locator(".hello b").count(), 0, "words are no markup");
    assert.deepEqual(await violations(visitor.page), [], colorScheme);
    assert.deepEqual(visitor.trouble, []);
    await visitor.close();
  }

  await page.reload();
  assert.equal(await form.getByLabel("Name of the house").inputValue(), "Hafenhilfe");
  for (const label of ["Name of the house", "Colour of links and buttons", "Greeting"]) await form.getByLabel(label).fill("");
  await form.getByLabel("Who answers sound like").selectOption("");
  await save.click();
  await page.locator(".brand", { hasText: "Lectern" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.style.getPropertyValue("--accent")), "");
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

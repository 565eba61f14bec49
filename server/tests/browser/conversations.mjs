/** Conversations in the sidebar: found, called otherwise, taken along, forgotten; a visitor's and a person's; long ones. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ask, house, newest, ownTrouble, person, visit } from "./stage.mjs";

const READER = "rita@example.org";
const TURNS = 1_000;

for (const as of [undefined, READER]) {
  test(`conversations of ${as ? "a person" : "a visitor"} are kept, found, renamed, exported and deleted`, async () => {
    if (as) await person(READER, "reader", "customer");
    const { page, trouble, close } = await visit({ as, width: 1_440 });
    const mark = `${Date.now()}`;
    await ask(page, `How long do refunds ${mark} take?`);
    const first = page.url();
    await page.getByRole("link", { name: "New question" }).click();
    await page.locator("#question:focus").waitFor();
    await ask(page, "Hello!");
    const list = page.locator("#conversations a");
    await page.locator("#conversations a", { hasText: "Hello!" }).waitFor();
    await page.locator("#conversations a", { hasText: mark }).click();
    await page.waitForURL(first);
    await page.locator(".question", { hasText: mark }).waitFor();
    assert.equal(await page.locator("#conversations [aria-current]").innerText(), `How long do refunds ${mark} take?`);
    await page.goBack();
    await page.locator(".question", { hasText: "Hello!" }).waitFor();
    await page.goForward();
    await page.locator(".question", { hasText: mark }).waitFor();

    await page.locator("#find-conversation").fill(mark);
    await page.locator("#conversations a", { hasText: "Hello!" }).waitFor({ state: "detached" });
    assert.equal(await list.count(), 1);

    const title = `Refunds 💷 ${mark} <b>`;
    const menu = async (thing) => {
      await page.locator("#conversations .menu > button").first().click();
      await page.getByRole("button", { name: thing }).click();
    };
    await menu("Rename");
    await page.locator("dialog input").fill(title);
    await page.keyboard.press("Enter");
    await page.locator("#conversations a", { hasText: title }).waitFor();

    const saved = page.waitForEvent("download");
    await menu("Save as Markdown");
    const file = await saved;
    assert.match(file.suggestedFilename(), /\.md$/);
    assert.match(readFileSync(await file.path(), "utf8"), /10 business days/);

    await menu("Delete");
    await page.getByRole("heading", { name: "Delete this conversation?" }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await list.count(), 1, "to cancel is to keep");
    await menu("Delete");
    await page.locator("dialog button.danger").click();
    await page.waitForURL(`${house.origin}/`);
    await page.locator("#conversations", { hasText: "Nothing was found." }).waitFor();
    await page.goto(first);
    await page.getByText("There is no such conversation").waitFor();
    assert.deepEqual(ownTrouble(trouble), []);
    await close();
  });
}

test("two tabs know of each other", async () => {
  const one = await visit();
  await ask(one.page, "How long do refunds take?");
  const other = await visit({ beside: one.context, path: new URL(one.page.url()).pathname });
  await other.page.locator(".turn").first().waitFor();
  await one.page.locator("#question").fill("half a question");
  await ask(other.page, "and for annual plans?");
  await one.page.locator(".turn").nth(1).waitFor();
  assert.equal(await one.page.locator("#question").inputValue(), "half a question", "each writes its own");
  assert.equal(await other.page.locator("#question").inputValue(), "");
  await one.page.keyboard.press("Enter");
  await other.page.locator(".turn").nth(2).waitFor();
  assert.deepEqual(ownTrouble([...one.trouble, ...other.trouble]), []);
  await one.close();
});

test("who signs in or out in one tab does so in all of them", async () => {
  const leaver = await person("tom@example.org", "reader", "customer");
  const one = await visit({ as: leaver });
  const other = await visit({ as: leaver, beside: one.context });
  await other.page.locator("#question").fill("still being written");
  await one.page.locator("#account").click();
  await one.page.getByRole("button", { name: "Sign out" }).click();
  await one.page.locator("#sign-in-link").waitFor();
  await other.page.locator("#sign-in-link").waitFor();
  assert.equal(await other.page.locator("#question").inputValue(), "still being written");
  await one.close();
});

test(`a conversation of ${2 * TURNS} messages is opened at its end and read backwards, a part at a time`, async () => {
  const { page, requests, trouble, close } = await visit();
  await ask(page, "Hello!");
  const id = new URL(page.url()).pathname.split("/").at(-1);
  const secret = await page.evaluate(() => JSON.parse(localStorage.getItem("lectern.conversations"))[0].secret);
  for (let turn = 1; turn < TURNS; turn++) {
    const body = JSON.stringify({ question: turn % 100 ? "Thank you!" : `Hello number ${turn}!`, conversation: id, conversation_secret: secret });
    const response = await fetch(`${house.origin}/api/v1/ask`, { method: "POST", headers: { "content-type": "application/json" }, body });
    assert.equal(response.status, 200);
    await response.arrayBuffer();
  }
  requests.length = 0;
  await page.reload();
  await newest(page).waitFor();
  const shown = () => page.locator(".turn").count();
  const read = () => requests.filter((path) => path === `/api/v1/conversations/${id}`).length;
  assert.ok((await shown()) < 100, `${await shown()} turns at once`);
  assert.ok(read() <= 3, `${read()} requests`);
  assert.ok(await page.locator("#thread").evaluate((one) => one.scrollTop + one.clientHeight >= one.scrollHeight - 2), "it is at its end");

  const before = await shown();
  const top = page.locator(".turn").first();
  await top.evaluate((one) => one.setAttribute("data-was-first", ""));
  const place = () => page.locator("[data-was-first]").evaluate((one) => one.getBoundingClientRect().top);
  await page.locator("#thread").evaluate((one) => { one.scrollTop = 0; });
  await page.waitForFunction((count) => document.querySelectorAll(".turn").length > count, before);
  assert.ok(Math.abs(await place()) < 800, "what was in sight stays in sight");
  while ((await shown()) < TURNS) {
    const count = await shown();
    await page.locator("#thread").evaluate((one) => { one.scrollTop = 0; });
    await page.waitForFunction((known) => document.querySelectorAll(".turn").length > known, count);
  }
  assert.equal(await shown(), TURNS);
  assert.equal(await page.locator(".question").first().textContent(), "Hello!");
  const drawn = await page.locator(".turn .answer").evaluateAll((all) => all.filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length);
  assert.ok(drawn < TURNS / 4, `${drawn} of ${TURNS} turns are laid out`);
  assert.deepEqual(trouble, []);
  await close();
});

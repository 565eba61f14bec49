/** Asking: by keyboard, answered by quotes that stand in their sources, or not answered, and saying so. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SEED } from "./house.mjs";
import { ask, house, settled, visit } from "./stage.mjs";

const REFUNDS = readFileSync(join(SEED, "public/refunds.md"), "utf8");

test("the page comes whole and from nowhere else", async () => {
  const { page, trouble, requests, loaded, close } = await visit();
  assert.equal(loaded.status(), 200);
  assert.equal(await page.locator("h1").textContent(), "Lectern");
  const files = ["/ui/account.js", "/ui/api.js", "/ui/ask.js", "/ui/style.css"];
  assert.deepEqual(requests.filter((path) => path !== "/ui/icon.svg").sort(), ["/", "/api/v1/me", ...files]);
  const icon = await fetch(house.origin + (await page.locator("link[rel=icon]").getAttribute("href")));
  assert.deepEqual([icon.status, icon.headers.get("content-type")], [200, "image/svg+xml"]);
  assert.deepEqual(trouble, []);
  await close();
});

test("a question is asked and its source reached with nothing but the keyboard", async () => {
  const { page, trouble, close } = await visit();
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
  assert.equal(await focused(), "question", "the box has the focus from the start");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Ask");
  for (let steps = 0; steps < 4 && (await focused()) !== "question"; steps++) await page.keyboard.press("Tab");
  assert.equal(await focused(), "question", "the box can be reached again");

  await page.keyboard.type("How long do refunds take?");
  await page.keyboard.press("Enter");
  await settled(page);
  const quote = await page.locator("#source-1 mark").first().textContent();
  assert.match(quote, /Refunds take up to 10 business days/);
  assert.ok(REFUNDS.includes(quote), `not a quote of refunds.md: ${quote}`);
  assert.equal(await page.locator("blockquote").first().textContent(), `${quote} [1]`);
  assert.match(await page.locator("#source-1 h3").textContent(), /^\[1\] Refunds$/);
  const [quotes, marks] = [await page.locator("blockquote").count(), await page.locator("mark").count()];
  assert.equal(quotes, marks, "every quote is shown in its place");

  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "[1]");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "source-1");
  assert.ok(await page.locator("#source-1 h3").evaluate((h3) => h3.getBoundingClientRect().top < innerHeight));
  assert.deepEqual(trouble, []);
  await close();
});

test("the button keeps the focus while it asks", async () => {
  const { page, trouble, close } = await visit();
  await page.keyboard.type("How long do refunds take?");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Ask");
  assert.ok((await page.locator("mark").count()) > 0);
  assert.deepEqual(trouble, []);
  await close();
});

test("every quote of an answer stands in the public handbook, and no path of the server is shown", async () => {
  const { page, trouble, close } = await visit();
  await ask(page, "How long do refunds take?");
  for (const quote of await page.locator("mark").allTextContents()) assert.ok(REFUNDS.includes(quote), quote);
  const shown = await page.locator("body").innerText();
  assert.match(shown, /refunds\.md/);
  assert.ok(!shown.includes(SEED), "the server's folders are its own business");
  assert.deepEqual(trouble, []);
  await close();
});

test("a question without an answer is declined, and honestly", async () => {
  const { page, trouble, close } = await visit();
  await ask(page, "How long do refunds take?");
  await ask(page, "What is the boiling point of tungsten?");
  assert.match(await page.locator("#answer").innerText(), /I don't know: nothing that you may read answers this\./);
  assert.match(await page.locator("#answer").innerText(), /The nearest titles are "/);
  assert.equal(await page.locator("blockquote, mark, article").count(), 0, "nothing of the answer before is left");
  assert.deepEqual(trouble, []);
  await close();
});

test("a greeting is answered as one", async () => {
  const { page, trouble, close } = await visit();
  await ask(page, "Hello!");
  assert.match(await page.locator("#answer").innerText(), /automatic assistant/);
  assert.equal(await page.locator("blockquote, h2, article").count(), 0, "nothing is quoted, and there are no sources");
  assert.deepEqual(trouble, []);
  await close();
});

test("an empty question is not sent", async () => {
  const { page, trouble, requests, close } = await visit();
  for (const empty of ["", "   "]) {
    await page.locator("#question").fill(empty);
    await page.keyboard.press("Enter");
    await page.locator("#question:invalid:focus").waitFor();
  }
  assert.equal(await page.locator("#answer").textContent(), "");
  assert.ok(!requests.includes("/api/v1/ask"));
  await ask(page, "How long do refunds take?");
  assert.equal(requests.filter((path) => path === "/api/v1/ask").length, 1);
  assert.deepEqual(trouble, []);
  await close();
});

test("a question is asked once, however often Enter is pressed", async () => {
  const { page, requests, close } = await visit();
  await page.locator("#question").fill("How long do refunds take?");
  await page.locator("#question").evaluate((input) => [1, 2, 3].forEach(() => input.form.requestSubmit()));
  await settled(page);
  assert.equal(requests.filter((path) => path === "/api/v1/ask").length, 1);
  await close();
});

/** Asking: by keyboard, answered by quotes that stand in their sources, or not answered, and saying so. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SEED } from "./house.mjs";
import { ask, house, newest, openSource, settled, visit } from "./stage.mjs";

const REFUNDS = readFileSync(join(SEED, "public/refunds.md"), "utf8");
const QUESTION = "How long do refunds take?";

test("the page comes whole and from nowhere else", async () => {
  const { page, trouble, requests, loaded, close } = await visit();
  await page.locator("#suggestions button").first().waitFor();
  assert.equal(loaded.status(), 200);
  assert.equal(await page.title(), "Ask · Lectern");
  assert.equal(await page.locator("h1:visible").textContent(), "What would you like to know?");
  const asked = requests.filter((path) => !path.startsWith("/ui/")).sort();
  assert.deepEqual(asked, ["/", "/api/v1/house", "/api/v1/me", "/api/v1/suggestions"]);
  const icon = await fetch(house.origin + (await page.locator("link[rel=icon]").getAttribute("href")));
  assert.deepEqual([icon.status, icon.headers.get("content-type")], [200, "image/svg+xml"]);
  assert.deepEqual(trouble, []);
  await close();
});

test("a question is asked and its source read with nothing but the keyboard", async () => {
  const { page, trouble, close } = await visit();
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("aria-label") || document.activeElement?.textContent);
  const reach = async (wanted, key = "Tab") => {
    for (let steps = 0; steps < 60 && !wanted.test(String(await focused())); steps++) await page.keyboard.press(key);
    assert.match(String(await focused()), wanted);
  };
  assert.equal(await focused(), "question", "the box has the focus from the start");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "send");
  await reach(/^question$/, "Shift+Tab");

  await page.keyboard.type("How long do refunds");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("take?");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal(await focused(), "question", "the next question can be typed at once");
  assert.equal(await newest(page).locator(".question").textContent(), "How long do refunds\ntake?");
  const quote = (await newest(page).locator("blockquote.quoted p").first().textContent()).replace(/\s*\d$/, "");
  assert.match(quote, /Refunds take up to 10 business days/);
  assert.ok(REFUNDS.includes(quote), `not a quote of refunds.md: ${quote}`);

  await reach(/^Source 1: Refunds$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.locator("mark.is-chosen").waitFor();
  assert.equal(await page.locator("mark.is-chosen").textContent(), quote);
  assert.ok(await page.locator("mark.is-chosen").evaluate((mark) => {
    const [inner, outer] = [mark.getBoundingClientRect(), mark.closest(".source-text").getBoundingClientRect()];
    return inner.top >= outer.top && inner.bottom <= outer.bottom;
  }), "the quote is in sight");
  assert.match(await focused(), /^source-/, "the focus is at the head of the source");
  await page.keyboard.press("Escape");
  assert.equal(await focused(), "Source 1: Refunds", "and goes back to where it came from");
  await page.locator(".source").waitFor({ state: "detached" });
  assert.deepEqual(trouble, []);
  await close();
});

test("the button keeps the focus while it asks", async () => {
  const { page, trouble, close } = await visit();
  await page.keyboard.type(QUESTION);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "send");
  assert.ok((await newest(page).locator(".source-line").count()) > 0);
  assert.deepEqual(trouble, []);
  await close();
});

test("every quote of an answer stands in the public handbook, and no path of the server is shown", async () => {
  const { page, trouble, close } = await visit({ width: 1_440 });
  await ask(page, QUESTION);
  await openSource(page);
  for (const quote of await page.locator("mark").allTextContents()) assert.ok(REFUNDS.includes(quote), quote);
  const shown = await page.locator("body").innerText();
  assert.match(shown, /refunds\.md/);
  assert.match(shown, /Quoted word for word. No language model was used\./);
  assert.ok(!shown.includes(SEED), "the server's folders are its own business");
  assert.deepEqual(trouble, []);
  await close();
});

test("a question without an answer is declined, honestly, and the nearest documents can be opened", async () => {
  const { page, trouble, close } = await visit();
  await ask(page, QUESTION);
  await ask(page, "What is the boiling point of tungsten?");
  const words = await newest(page).locator(".words").innerText();
  assert.match(words, /I don't know: nothing that you may read answers this\./);
  assert.match(words, /The nearest titles are "/);
  assert.equal(await newest(page).locator("blockquote, mark, button.cite").count(), 0, "nothing is quoted");
  const nearest = newest(page).locator(".source-line");
  for (const title of await nearest.locator(".title").allTextContents()) assert.ok(words.includes(`"${title}"`), title);
  await nearest.first().click();
  await page.locator(".source-text .line").first().waitFor();
  assert.equal(await page.locator("mark").count(), 0);
  assert.deepEqual(trouble, []);
  await close();
});

test("a greeting is answered as one", async () => {
  const { page, trouble, close } = await visit();
  await ask(page, "Hello!");
  assert.match(await newest(page).innerText(), /automatic assistant/);
  assert.equal(await newest(page).locator("blockquote, .source-line, .looked").count(), 0, "nothing is quoted, and there are no sources");
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
  assert.equal(await page.locator(".turn").count(), 0);
  assert.ok(!requests.includes("/api/v1/ask"));
  await ask(page, QUESTION);
  assert.equal(requests.filter((path) => path === "/api/v1/ask").length, 1);
  assert.deepEqual(trouble, []);
  await close();
});

test("a question is asked once, however often Enter is pressed", async () => {
  const { page, requests, close } = await visit();
  await page.locator("#question").fill(QUESTION);
  await page.locator("#question").evaluate((input) => [1, 2, 3].forEach(() => input.form.requestSubmit()));
  await settled(page);
  assert.equal(requests.filter((path) => path === "/api/v1/ask").length, 1);
  await close();
});

test("a suggested question is asked by a press", async () => {
  const { page, trouble, close } = await visit();
  const suggested = page.locator("#suggestions button").first();
  const words = await suggested.textContent();
  await suggested.click();
  await settled(page);
  assert.equal(await newest(page).locator(".question").textContent(), words);
  assert.match(new URL(page.url()).pathname, /^\/c\/[\w-]+$/);
  assert.deepEqual(trouble, []);
  await close();
});

test("an answer is copied with its sources, a question is edited and asked again", async () => {
  const { page, trouble, close } = await visit();
  await ask(page, QUESTION);
  await newest(page).getByRole("button", { name: "Copy with sources" }).click();
  await page.getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /Refunds take up to 10 business days[^]*\[1\]\n\n\[1\] Refunds, How long refunds take, refunds\.md$/);
  await newest(page).getByRole("button", { name: "Edit the question" }).click();
  assert.equal(await page.locator("#question:focus").inputValue(), QUESTION);
  await page.locator("#question").fill("");
  await newest(page).getByRole("button", { name: "Ask again" }).click();
  await page.locator(".turn").nth(1).waitFor();
  await settled(page);
  assert.deepEqual(await page.locator(".question").allTextContents(), [QUESTION, QUESTION]);
  assert.deepEqual(trouble, []);
  await close();
});

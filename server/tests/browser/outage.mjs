/** Outages: the person is told in plain words, keeps the question, and goes on when the server is back. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerWith, ask, house, settled, visit } from "./stage.mjs";

const QUESTION = "How long do refunds take?";
/** Chromium itself logs what it cannot fetch; that is not the page's trouble. */
const ownTrouble = (trouble) => trouble.filter((line) => !line.startsWith("Failed to load resource"));

test("a server that goes away in the middle of a question", async (t) => {
  const { page, trouble, close } = await visit();
  await house.stop("SIGSTOP");
  await page.locator("#question").fill(QUESTION);
  await page.keyboard.press("Enter");
  await page.getByText("Looking...").waitFor();
  await house.stop("SIGKILL");
  await settled(page);
  await saysUnreachable(page);

  await t.test("asking again while it is away says the same", async () => {
    await page.keyboard.press("Enter");
    await settled(page);
    await saysUnreachable(page);
  });

  await t.test("asking again when it is back answers, without a reload", async () => {
    await house.start();
    await page.keyboard.press("Enter");
    await settled(page);
    await page.locator("mark", { hasText: "10 business days" }).waitFor();
    assert.deepEqual(ownTrouble(trouble), []);
  });
  await close();
});

test("a server that is stopped in order and started again", async () => {
  const { page, trouble, close } = await visit();
  await house.stop();
  await ask(page, QUESTION);
  await saysUnreachable(page);
  await house.start();
  await ask(page, QUESTION);
  await page.locator("mark", { hasText: "10 business days" }).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("errors are shown in the server's words, or in ours when it had none", async (t) => {
  const ours = /The server gave no answer that can be read\. Your question is still in the box\./;
  const error = { code: "unavailable", message: "the knowledge base cannot answer right now" };
  const cases = [
    ["its own error", { status: 503, json: { error } }, /the knowledge base cannot answer right now/i],
    ["a page of a proxy", { status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }, ours],
    ["an answer cut off", { status: 200, contentType: "application/json", body: '{"answer": "Ref' }, ours],
    ["nothing at all", { status: 200, body: "" }, ours],
    ["JSON of something else", { status: 200, json: { hello: 1 } }, ours],
    ["JSON that is not an object", { status: 200, body: "null" }, ours],
  ];
  for (const [name, response, expected] of cases) {
    await t.test(name, async () => {
      const { page, trouble, close } = await visit();
      await answerWith(page, response);
      await ask(page, QUESTION);
      assert.match(await page.locator("#answer .wrong").innerText(), expected);
      assert.equal(await page.locator("#question").inputValue(), QUESTION);
      assert.deepEqual(ownTrouble(trouble), []);
      await close();
    });
  }
});

async function saysUnreachable(page) {
  const said = await page.locator("#answer").innerText();
  assert.equal(said, "The server cannot be reached. Your question is still in the box.");
  assert.equal(await page.locator("#question").inputValue(), QUESTION);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "question");
}

/** Outages: the person is told in plain words, keeps the question, and goes on when the server is back. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerWith, ask, house, newest, ownTrouble, settled, visit } from "./stage.mjs";

const QUESTION = "How long do refunds take?";

test("a server that goes away in the middle of a question", async (t) => {
  const { page, trouble, close } = await visit();
  await house.stop("SIGSTOP");
  await page.locator("#question").fill(QUESTION);
  await page.keyboard.press("Enter");
  await page.locator(".turn .status", { hasText: "Looking" }).waitFor();
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
    await newest(page).locator("blockquote", { hasText: "10 business days" }).waitFor();
    assert.equal(await page.locator(".turn").count(), 1, "what came to nothing leaves with the next question");
    await page.locator(".banner").waitFor({ state: "detached" });
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
  await newest(page).locator("blockquote", { hasText: "10 business days" }).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("errors are shown in the server's words, or in ours when it had none", async (t) => {
  const ours = /The server gave no answer that can be read\./;
  const error = { code: "unavailable", message: "the knowledge base cannot answer right now" };
  const cases = [
    ["its own error", { status: 503, json: { error } }, /the knowledge base cannot answer right now/i],
    ["a page of a proxy", { status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }, ours],
    ["an answer cut off", { status: 200, contentType: "application/json", body: '{"answer": "Ref' }, ours],
    ["nothing at all", { status: 200, body: "" }, ours],
    ["JSON of something else", { status: 200, json: { hello: 1 } }, ours],
    ["an event of something else", { status: 200, contentType: "text/event-stream", body: "event: nothing\ndata: {}\n\n" }, /The server cannot be reached\./],
  ];
  for (const [name, response, expected] of cases) {
    await t.test(name, async () => {
      const { page, trouble, close } = await visit();
      await answerWith(page, response);
      await ask(page, QUESTION);
      assert.match(await newest(page).locator(".wrong").innerText(), expected);
      assert.equal(await page.locator("#question").inputValue(), QUESTION);
      assert.deepEqual(ownTrouble(trouble), []);
      await close();
    });
  }
});

async function saysUnreachable(page) {
  assert.equal(await newest(page).locator(".status").innerText(), "The server cannot be reached.");
  assert.match(await page.locator(".banner").innerText(), /The server cannot be reached\. Trying again/);
  assert.equal(await page.locator("#question").inputValue(), QUESTION);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "question");
}

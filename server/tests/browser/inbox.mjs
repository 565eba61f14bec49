/** People who take over: a visitor asks for one, an editor reads and replies, the visitor sees it, and it is done. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, newest, ownTrouble, person, visit } from "./stage.mjs";

const EDITOR = "ed@example.org";
const REPLY = "We look into it <b>now</b>.\nWrite to us if it takes longer.";

test("a question without an answer is passed on, answered by a person, and done", async () => {
  await person(EDITOR, "editor", "internal");
  const visitor = await visit();
  await ask(visitor.page, "How long do refunds take?");
  await ask(visitor.page, "What is the boiling point of tungsten?");
  await newest(visitor.page).getByRole("button", { name: "Ask a person" }).click();
  await visitor.page.locator("#handoff", { hasText: "A person was asked to answer here" }).waitFor();
  assert.equal(await visitor.page.locator(".hand-off:visible").count(), 0, "it is offered once");

  const editor = await visit({ as: EDITOR, path: "/inbox", width: 1_440 });
  const { page } = editor;
  await page.locator(".waiting a").first().click();
  await page.getByRole("heading", { name: "Asked for a person" }).waitFor();
  assert.deepEqual(await page.locator(".question").allTextContents(), ["How long do refunds take?", "What is the boiling point of tungsten?"]);
  await openSourceOfFirst(page);
  await page.locator("#reply").fill("half a rep");
  await page.reload();
  assert.equal(await page.locator("#reply").inputValue(), "half a rep", "what was being written is there after a reload");
  await page.locator("#reply").fill(REPLY);
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".reply-text").waitFor();
  assert.equal(await page.locator(".reply-text").textContent(), REPLY);

  await visitor.page.getByRole("button", { name: "Look for replies" }).click();
  await visitor.page.locator(".reply").waitFor();
  assert.equal(await visitor.page.locator(".reply-text").textContent(), REPLY);
  assert.equal(await visitor.page.locator(".reply b").count(), 0, "a reply is text");
  assert.match(await visitor.page.locator(".reply").innerText(), /Support team/);

  await page.getByRole("button", { name: "Mark as done" }).click();
  await page.getByText("This is done.").waitFor();
  await visitor.page.getByRole("button", { name: "Look for replies" }).click();
  await visitor.page.locator("#handoff", { hasText: "A person has looked after this" }).waitFor();
  await ask(visitor.page, "How long do refunds take?");
  await visitor.page.reload();
  await visitor.page.locator(".reply").waitFor();
  const order = await visitor.page.locator(".turn, .reply").evaluateAll((all) => all.map(({ className }) => className.split(" ")[0]));
  assert.deepEqual(order, ["turn", "turn", "reply", "turn"], "it stands where it was said");

  await page.locator("#handoff-page a", { hasText: "Inbox" }).click();
  await page.locator("[role=tab]").nth(0).focus();
  await page.keyboard.press("ArrowRight");
  await page.locator(".waiting .badge.good").first().waitFor();
  assert.equal(await page.locator("[role=tab]").nth(1).getAttribute("aria-selected"), "true");
  assert.deepEqual([...ownTrouble(visitor.trouble), ...ownTrouble(editor.trouble)], []);
  await Promise.all([visitor.close(), editor.close()]);
});

test("an editor sees what was thought of an answer and how it came about", async () => {
  await person(EDITOR, "editor", "internal");
  const visitor = await visit();
  const words = `Too old ${Date.now()} <i>really</i>`;
  await ask(visitor.page, "How long do refunds take?");
  await newest(visitor.page).getByRole("button", { name: "This did not help" }).click();
  await newest(visitor.page).getByLabel("Out of date").check();
  await newest(visitor.page).locator("form.feedback textarea").fill(words);
  await newest(visitor.page).locator("form.feedback button[type=submit]").click();
  await newest(visitor.page).locator("form.feedback").waitFor({ state: "detached" });

  const { page, trouble, close } = await visit({ as: EDITOR, path: "/insight/feedback" });
  const row = page.locator("tr", { hasText: words });
  await row.waitFor();
  assert.match(await row.innerText(), /did not help\s*Out of date/);
  await page.getByRole("tab", { name: "Helped", exact: true }).click();
  await page.locator("tr", { hasText: words }).waitFor({ state: "detached" });
  await page.getByRole("tab", { name: "Did not help" }).click();
  await page.locator("tr", { hasText: words }).getByRole("link").click();
  await page.getByRole("heading", { level: 1, name: "How long do refunds take?" }).waitFor();
  assert.match(await page.locator("#record").innerText(), /tier=public[^]*extractive[^]*10 business days[^]*Candidates[^]*given/);
  await page.locator("button.cite").first().click();
  await page.locator("mark.is-chosen").waitFor();
  assert.match(await page.locator("mark.is-chosen").textContent(), /10 business days/);
  assert.deepEqual(trouble, []);
  await Promise.all([visitor.close(), close()]);
});

test("readers and visitors find no way to the inbox", async () => {
  await person("rita@example.org", "reader", "customer");
  const reader = await visit({ as: "rita@example.org" });
  assert.equal(await reader.page.locator(".way").count(), 0);
  for (const [who, words] of [[reader.page, "This is not for you"], [(await visit({})).page, "Sign in"]]) {
    await who.goto(new URL("/inbox", who.url()).href);
    await who.getByRole("heading", { name: words }).waitFor();
    await who.context().close();
  }
});

async function openSourceOfFirst(page) {
  await page.locator("button.cite").first().click();
  await page.locator("mark.is-chosen").waitFor();
  assert.match(await page.locator("mark.is-chosen").textContent(), /10 business days/);
  await page.keyboard.press("Escape");
}

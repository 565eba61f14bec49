/** Insight as an editor meets it: a search is tried and explained, and what was asked is seen in sum, in groups, and in what nobody needed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, newest, ownTrouble, person, visit } from "./stage.mjs";

const EDITOR = "ines@example.org";
const QUESTION = "How long do refunds take?";

test("a search is tried, with every candidate and what counted for it", async () => {
  const visitor = await visit();
  await ask(visitor.page, QUESTION);
  await visitor.close();
  await person(EDITOR, "editor", "internal");
  const { page, trouble, close } = await visit({ as: EDITOR, path: "/insight/search", width: 1_440 });
  assert.equal(await page.getByLabel("With whose eyes").count(), 0, "an editor looks with their own");
  await page.locator("#try-query").fill(QUESTION);
  await page.getByLabel("How many").selectOption("5");
  await page.reload();
  assert.equal(await page.locator("#try-query").inputValue(), QUESTION, "what was typed is there after a reload");
  await page.keyboard.press("Tab");
  await page.locator("#try-query").press("Enter");
  await page.locator(".hits li").first().waitFor();
  assert.equal(await page.locator(".hits li").count(), 5);
  assert.match(await page.locator(".hits li").first().innerText(), /score/);
  assert.match(await page.locator("#found .facts").innerText(), /Likely to answer[^]*%[^]*Embedding[^]*ms/);
  const candidates = page.locator("#found table tbody tr");
  assert.ok(await candidates.count() > 5, "also those that were not given");
  assert.equal(await candidates.locator(".badge.good").count(), 5);
  await candidates.first().locator("summary").click();
  assert.match(await candidates.first().locator(".terms").innerText(), /[+-][\d.]+/);
  const sure = page.locator("figure", { has: page.getByRole("heading", { name: "How far one may believe it" }) });
  await sure.locator("svg.calibration circle").first().waitFor();
  await sure.locator("summary").click();
  await sure.locator("tbody tr").nth(9).waitFor();
  assert.equal(await sure.locator("tbody tr").count(), 10);
  assert.match(await sure.locator("table").innerText(), /0% to 10%[^]*too few/);
  await page.locator("#try-query").fill("?!");
  await page.locator("#try-query").press("Enter");
  await page.getByRole("heading", { name: "Nothing was found" }).or(page.locator(".hits li").first()).first().waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("an admin tries a search with the eyes of a visitor", async () => {
  const { page, trouble, close } = await visit({ as: await person("chief@example.org", "admin", "restricted"), path: "/insight/search" });
  const tiers = async () => new Set(await page.locator(".hits .badge").allTextContents());
  await page.locator("#try-query").fill("refunds");
  await page.getByLabel("How many").selectOption("20");
  await page.locator("#try-query").press("Enter");
  await page.locator(".hits li").first().waitFor();
  assert.ok((await tiers()).size > 1);
  await page.getByLabel("With whose eyes").selectOption("tier=public");
  await page.getByRole("button", { name: "Search" }).click();
  await page.locator(".hits .badge:not(.good)").first().waitFor({ state: "detached" });
  assert.deepEqual([...(await tiers())], ["Public"]);
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("what was asked is seen in plots, with the table behind each", async () => {
  const visitor = await visit();
  await ask(visitor.page, QUESTION);
  await newest(visitor.page).getByRole("button", { name: "This helped" }).click();
  await visitor.page.getByText("Thank you.").first().waitFor();
  await ask(visitor.page, "What is the boiling point of tungsten?");
  await visitor.close();
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/insight", width: 1_440 });
  const figure = (name) => page.locator("figure", { has: page.getByRole("heading", { name, exact: true }) });
  await figure("Questions").locator("svg rect").first().waitFor();
  assert.match(await page.locator("#overview dl").innerText(), /Questions[^]*\d[^]*Answered[^]*%[^]*Helped[^]*%/);
  await figure("Questions").locator("summary").click();
  const rows = figure("Questions").locator("tbody tr");
  await rows.nth(29).waitFor();
  assert.equal(await rows.count(), 30);
  const [answered, declined] = await Promise.all([1, 2].map((n) => rows.last().locator("td").nth(n).textContent()));
  assert.ok(Number(answered) >= 1 && Number(declined) >= 1, `${answered} ${declined}`);
  assert.ok(await figure("Share that helped").locator("path.line").count());
  assert.ok(await figure("Time to an answer").locator("path.line").count() === 2);
  const steps = figure("Time by step");
  assert.ok(await steps.locator("svg rect").count());
  await steps.locator("summary").click();
  await steps.locator("tbody tr").nth(29).waitFor();
  assert.equal(await steps.locator("thead th").count(), 13, "each step by its mean and by the slow ones");
  assert.match(await steps.locator("tbody tr").last().innerText(), /ms/);
  await figure("How fresh the library is").getByText("Handed in").first().waitFor();
  assert.equal(await figure("Tokens of language models").count(), 0, "no model was asked");
  await page.getByLabel("Time", { exact: true }).selectOption("7");
  await figure("Questions").locator("details:not([open])").waitFor();
  await figure("Questions").locator("summary").click();
  await rows.nth(6).waitFor();
  assert.equal(await rows.count(), 7);
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("questions without an answer stand together by their meaning", async () => {
  const visitor = await visit();
  const words = ["Can I bring my parrot to the salon?", "Is it allowed to bring my parrot into the salon?", "What is the melting point of tungsten in kelvin?"];
  for (const question of words) await ask(visitor.page, question);
  const answers = await visitor.page.locator(".turn .words").allTextContents();
  await visitor.close();
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/insight/questions" });
  const group = page.locator("#gaps .card", { hasText: "parrot" });
  await group.first().waitFor();
  assert.equal(await group.count(), 1, answers.join("\n"));
  await group.getByText("asked 2 times").waitFor();
  assert.equal(await page.locator("#gaps .card", { hasText: "melting point" }).filter({ hasText: "parrot" }).count(), 0);
  await page.getByText(/from a cosine of 0\.\d+ on/).waitFor();
  await group.locator("summary").click();
  await group.getByRole("link").first().click();
  await page.locator("#record h1", { hasText: "parrot" }).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a document that has just come was not needed for nothing", async () => {
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/insight/unused" });
  await page.getByRole("heading", { name: "Every document was quoted" }).waitFor();
  await page.getByLabel("For at least").selectOption("365");
  await page.getByRole("heading", { name: "Every document was quoted" }).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

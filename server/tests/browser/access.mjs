/** Access as an admin meets it: two pairs of eyes, which rule decides, what was done, what models cost. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { House } from "./house.mjs";
import { Model } from "./model.mjs";
import { PASSWORD, ask, newest, ownTrouble, person, visit } from "./stage.mjs";

const ADMIN = "chief@example.org";
const QUESTION = "How long do refunds take?";

test("two are asked for, side by side, and what one does not get to see is named", async () => {
  await person(ADMIN, "admin", "restricted");
  await person("rita2@example.org", "reader", "customer");
  const { page, trouble, close } = await visit({ as: ADMIN, path: "/access", width: 1_440 });
  await page.locator("#compare-question").fill(QUESTION);
  await page.reload();
  assert.equal(await page.locator("#compare-question").inputValue(), QUESTION, "what was typed is there after a reload");
  await page.getByRole("button", { name: "Compare" }).click();
  const [left, right] = [page.locator(".pane").first(), page.locator(".pane").nth(1)];
  await right.waitFor();
  assert.match(await left.innerText(), /10 business days/);
  assert.match(await right.innerText(), /4 business days/);
  assert.match(await left.innerText(), /Nothing that the other may not read/);
  assert.match(await right.innerText(), /\d+ documents? that the other may not read/);
  await right.locator("button.cite").first().click();
  await page.locator("mark.is-chosen").waitFor();
  await page.keyboard.press("Escape");

  await page.locator(".eyes").nth(1).getByLabel("A person").check();
  await page.locator("[name=right-login]").fill("rita2@example.org");
  await page.getByRole("button", { name: "Compare" }).click();
  await right.getByRole("heading", { name: "rita2@example.org" }).waitFor();
  assert.match(await right.innerText(), /10 business days/);
  await page.locator("[name=right-login]").fill("nobody@example.org");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.locator("#compare .wrong:not(:empty)").waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("which rule decides is said, rule by rule", async () => {
  const { page, trouble, close } = await visit({ as: await person(ADMIN, "admin", "restricted"), path: "/access/reads" });
  const { documents } = await page.evaluate(async () => (await fetch("/api/v1/documents?tier=restricted")).json());
  await page.locator("#reads-person").fill("rita2@example.org");
  await page.locator("#reads-document").fill(documents[0].document_id);
  await page.keyboard.press("Enter");
  await page.getByText("rita2@example.org does not read this document.").waitFor();
  assert.equal(await page.locator(".grounds .bad").count() > 0, true);
  await page.locator("#reads-person").fill("nobody@example.org");
  await page.keyboard.press("Enter");
  await page.getByText("There is no such person.").waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("the log is narrowed, goes on, and is given whole as a file", async () => {
  const { page, trouble, close } = await visit({ as: await person(ADMIN, "admin", "restricted"), path: "/access/audit", width: 1_440 });
  await page.locator("tbody tr").first().waitFor();
  await page.getByLabel("What", { exact: true }).selectOption("simulated");
  await page.locator("td", { hasText: "Signed in" }).first().waitFor({ state: "detached" });
  const deeds = await page.locator("tbody tr td:nth-child(4)").allTextContents();
  assert.deepEqual([...new Set(deeds)], ["Asked with other eyes"]);
  await page.getByLabel("Who", { exact: true }).fill("nobody@example.org");
  await page.getByRole("heading", { name: "Nothing is like that" }).waitFor();
  await page.getByLabel("Who", { exact: true }).fill(ADMIN);
  await page.locator("tbody tr").first().waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#audit-export").click()]);
  const lines = readFileSync(await download.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, deeds.length);
  assert.ok(lines.every(({ what }) => what === "simulated"));
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("whether anything leaks is tried now", async () => {
  const { page, trouble, close } = await visit({ as: await person(ADMIN, "admin", "restricted"), path: "/access/check" });
  await page.locator("#check-begin").click();
  await page.getByText("Every way is being tried").waitFor();
  await page.locator(".verdict", { hasText: "Nothing leaks." }).waitFor({ timeout: 400_000 });
  assert.match(await page.locator(".verdict").innerText(), /[\d,]{4,} ways were tried/);
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("what a language model costs is drawn, with the table behind it", async () => {
  const model = await Model.open();
  model.says("Refunds take up to 10 business days. [1]");
  const at = await House.open(`${model.settings}input_price = 2.50\noutput_price = 10.00\nbudget_per_day = 5.00\n`);
  try {
    const link = await at.invite(ADMIN, "admin", "restricted");
    const { page, trouble, close } = await visit({ at, path: `/join#${link}`, width: 1_440 });
    await page.locator("#password").fill(PASSWORD);
    await page.locator("#again").fill(PASSWORD);
    await page.locator("form button[type=submit]").click();
    await page.locator("#question").waitFor();
    await page.goto(`${at.origin}/insight/spending`);
    await page.getByRole("heading", { name: "Nothing was spent" }).waitFor();
    await page.goto(at.origin);
    await ask(page, QUESTION);
    assert.match(await newest(page).innerText(), /10 business days/);
    await page.goto(`${at.origin}/insight/spending`);
    await page.locator("svg.bars").waitFor();
    const heights = await page.locator("svg.bars rect").evaluateAll((all) => all.map((bar) => Number(bar.getAttribute("height"))));
    assert.equal(heights.length, 31);
    assert.deepEqual(heights.map((height) => height > 0), [...Array(30).fill(false), true]);
    assert.match(await page.locator("#spending table").innerText(), new RegExp(ADMIN.replace(".", "\\.")));
    assert.match(await page.locator("#spending").innerText(), /At most 5\.00 a day/);
    assert.deepEqual(ownTrouble(trouble), []);
    await close();
  } finally {
    await at.close();
    await model.close();
  }
});

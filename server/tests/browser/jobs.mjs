/** Jobs as an editor meets them: one goes on under the eyes, its items say what became of them, and what failed is tried again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, onDisk, upload } from "./shelf.mjs";
import { ownTrouble, person, visit } from "./stage.mjs";

const EDITOR = "jo@example.org";

test("a job is watched to its end without a reload, and tells of each item", async () => {
  await person(EDITOR, "editor", "internal");
  const { page, context, trouble, close } = await visit({ as: EDITOR, path: "/library" });
  const files = Array.from({ length: 40 }, (_, n) => onDisk(`watch-${n}.md`, `# Watch ${n}\n\n${`Watchman ${n} walks the quay at ${n} past midnight. `.repeat(30)}\n`));
  const beside = await visit({ beside: context, path: "/jobs" });
  await choose(page, [...files, onDisk("watch-broken.pdf", "%PDF-1.7\nbroken")], { tier: "internal" });
  await page.locator("#upload-send").click();
  await page.locator(".file .badge").first().waitFor();
  await beside.page.reload();
  await beside.page.locator(".line-card", { hasText: "yours" }).first().click();
  await beside.page.locator("#job .badge.good", { hasText: "Done" }).first().waitFor({ timeout: 120_000 });
  await beside.page.locator("#job .card", { hasText: "41 items · 1 failed" }).waitFor();
  await beside.page.locator("#job-log summary").click();
  assert.match(await beside.page.locator("#job-log").innerText(), /begun[^]*done/);
  await beside.page.getByRole("button", { name: "Not taken in 1" }).click();
  assert.equal(await beside.page.locator("tbody tr").count(), 1);
  assert.match(await beside.page.locator("tbody tr").innerText(), /watch-broken\.pdf[^]*damaged/);
  assert.deepEqual([...ownTrouble(trouble), ...ownTrouble(beside.trouble)], []);
  await close();
});

test("what failed is tried again, as a job of its own", async () => {
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library" });
  await upload(page, [onDisk("again-broken.pdf", "%PDF-1.7\nbroken again")], { tier: "internal" });
  await page.locator("#upload-told a").click();
  await page.locator("tbody tr").first().waitFor();
  const first = page.url();
  await page.getByRole("button", { name: "Try again what failed" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/jobs/") && url.href !== first);
  await page.locator("tbody tr", { hasText: "again-broken.pdf" }).waitFor();
  await page.getByRole("link", { name: "Jobs" }).first().click();
  await page.locator(".line-card").nth(1).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("a job of somebody who reads more is as absent as one that never was", async () => {
  const { page, close } = await visit({ as: await person("low@example.org", "editor", "public"), path: "/jobs/00000000-0000-7000-8000-000000000000" });
  await page.getByRole("heading", { name: "This did not work" }).waitFor();
  assert.match(await page.locator("#main").innerText(), /no such thing/i);
  await close();
});

test("jobs are narrowed by kind and state, and the address remembers", async () => {
  const { page, trouble, close } = await visit({ as: await person(EDITOR, "editor", "internal"), path: "/library" });
  await upload(page, [onDisk("narrow.md", "# Narrow\n\nThe narrow gate is open at noon.\n")], { tier: "internal" });
  await page.goto(new URL("/jobs", page.url()).href);
  await page.locator(".line-card", { hasText: "Taking in files" }).first().waitFor();
  await page.getByLabel("Kind").selectOption("crawl");
  await page.getByRole("heading", { name: "No job is like that" }).waitFor();
  assert.equal(await page.locator(".line-card").count(), 0);
  await page.getByLabel("State").selectOption("done");
  await page.getByLabel("Kind").selectOption("ingest");
  await page.locator(".line-card").first().waitFor();
  assert.equal(new URL(page.url()).search, "?kind=ingest&state=done");
  await page.reload();
  await page.locator(".line-card").first().waitFor();
  assert.equal(await page.getByLabel("State").inputValue(), "done");
  const states = await page.locator(".line-card .badge").allTextContents();
  assert.deepEqual([...new Set(states)], ["Done"]);
  await page.getByLabel("State").selectOption("cancelled");
  await page.getByRole("heading", { name: "No job is like that" }).waitFor();
  await page.getByLabel("State").selectOption("");
  await page.locator(".line-card").first().waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("what the house does for itself stands among the schedules of an admin", async () => {
  const { page, trouble, close } = await visit({ as: await person("chief@example.org", "admin", "restricted"), path: "/jobs" });
  await page.getByRole("link", { name: "Schedules" }).click();
  const line = page.locator("#schedules li", { hasText: "Putting the index in order" });
  await line.getByText("every hour").waitFor();
  await line.getByRole("button", { name: "Change when" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByLabel("How often").selectOption("every night at 3:00 UTC");
  await page.getByRole("button", { name: "Save" }).click();
  await line.getByText("every night at 3:00 UTC").waitFor();
  assert.equal(await line.getByRole("button", { name: "Take away" }).count(), 0, "it is the house's own");
  await page.getByRole("link", { name: "Jobs", exact: true }).first().click();
  await page.locator("#jobs").waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

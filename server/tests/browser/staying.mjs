/** Staying: a sign-in that ends while somebody types, a line that is down, one's own account. Nothing typed is lost. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { onDisk } from "./shelf.mjs";
import { PASSWORD, ask, house, newest, ownTrouble, person, visit } from "./stage.mjs";

const QUESTION = "How long do refunds take?";

/** Without the page's knowledge. */
async function signedOut(page) {
  const ended = await page.evaluate(async () => {
    const { sessions } = await (await fetch("/api/v1/sessions")).json();
    const { id } = sessions.find(({ current }) => current);
    return (await fetch(`/api/v1/sessions/${id}`, { method: "DELETE" })).status;
  });
  assert.equal(ended, 204);
}

test("a sign-in that ends while somebody types takes nothing of it", async () => {
  const login = await person("una@example.org", "reader", "customer");
  const { page, trouble, close } = await visit({ as: login });
  await ask(page, QUESTION);
  const address = page.url();
  await page.locator("#question").fill("half a question");
  await signedOut(page);
  await page.keyboard.press("Enter");
  await page.locator(".banner", { hasText: "Your sign-in has ended" }).waitFor();
  await newest(page).locator(".wrong").waitFor();
  assert.equal(await page.locator("#question").inputValue(), "half a question");
  // What would be asked now would be asked as a visitor.
  await page.keyboard.press("Enter");
  await newest(page).locator(".wrong", { hasText: "Sign in first" }).waitFor();
  await page.locator("#question").fill("half a question, and more");

  await page.evaluate(() => { globalThis.isStill = true; });
  await page.locator(".banner button").click();
  assert.equal(await page.locator("#again-login").inputValue(), login);
  await page.locator("#again-password").fill("not the harbour");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").locator(".wrong:not(:empty)").waitFor();
  await page.locator("#again-password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator(".banner").waitFor({ state: "detached" });
  assert.equal(page.url(), address);
  assert.equal(await page.evaluate(() => globalThis.isStill), true, "the page never went away");
  assert.equal(await page.locator("#question").inputValue(), "half a question, and more");
  await page.locator("#question").press("Enter");
  await page.locator(".turn").nth(1).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("in a dialog, too: one signs in over it, or in another tab, and what was filled in is saved", async () => {
  const login = await person("uta@example.org", "editor", "internal");
  await house.ingest("internal", [onDisk("tide.md", "# Tide tables\n\nThe tide tables hang in the hall.\n")]);
  const { page, context, trouble, close } = await visit({ as: login, path: "/library?q=tide.md" });
  await page.locator("a.name", { hasText: "Tide tables" }).click();
  const dialog = page.getByRole("dialog").filter({ has: page.locator("select") });
  const relabelled = async (tier, signIn) => {
    await page.locator("#relabel").click();
    await dialog.locator("select").selectOption(tier);
    await signedOut(page);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.locator(".banner", { hasText: "Your sign-in has ended" }).waitFor();
    await signIn();
    await dialog.locator(".banner").waitFor({ state: "detached" });
    assert.equal(await dialog.locator("select").inputValue(), tier);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.locator(".banner").waitFor({ state: "detached" });
  };
  await relabelled("customer", async () => {
    await dialog.locator(".banner button").click();
    await page.locator("#again-password").fill(PASSWORD);
    await page.keyboard.press("Enter");
  });
  await page.locator("#document .badge", { hasText: "Customer" }).waitFor();
  await relabelled("internal", async () => {
    const tab = await visit({ beside: context, path: "/sign-in" });
    await tab.page.locator("#login").fill(login);
    await tab.page.locator("#password").fill(PASSWORD);
    await tab.page.keyboard.press("Enter");
    await tab.page.locator("#account").waitFor();
    await tab.page.close();
  });
  await page.locator("#document .badge", { hasText: "Internal" }).waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("without a line what is typed stays, and the page goes on when it is back", async () => {
  const { page, context, trouble, close } = await visit();
  await ask(page, QUESTION);
  await page.locator("#question").fill("and for annual plans?");
  await context.setOffline(true);
  await page.locator(".banner", { hasText: "You are offline" }).waitFor();
  await page.locator("#question").press("Enter");
  await newest(page).locator(".status .wrong").waitFor();
  assert.equal(await page.locator("#question").inputValue(), "and for annual plans?");
  await context.setOffline(false);
  await page.locator(".banner").waitFor({ state: "detached" });
  await page.locator("#question").press("Enter");
  await newest(page).locator(".notes", { hasText: "Searched for" }).waitFor();
  assert.equal(await page.locator(".turn").count(), 2);
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("what is being written outlives a reload, in each conversation its own", async () => {
  const { page, close } = await visit();
  await page.locator("#question").fill("the next one");
  await page.reload();
  await page.locator("#question").waitFor();
  assert.equal(await page.locator("#question").inputValue(), "the next one");
  await ask(page, QUESTION);
  await page.locator("#question").fill("a follow-up");
  await page.getByRole("button", { name: "New question" }).or(page.getByRole("link", { name: "New question" })).first().click();
  await page.getByRole("heading", { name: "What would you like to know?" }).waitFor();
  assert.equal(await page.locator("#question").inputValue(), "");
  await page.goBack();
  await page.locator(".question", { hasText: QUESTION }).waitFor();
  assert.equal(await page.locator("#question").inputValue(), "a follow-up");
  await close();
});

test("somebody changes their password, and ends where else they are signed in", async () => {
  const login = await person("vera@example.org", "reader", "customer");
  const { page, trouble, close } = await visit({ as: login, path: "/account" });
  await page.locator("#stays li").nth(1).waitFor();
  const others = await page.locator("#stays button").count();
  assert.equal(await page.locator("#stays .badge").count(), 1, "one of them is this one");
  await page.locator("#stays button").first().click();
  await page.waitForFunction((before) => document.querySelectorAll("#stays button").length < before, others);

  const next = "another quiet harbour";
  await page.locator("#present").fill("not the harbour");
  await page.locator("#password").fill(next);
  await page.locator("#again").fill("something else");
  await page.keyboard.press("Enter");
  await page.locator("#password-form .wrong", { hasText: "not the same" }).waitFor();
  await page.locator("#again").fill(next);
  await page.keyboard.press("Enter");
  await page.locator("#password-form .wrong", { hasText: "password is wrong" }).waitFor();
  await page.locator("#present").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByText("The password is changed.").waitFor();
  assert.equal(await page.locator("#present").inputValue(), "");
  await page.reload();
  await page.locator("#stays .badge").waitFor();
  assert.deepEqual(ownTrouble(trouble), []);
  await close();
});

test("the frame is served for its pages, and for nothing else", async () => {
  const frame = await (await fetch(`${house.origin}/`)).text();
  for (const path of ["/c/x", "/inbox", "/inbox/x", "/library", "/library/a/b", "/jobs", "/people", "/insight/feedback", "/settings", "/account", "/sign-in", "/join", "/docs"]) {
    const response = await fetch(house.origin + path);
    assert.equal(response.status, 200, path);
    assert.equal(await response.text(), frame, path);
  }
  for (const path of ["/nothing", "/c", "/ui", "/ui/", "/ui/nothing.js", "/ui/..%2fCargo.toml"]) {
    const response = await fetch(house.origin + path);
    assert.equal(response.status, 404, path);
    await response.text();
  }
});
